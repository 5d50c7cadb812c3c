"""How well a rehearsal was judged, against the truth of its city: wrong approvals and needless questions, by kind.

Wrong is an application that nobody looked at and whose group, order, points or zone is not the true one. Needless is a
question about a family whose records hold no error and about which every register can tell all that the rules ask.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import ApplicationEvent
from policy import Evaluation, Fact, Facts, evaluate
from rehearsal.city import Applicant
from rehearsal.play import Play
from schools.models import Zone

CLEAN = "no error planted"


@dataclass(frozen=True, slots=True)
class _Judged:
    """One application as it was judged first, with the child it is about."""

    application: Application
    child: Applicant
    asked: bool  # a person was asked

    @property
    def kinds(self) -> list[str]:
        """The kinds of errors in the family's records and answers."""
        return sorted({planted.rpartition(":")[0] for planted in self.child.planted}) or [CLEAN]


def judging(play: Play) -> dict[str, Any]:
    """Counts by kind of planted error (JSON-safe): ``wrong`` approvals and ``needless`` questions, and of how many.

    Each kind that was judged has its count of wrong approvals, 0 too.
    """
    if play.season is None:
        raise ValueError("nothing was played")
    zones = {
        (zone.stage, zone.name): zone.code
        for zone in Zone.objects.filter(district=play.season.district_id, year=play.season.year)
    }
    wrong: Counter[str] = Counter()
    needless: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    clean = judged = 0
    for judged, one in enumerate(_judged(play), start=1):  # noqa: B007 - the last number is the count
        seen.update(one.kinds)
        true = _true(one)
        told = bool(one.child.truth["facts"].get("household.registered_on"))  # a register knows this child
        if not one.asked and not _agrees(one, true, zones):
            wrong.update(one.kinds)
        if not one.child.planted and told and true.eligible.value is True and not true.needs_offline_check:
            clean += 1
            if one.asked:
                needless[true.group.id if true.group else ""] += 1
    return {
        "judged": judged,
        "by_kind": dict(sorted(seen.items())),
        "wrong_approvals": {kind: wrong[kind] for kind in sorted(seen)},
        "needless_questions": dict(sorted(needless.items())),
        "needless_share": round(needless.total() / clean, 4) if clean else 0.0,
    }


def _judged(play: Play) -> Iterator[_Judged]:
    receipts = {receipt: play.applicants[child] for child, receipt in play.filed.items()}
    rows = Application.objects.filter(round__season=play.season, version=1).select_related("round__policy")
    asked = set(
        Application.objects.filter(
            round__season=play.season, transitions__event=ApplicationEvent.NEEDS_PERSON
        ).values_list("pk", flat=True)
    )
    for application in rows:
        if application.receipt in receipts and application.group_code:
            yield _Judged(application, receipts[application.receipt], application.pk in asked)


def _true(one: _Judged) -> Evaluation:
    """What the policy says of the child if everything that is true of it is known."""
    application = one.application
    known = {name: Fact(value, "verified", "truth") for name, value in one.child.truth["facts"].items()}
    known["application.round"] = Fact(application.round.kind, "verified", "truth")
    policy = compiled(ApplicationVersion.objects.select_related("policy").get(application=application, number=1).policy)
    return evaluate(policy, Facts(known))


def _agrees(one: _Judged, true: Evaluation, zones: dict[tuple[str, str], str]) -> bool:
    application = one.application
    told = (application.group_code, list(application.order), application.points)
    same = told == (true.group.id if true.group else "", list(true.order), true.points)
    zone = zones.get((one.child.stage, one.child.truth["zone"]), "")
    return same and application.zone_code == zone

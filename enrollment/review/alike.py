"""Deciding cases in which the same is open together: seen before with what would follow, then decided one by one.

Each case is decided by the same service as on its own page and can be taken back as long. Whichever cannot be approved
alike is left in the queue, with the reason.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.judging.judgement import gather, judge
from enrollment.judging.patterns import only_questions
from enrollment.review.held import Decision, decision_make
from enrollment.review.queue import Wanted, queue
from enrollment.review.settling import questions, refuse_unreadable, settled, taken
from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import ApplicationEvent
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.wording import content_language
from policy import Verdict
from policy.facts import Scalar
from verification.selectors import FindingView

MOST: Final = 50  # cases decided at a press: as many as somebody looks through before
WHOSE: Final = ("register", "declared")


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would become of one case: the group now and then; ``why_not`` where it would not be approved."""

    application: Application
    before: str
    after: str
    why_not: str


def previewed(reviewer: Account, wanted: Wanted, whose: str) -> list[Previewed]:
    """The first cases of a pattern as they would be judged. Raises Refused where they cannot be decided alike."""
    _decidable(wanted, whose)
    versions = _versions(list(queue(reviewer, wanted).values_list("pk", flat=True)[:MOST]))
    known = gather(versions)
    language = content_language()
    shown = []
    for version in versions:
        names = {one.id: one.name.of(language) for one in compiled(version.policy).groups}
        trial, why_not, after = copy(version), "", ""
        try:
            values = _values(version, known[version.pk].findings, whose)
        except Refused as refused:
            why_not = refused.message
        else:
            trial.settled = {**version.settled, **{name: {"value": value} for name, value in values.items()}}
            judged = judge(trial, known[version.pk])
            after = names.get(judged.evaluation.group.id, "") if judged.evaluation.group else ""
            if judged.evaluation.eligible is Verdict.NO:
                why_not = _("By the policy this child is not eligible even with these facts.")
        before = names.get(version.application.group_code, "")
        shown.append(Previewed(version.application, before, after, why_not))
    return shown


def alike_approve(
    *, reviewer: Account, wanted: Wanted, application_ids: Collection[UUID], whose: str, reason: str
) -> tuple[list[UUID], list[tuple[str, str]]]:
    """Approve those of the cases that still have this pattern; the ids that were, and (receipt, why not) of the others.

    Raises Refused where nothing is picked, or where they cannot be decided alike.
    """
    _decidable(wanted, whose)
    if not application_ids:
        raise Refused(_("Please pick at least one case."), code="picked", field="picked")
    still = set(queue(reviewer, wanted).filter(pk__in=list(application_ids)[:MOST]).values_list("pk", flat=True))
    versions = _versions([pk for pk in application_ids if pk in still])
    known = gather(versions)
    batch, done, left = uuid4(), [], []
    for version in versions:
        try:
            values = _values(version, known[version.pk].findings, whose)
            decision_make(
                reviewer=reviewer,
                application_id=version.application_id,
                decision=Decision(ApplicationEvent.APPROVE, reason, settled=values, beside=()),
                batch=batch,
            )
        except NotAllowed:
            continue
        except Refusal as refused:
            left.append((version.application.receipt, refused.message))
        else:
            done.append(version.application_id)
    return done, left


def _decidable(wanted: Wanted, whose: str) -> None:
    if whose not in WHOSE:
        raise Refused(_("Please say whose value counts."), code="whose", field="whose")
    if not wanted.round or not only_questions(wanted.pattern):
        raise Refused(_("These cases cannot be decided together: look at each."), code="pattern")


def _versions(ids: Sequence[UUID]) -> list[ApplicationVersion]:
    """The current versions of applications, with what a judgement needs."""
    rows = ApplicationVersion.objects.filter(application__in=ids).select_related(
        "application__child", "application__round__season__district__parent", "policy"
    )
    found = {one.application_id: one for one in rows if one.number == one.application.version}
    return [found[pk] for pk in ids if pk in found]


def _values(version: ApplicationVersion, findings: Mapping[str, FindingView], whose: str) -> dict[str, Scalar | None]:
    asked = questions(version, findings)
    values, errors = settled(asked, taken(asked, whose))
    refuse_unreadable(errors)
    return values

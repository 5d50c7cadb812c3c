"""Rules of admission: a version is stored whole and never edited; a round goes by it once two people say so."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, PolicyVersion
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.rules.sources import LISTS
from enrollment.seasons.services.seasons import policy_store
from enrollment.setup.models import RuleComparison
from enrollment.setup.selectors import place_for
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from policy.compare import Subject, compare
from policy.family import Facts, FactsError
from schools.services import district_ensure

MOST_BYTES: Final = 512 * 1024
CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
LANE: Final = "runs"
BATCH: Final = 500
State = RuleComparison.State
FactsNow = Callable[[Sequence[UUID]], Iterable[tuple[UUID, Facts]]]
_facts_now: Final[list[FactsNow]] = []


def unjudged_by(facts_now: FactsNow) -> None:
    """From now on ``facts_now`` says what is known of versions that nobody has judged yet: the judging stands above."""
    _facts_now[:] = [facts_now]


@transaction.atomic
def rules_upload(*, official: Account, district: str, year: int, code: str, content: bytes) -> PolicyVersion:
    """Store a scheme as the next version of its code; the same text again is the version that is there.

    Raises NotAllowed, Refused, and PolicyError with every mistake at its line.
    """
    place_for(official, district, year)
    if not CODE.fullmatch(code):
        text = _("A short name has small letters, digits and hyphens and begins with a letter.")
        raise Refused(text, code="code", field="code")
    if not content or len(content) > MOST_BYTES:
        raise Refused(_("Choose a file of at most 512 KB."), code="size", field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("The file is not UTF-8. Save it as UTF-8."), code="encoding", field="file") from None
    version = policy_store(district=district_ensure(code=district), code=code, text=text.replace("\r\n", "\n"))
    record(
        actor=official,
        action="policy.upload",
        object_type="policy",
        object_id=version.pk,
        district=district,
        details={"code": code, "number": version.number, "digest": version.digest},
    )
    return version


@transaction.atomic
def lists_declare(*, official: Account, district: str, year: int, kinds: Collection[str]) -> None:
    """Say which lists the district keeps: who is not on one is known not to be. None is taken back.

    Raises NotAllowed, Refused (no such list).
    """
    place_for(official, district, year)
    if not kinds or not set(kinds) <= LISTS:
        raise Refused(_("Choose at least one list."), code="lists", field="lists")
    lists_keep(district=district_ensure(code=district), kinds=kinds)
    record(
        actor=official,
        action="lists.declare",
        object_type="district",
        object_id=district,
        district=district,
        details={"lists": sorted(kinds)},
    )


@transaction.atomic
def rules_compare(*, official: Account, district: str, year: int, before: int, after: int) -> RuleComparison:
    """Ask a worker what changes for whom between two versions; asked twice it is that comparison. Raises NotAllowed."""
    place_for(official, district, year)
    pair = PolicyVersion.objects.filter(district=district, pk__in=(before, after)).count()
    if pair != 2:
        raise NotAllowed(_("There are no such rules in your care."))
    waiting = RuleComparison.objects.filter(before=before, after=after, state=State.QUEUED).first()
    if waiting is not None:
        return waiting
    made = RuleComparison.objects.create(before_id=before, after_id=after, asked_by=official, asked_at=clock.now())
    record(
        actor=official,
        action="policy.compare",
        object_type="policy",
        object_id=after,
        district=district,
        details={"before": before},
    )
    ring_on_commit(LANE)
    return made


def comparisons_go_on() -> int:
    """Make every comparison that waits; how many were made."""
    return sum(_compare(pk) for pk in RuleComparison.objects.filter(state=State.QUEUED).values_list("pk", flat=True))


def _compare(pk: int) -> bool:
    with transaction.atomic():
        rows = RuleComparison.objects.select_for_update(skip_locked=True, of=("self",))
        made = rows.select_related("before", "after").filter(pk=pk, state=State.QUEUED).first()
        if made is None:
            return False
        district = made.after.district_id
        families = _Families(district, _years(district))
        found = compare(compiled(made.before), compiled(made.after), families.subjects(), limit=0)
        made.result = {**found.to_json(), "years": families.years, "unjudged": families.unjudged}
        made.state, made.done_at = State.DONE, clock.now()
        made.save(update_fields=["result", "state", "done_at"])
    return True


def _years(district: str) -> list[int]:
    """The newest year in which families were judged, and a newer one in which they have filed."""
    rows = Application.objects.filter(district_code=district, rehearsal=False).exclude(state=ApplicationState.WITHDRAWN)
    filed = rows.order_by("-season_year").values_list("season_year", flat=True)
    newest = (filed.filter(versions__assessed_at__isnull=False).first(), filed.first())
    return sorted({year for year in newest if year})


class _Families:
    """Who is compared: by the facts of the newest version, or what is known of it now where it is not judged yet."""

    def __init__(self, district: str, years: list[int]) -> None:
        self.district, self.years, self.unjudged = district, years, 0

    def subjects(self) -> Iterator[Subject]:
        rows = ApplicationVersion.objects.filter(
            application__district_code=self.district,
            application__season_year__in=self.years,
            application__rehearsal=False,
        ).exclude(application__state=ApplicationState.WITHDRAWN)
        newest = rows.order_by("application", "-number").distinct("application")
        waiting: list[UUID] = []
        judged = newest.select_related("application").only("facts", "assessed_at", "application__zone_code")
        for row in judged.iterator(chunk_size=BATCH):
            if row.assessed_at is None:
                waiting.append(row.pk)
                continue
            try:
                yield Subject(str(row.pk), row.application.zone_code, Facts.from_json(row.facts or {}))
            except FactsError:
                continue
        for first in range(0, len(waiting), BATCH):
            yield from self._as_known(waiting[first : first + BATCH])

    def _as_known(self, pks: Sequence[UUID]) -> Iterator[Subject]:
        for facts_now in _facts_now:
            for pk, facts in facts_now(pks):
                self.unjudged += 1
                yield Subject(str(pk), "", facts)

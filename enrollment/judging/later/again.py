"""Looking again at what was judged before something changed: another family of the home, a second entry of the child, a
table or list of the bureau that came later.

Whoever makes the change writes a ``SecondLook``; a worker takes it by a lease, judges the application by what is known
now, and puts an approved one before a person where anything that decides is another. Nothing is refused and nobody is
texted by it: the desk reads why, the family reads that a person looks. A frozen roll is never touched, and no roll is
frozen while a look is due.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.judging.happenings import JUDGED
from enrollment.judging.judgement import Judged, gather, judge
from enrollment.judging.lists.listed import DISABLED, LOCAL, POINTS
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import LookedThrough, SecondLook
from enrollment.judging.others.beside import twice_entered
from enrollment.judging.patterns import AGAIN
from enrollment.judging.services import (
    BATCH,
    JUDGING,
    LEASE,
    LOOK,
    asked_homes_note,
    rivals_look_again,
    sortable,
    store_all,
)
from enrollment.seasons.days.calendar import review_by
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, KeptList, Round
from enrollment.seasons.rules.sources import LIST_FACTS
from enrollment.seasons.services.steps import Stepped, applications_step
from enrollment.seasons.states import ApplicationEvent
from enrollment.used_seats.models import AskedHome, SeatImport, UsedSeat
from foundation import clock
from foundation.errors import Refused
from foundation.locks import Busy, lock, lock_or_busy
from imports.models import Import

logger = logging.getLogger(__name__)

STORED: Final = 2000  # children of a table looked up in one statement
SHOWN: Final = 20  # receipts a refusal names
# Judged and not frozen: the families of a frozen roll are drawn as it was announced, whatever changes afterwards.
LOOKED_AT: Final = (
    ApplicationState.VERIFIED,
    ApplicationState.ATTENTION,
    ApplicationState.IN_REVIEW,
    ApplicationState.APPROVED,
    ApplicationState.RETURNED,
    ApplicationState.APPEALED,
)
SEATS: Final = "used-seats"
CHANGING: Final = (SEATS, *LIST_FACTS, DISABLED, POINTS, LOCAL)  # the kinds of tables that judgements read
# What is compared before and after a second look. A difference in one of the first moves a child in the order; one of
# the others calls for a person. Where nothing differs, nobody is moved or told.
DECIDES: Final = ("group_code", "tier", "points", "order", "zone_code", "needs_person", "needs_offline_check")
ASKS: Final = ("double", "twins_parted", "home_claimed")


def looks_go_on() -> bool:
    """Look at what is due, oldest first; True when there may be more. What a killed worker left is due again."""
    now = clock.now()
    with transaction.atomic():
        due = SecondLook.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        rows = list(due.select_for_update(skip_locked=True).values_list("pk", "asked_at")[:LOOK])
        SecondLook.objects.filter(pk__in=[pk for pk, _asked in rows]).update(due_at=now + LEASE)
    for at in range(0, len(rows), BATCH):
        _look(dict(rows[at : at + BATCH]))
    return len(rows) == LOOK


def _look(asked: dict[UUID, datetime]) -> None:
    """Look at a batch together; where one of it cannot be judged, each on its own, so that it holds up nobody else."""
    try:
        _together(asked)
    except (OperationalError, InterfaceError):
        raise  # the database is away: all are left for the next look
    except Exception:
        if len(asked) == 1:
            logger.exception("application %s could not be looked at again; it is tried again", next(iter(asked)))
            return
        for pk, at in asked.items():
            _look({pk: at})


@transaction.atomic
def _together(asked: dict[UUID, datetime]) -> None:
    rows = (
        ApplicationVersion.objects.select_for_update(of=("self", "application"), skip_locked=True)
        .select_related("application__child", "application__guardian", "policy")
        .select_related("application__round__season__district__parent")
        .filter(application__in=asked, number=F("application__version"))
        .order_by("pk")
    )
    versions = list(rows)  # who is being judged or decided on at this moment is looked at when the lease is over
    judging = [one for one in versions if one.assessed_at is not None and one.application.state in LOOKED_AT]
    known = gather(judging, at=clock.now()) if judging else {}
    looked = [(version, judge(version, known[version.pk])) for version in judging]
    asked_homes_note(looked, known)
    changed = [(version, judged) for version, judged in looked if differs(version, judged)]
    if changed:
        store_all(changed)
        rivals_look_again(changed, known)
        _reopen(
            [
                version.application
                for version, _judged in changed
                if version.application.state == ApplicationState.APPROVED
            ]
        )
        JUDGED.happen(changed)
    for version in versions:
        pk = version.application_id
        # asked for again meanwhile: it stays due
        SecondLook.objects.filter(pk=pk, asked_at=asked[pk]).update(due_at=None)


def _reopen(applications: Sequence[Application]) -> None:
    """Put approved applications before a person, first in the queue; no message is sent and no reason is public."""
    applications_step([Stepped(one, ApplicationEvent.REOPEN, review_by(one.round.season)) for one in applications])
    ids = [one.pk for one in applications]
    Application.objects.filter(pk__in=ids).update(needs_person=True)
    Application.objects.filter(pk__in=ids, pattern="").update(pattern=AGAIN)
    SecondLook.objects.filter(pk__in=ids).update(reopened_at=clock.now())


def differs(version: ApplicationVersion, judged: Judged) -> bool:
    """Whether anything that decides, or that a person is to be asked, is another than what is stored."""
    now, before = sortable(version, judged), version.application
    stored = version.evaluation or {}
    said = judged.to_json()
    return (
        any(_plain(now[name]) != _plain(getattr(before, name)) for name in DECIDES)
        or any(bool(said[name]) != bool(stored.get(name)) for name in ASKS)
        or set(said["questions"]) != set(stored.get("questions", ()))
    )


def _plain(value: object) -> object:
    return json.loads(json.dumps(value))


# -- what a change of a register or list asks for ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a register or list: its name, when it began to count, in which district, and whom it may concern."""

    name: str
    at: datetime
    district: str
    whom: Callable[[], Iterable[UUID]]


def changes_open() -> list[Change]:
    """The changes from which no looks were made yet."""
    done = set(LookedThrough.objects.values_list("change", flat=True))
    tables = SeatImport.objects.filter(taken=True).values_list("pk", "decided_at", "district_id")
    lists = KeptList.objects.values_list("pk", "since", "district_id")
    brought = Import.objects.filter(kind__in=CHANGING, applied_at__isnull=False)
    came = brought.values_list("pk", "kind", "applied_at", "undone_at", "district_code")
    found = [Change(f"seats:{pk}", at, where, partial(_of_table, pk)) for pk, at, where in tables if at is not None]
    found += [Change(f"list:{pk}", at, where, partial(_of_list, where, at)) for pk, at, where in lists]
    for pk, kind, applied, undone, where in came:
        whom = partial(_of_import, pk, kind)
        found += [
            Change(f"{name}:{pk}", at, where, whom) for name, at in (("import", applied), ("undone", undone)) if at
        ]
    return [one for one in found if one.name not in done]


def changes_look_through() -> bool:
    """Turn tables that were taken, and lists that are kept since, into looks at whom they may concern; True if any.

    Found by their state, not by being told: whoever is killed in between loses nothing. Who is judged later reads the
    change anyway.
    """
    changes = changes_open()
    if changes:
        with transaction.atomic():
            lock(JUDGING)  # whoever read before the change has committed when this is held
    return sum(_through(one) for one in changes) > 0


@transaction.atomic
def _through(change: Change) -> bool:
    try:
        lock_or_busy(f"look through {change.name}")
    except Busy:
        return False
    if LookedThrough.objects.filter(change=change.name).exists():
        return False
    looks_ask(change.whom(), SecondLook.Cause.REGISTER)
    LookedThrough.objects.create(change=change.name, at=clock.now())
    return True


def _of_table(pk: int) -> set[UUID]:
    """The applications that ask with a home of the table, or whose parents stand in it; a corrected row counts, too."""
    children = sorted({row["child"] for row in SeatImport.objects.only("rows").get(pk=pk).rows})
    return _of_homes(SeatImport.objects.values_list("district_id", flat=True).get(pk=pk), children)


def _of_import(pk: int, kind: str) -> set[UUID]:
    """The same of a table that two people brought in; of a list the applications of the children on it."""
    made = Import.objects.get(pk=pk)
    children = sorted({key.partition(":")[0] for batch in made.batches.all() for key in batch.body})
    if kind == SEATS:
        return _of_homes(made.district_code, children)
    found: set[UUID] = set()
    for at in range(0, len(children), STORED):
        rows = Application.objects.filter(district_code=made.district_code, state__in=LOOKED_AT)
        found.update(rows.filter(child_index__in=children[at : at + STORED]).values_list("pk", flat=True))
    return found


def _of_homes(district: str, children: Sequence[str]) -> set[UUID]:
    found: set[UUID] = set()
    for at in range(0, len(children), STORED):
        uses = UsedSeat.objects.filter(district=district, child_index__in=children[at : at + STORED])
        keys: tuple[set[str], set[str], set[str]] = (set(), set(), set())
        for row in uses.values_list("numbers", "places", "parents"):
            for mine, theirs in zip(keys, row, strict=True):
                mine.update(theirs)
        numbers, places, parents = (sorted(one) for one in keys)
        same = Q(numbers__overlap=numbers) | Q(places__overlap=places) | Q(parents__overlap=parents)
        rows = AskedHome.objects.filter(same, application__district_code=district, application__state__in=LOOKED_AT)
        found.update(rows.values_list("pk", flat=True))
    return found


def _of_list(district: str, since: datetime) -> Iterable[UUID]:
    """All applications of the district judged before: since then, who is not on the list is known not to be."""
    return judged_before(since).filter(application__district_code=district).values_list("application", flat=True)


def judged_before(at: datetime) -> QuerySet[ApplicationVersion]:
    """The versions that stand, are not frozen, and were judged by what was known before a moment."""
    rows = ApplicationVersion.objects.filter(application__state__in=LOOKED_AT, assessed_at__lt=at)
    return rows.filter(number=F("application__version"))


# -- what stands against a freeze ----------------------------------------------------------------------------------


def is_looked_at(round_: Round) -> bool:
    """Whether an application of the round is still to be looked at again, after a change that may change it."""
    due = SecondLook.objects.filter(due_at__isnull=False, application__round=round_)
    due = due.filter(application__state__in=LOOKED_AT)
    late = [one.at for one in changes_open() if one.district == round_.season.district_id]
    return due.exists() or bool(late and judged_before(max(late)).filter(application__round=round_).exists())


def refuse_in_doubt(round_: Round) -> None:
    """Raises Refused while an application of the round is to be looked at again, or two of them look like one child."""
    if is_looked_at(round_):
        text = _("Applications of this round are being looked at again after a change. Please try again in a minute.")
        raise Refused(text, code="looking")
    pairs = twice_entered(round_)
    if pairs:
        named = "、".join(f"{first} / {second}" for first, second in pairs[:SHOWN])
        text = _(
            "These applications look like one child under two documents: %(receipts)s. A reviewer says of each pair "
            "whether they are two children; only then the roll can be frozen."
        )
        raise Refused(text % {"receipts": named}, code="one_child_twice")

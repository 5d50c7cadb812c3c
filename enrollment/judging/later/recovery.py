"""Asking an agency again that gave no answer: by itself when it is back, or because a person wishes it.

A case that went to a person only for an agency's silence goes on by itself, as long as its round is under review and
nobody has taken it up. While an agency stays silent one case at a time is its probe; once it answers anybody, all are
asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.judging.services import LEASE
from enrollment.seasons.models import WITH_A_PERSON, Application, ApplicationState, ApplicationVersion
from enrollment.seasons.selectors import no_application_in_care
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent, RoundState
from foundation import clock
from foundation.errors import NotAllowed, Refused
from verification.lines import lines_for
from verification.models import Agency
from verification.selectors import SilentCheck, heard_lately, silent_checks
from verification.services import checks_again

UNDER_REVIEW: Final = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED)  # of a round: nothing of it is frozen yet
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=4)
AT_ONCE: Final = 200  # cases that one look takes


def _silent(rows: QuerySet[Application], agency: str = "") -> dict[UUID, tuple[Application, list[SilentCheck]]]:
    """Of these applications those whose present version an agency gave no answer about, by version."""
    current = ApplicationVersion.objects.filter(application__in=rows, number=F("application__version"))
    silent = silent_checks(current.values("pk"), agency)
    found = ApplicationVersion.objects.filter(pk__in=silent).select_related("application").only("application")
    return {one.pk: (one.application, silent[one.pk]) for one in found}


@transaction.atomic
def _ask_again(wanted: Mapping[UUID, Iterable[str]], actor: Account | None) -> int:
    """Open the checks of these versions again and take their cases back from the queue; how many."""
    versions = (
        ApplicationVersion.objects.select_for_update(of=("self", "application"), skip_locked=True)
        .select_related("application")
        .filter(
            pk__in=wanted,
            assessed_at__isnull=False,
            application__state__in=WITH_A_PERSON,
        )
        .order_by("pk")
    )
    again = [one for one in versions if actor is not None or one.application.state == ApplicationState.ATTENTION]
    for version in again:
        application_step(application=version.application, event=ApplicationEvent.ASK_AGAIN, actor=actor)
    ApplicationVersion.objects.filter(pk__in=[one.pk for one in again]).update(
        assessed_at=None, assess_at=clock.now() + LEASE
    )
    checks_again({one.pk: sorted(wanted[one.pk]) for one in again})
    return len(again)


def case_ask_again(*, reviewer: Account, application_id: UUID) -> None:
    """Ask every agency again that gave no answer about one case. Raises NotAllowed, Refused."""
    rows = Application.objects.filter(pk=application_id)
    mine = scope(reviewer).rows(rows, Ability.APPLICATION_REVIEW, district="district_code", school="review_school_id")
    if not mine.exists():
        raise no_application_in_care()
    found = _silent(mine.filter(round__state__in=UNDER_REVIEW))
    wanted = {pk: [one.agency for one in checks] for pk, (_application, checks) in found.items()}
    if not wanted or not _ask_again(wanted, reviewer):
        raise Refused(_("Every agency has answered, or is being asked."), code="answered")


def day_ask_again(*, official: Account, agency: str, day: date, division: str) -> int:
    """Ask an agency again about all cases that it gave no answer about on one day, in a division; how many.

    Only those that nobody has taken up. Raises NotAllowed, Refused.
    """
    if not scope(official).may(Ability.AGENCY_SWITCH, district=division):
        raise NotAllowed(_("You may not do this here."))
    if agency not in Agency.values:
        raise Refused(_("There is no such agency."), code="unknown_agency", field="agency")
    found = _silent(_waiting().filter(district_code__startswith=division), agency)
    wanted = {
        pk: [one.agency for one in checks]
        for pk, (_application, checks) in found.items()
        if any(clock.day_of(one.at) == day for one in checks)
    }
    many = _ask_again(wanted, official) if wanted else 0
    details = {"division": division, "day": day.isoformat(), "cases": many}
    record(
        actor=official,
        action="agency.asked_again",
        object_type="agency",
        object_id=agency,
        district=division,
        details=details,
    )
    return many


def ask_again_where_back() -> bool:
    """Ask agencies again that are back; True when there may be more cases than one look took."""
    now = clock.now()
    due = [
        (pk, application.district_code, one)
        for pk, (application, checks) in _silent(_waiting()).items()
        for one in checks
        if one.at + _pause(one.turn) <= now
    ]
    lines = lines_for({(district, one.agency) for _pk, district, one in due})
    open_ones = [row for row in due if not lines[row[1], row[2].agency].closed]
    wanted = _back(sorted(open_ones, key=lambda row: row[2].at))
    for at in range(0, len(wanted), AT_ONCE // 4):
        part = dict(list(wanted.items())[at : at + AT_ONCE // 4])
        _ask_again(part, None)
    return len(wanted) >= AT_ONCE


def _back(due: Sequence[tuple[UUID, str, SilentCheck]]) -> dict[UUID, set[str]]:
    """What is asked again now: all of an agency that was heard since, and the oldest case of one that was not."""
    wanted: dict[UUID, set[str]] = {}
    probed: set[str] = set()
    heard: dict[str, datetime] = heard_lately({one.agency for _pk, _district, one in due})
    for pk, _district, one in due:
        back = one.agency in heard and heard[one.agency] > one.at
        if not back and one.agency in probed:
            continue
        if len(wanted) < AT_ONCE or pk in wanted:
            probed.add(one.agency)
            wanted.setdefault(pk, set()).add(one.agency)
    return wanted


def _pause(turn: int) -> timedelta:
    """A case that was asked about again in vain waits longer each time."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** min(turn, 8)))


def _waiting() -> QuerySet[Application]:
    return Application.objects.filter(state=ApplicationState.ATTENTION, round__state__in=UNDER_REVIEW)

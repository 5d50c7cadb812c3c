"""Which doors of the portal a district has open: switched from a day on, by an official, with a reason.

A door that nobody has switched stands as ``DOORS`` says: open, but for what a county has to decide on first. Of the
rows that cover a day the newest counts, so that a row is never edited: what was off, when, why and by whom stands for
good. Asked at the door itself, each time: off is off at once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, NotOffered, Refused
from foundation.locks import lock
from foundation.prepared import Prepared
from schools.matching.divisions import county
from schools.models import Switch
from schools.services import district_ensure

ABILITY: Final = Ability.SEASON_EDIT
LONGEST_REASON: Final = 300
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Door:
    """What it is called, what is closed when it is off, and whether it is open where nobody has switched it."""

    title: Promise
    what: Promise
    open: bool = True


DOORS: Final[Mapping[str, Door]] = {
    "expect": Door(lazy("Pre-check"), lazy("The page that says what a family can expect before it applies.")),
    "uploads": Door(
        lazy("Documents by upload"),
        lazy("New photos and files; documents can be brought to a service point."),
    ),
    "second_guardian": Door(
        lazy("Second guardians"),
        lazy("Inviting a second guardian or carer; who acts already goes on."),
    ),
    "remote_help": Door(lazy("Help by telephone"), lazy("New codes by which a helper sees what is missing.")),
    "call_back": Door(lazy("Call-backs"), lazy("Asking to be called; calls that wait are made.")),
    "terminals": Door(lazy("Terminals"), lazy("Every self-service terminal of the county.")),
    "home_visits": Door(lazy("Home visits"), lazy("New families on the list of visits.")),
    "letters": Door(lazy("Letters to print"), lazy("Notice and letter of admission as pages and PDF.")),
    "whatif": Door(lazy("Simulation"), lazy("New simulations of a round by officials.")),
    "programs": Door(
        lazy("Applications by other programs"), lazy("The interface by which apps and mini-programs file.")
    ),
    "face_check": Door(
        lazy("Face check"),
        lazy(
            "One more way to confirm who one is, beside the government sign-in and the service point, each time with a "
            "consent of its own. Closed until it is opened here; it needs a face service in the settings."
        ),
        open=False,
    ),
}


def _covering(door: Any, district: Any, day: Any, same: Any) -> QuerySet[Switch]:
    ends = Q(until=None) | Q(until__gte=same)
    return Switch.objects.filter(ends, door=door, district=district, since__lte=day).order_by("-pk")[:1]


NEWEST: Final = Prepared(_covering, 4)


def offered(door: str, district: str, day: date | None = None) -> bool:
    """Whether a door is open in a district on a day (today)."""
    at = day or clock.today()
    row = NEWEST.first(door, district, at, at)
    return DOORS[door].open if row is None else row.on


def refuse_unless_offered(door: str, *districts: str) -> None:
    """Raises NotOffered where one of the districts has the door closed today."""
    if not all(offered(door, district) for district in districts):
        raise NotOffered(_("%(door)s: not offered here at the moment.") % {"door": DOORS[door].title})


@dataclass(frozen=True, slots=True)
class DoorRow:
    """A door on the page of switches: how it stands today, and everything that was ever switched, newest first."""

    door: str
    title: str
    what: str
    on: bool
    rows: tuple[Switch, ...]


def switcher(account: Account, district: str) -> str:
    """The name of the county, if the person may switch there. Raises NotAllowed."""
    division = county(district)
    if division is None or not scope(account).may(ABILITY, district=district):
        raise NotAllowed(_("There is nothing here that you may switch."))
    return division.name


def doors(district: str) -> list[DoorRow]:
    today, rows = clock.today(), list(Switch.objects.filter(district=district).select_related("by").order_by("-pk"))
    return [
        DoorRow(name, str(door.title), str(door.what), offered(name, district, today), tuple(_of(name, rows)))
        for name, door in DOORS.items()
    ]


def _of(door: str, rows: Iterable[Switch]) -> Iterable[Switch]:
    return (row for row in rows if row.door == door)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form says of a door; days as they were typed, "" for today and for no end."""

    door: str
    on: bool
    since: str
    until: str
    reason: str


def switch_set(*, official: Account, district: str, wish: Wish, password: str) -> Switch:
    """Open or close a door from a day on. Raises NotAllowed, Refused (a field, a wrong one-time password)."""

    def look() -> tuple[date, date | None]:
        switcher(official, district)
        lock(f"switches {district}")
        since, until = _days(wish)
        if offered(wish.door, district, since) == wish.on and until is None and since <= clock.today():
            raise Refused(_("It stands so already."), code="nothing", field="on")
        return since, until

    with WithPassword(look, person=official, token=password) as (since, until):
        before = offered(wish.door, district)
        made = Switch.objects.create(
            district=district_ensure(code=district),
            door=wish.door,
            on=wish.on,
            since=since,
            until=until,
            reason=wish.reason.strip(),
            by=official,
            at=clock.now(),
        )
        details = {
            "door": made.door,
            "before": before,
            "on": made.on,
            "since": since.isoformat(),
            "reason": made.reason,
        }
        record(
            actor=official,
            action="switch.on" if made.on else "switch.off",
            object_type="switch",
            object_id=made.pk,
            district=district,
            details={**details, "until": until.isoformat() if until else ""},
        )
        return made


def _days(wish: Wish) -> tuple[date, date | None]:
    """The days of a wish that can be carried out. Raises Refused."""
    if wish.door not in DOORS:
        raise Refused(_("Choose what is switched."), code="door", field="door")
    if not 1 <= len(wish.reason.strip()) <= LONGEST_REASON:
        raise Refused(_("Say in a sentence why. It stands in the log for good."), code="reason", field="reason")
    since = _day(wish.since, "since") or clock.today()
    until = _day(wish.until, "until")
    if since < clock.today():
        raise Refused(_("The first day has passed. Choose today or a later day."), code="past", field="since")
    if until is not None and until < since:
        raise Refused(_("The last day lies before the first."), code="order", field="until")
    return since, until


def _day(text: str, field: str) -> date | None:
    if not text.strip():
        return None
    try:
        if DAY.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise Refused(_("Write the day as 2027-07-20."), code="date", field=field)

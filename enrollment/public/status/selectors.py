"""How the site is, in figures that name nobody: for the status page."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection
from django.db.models import Count, Q, QuerySet

from enrollment.public.status.health import MESSAGE_SECONDS, Component, Readings, State, verdict, worst
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Round, Season
from enrollment.seasons.states import RoundState
from foundation import clock, lanes
from foundation.valkey import away
from notifications.lines import held
from notifications.models import Delivery, Message
from verification.lines import lines_for
from verification.models import Agency, AgencyCall, Check, Finding

LOOK_BACK = timedelta(minutes=10)  # in which calls speak of "now"


LATE = timedelta(seconds=MESSAGE_SECONDS[0])  # a message that has waited longer is late


HOUR = timedelta(hours=1)


MOST_COUNTED = 1000  # of waiting messages: more is told as "more than"


SAMPLE = 500  # newest findings whose median is told


NOT_TAKEN = {"retry", "held", "failed", "undelivered"}  # outcomes that speak of a channel that does not work


SOME_FAIL = 0.5  # of the calls in LOOK_BACK: an agency that answers less is told as slow


@dataclass(frozen=True, slots=True)
class AgencyStatus:
    """One agency: ``good``, ``slow`` (many calls unanswered, or some districts cannot ask it) or ``away`` (switched off
    or left in peace, for every district).
    """

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """What everybody may know of the site's health."""

    at: datetime
    agencies: tuple[AgencyStatus, ...]
    messages_late: int
    submitted_today: int
    check_seconds: float | None  # median from opening a check to its finding; None without any today
    paused: tuple[Round, ...]
    codes: State
    checks: State
    messages: State
    helpers: State  # what finds work again that was lost on the way
    oldest_minutes: int  # since the submission of the family that has waited longest to be checked; 0 for none
    most_counted: int = MOST_COUNTED

    @property
    def agencies_good(self) -> int:
        return sum(agency.state == "good" for agency in self.agencies)

    @property
    def overall(self) -> State:
        """``bad``: something a family needs now does not work; ``slow``: some of it is late or paused."""
        own = worst(self.codes, self.checks, self.messages, self.helpers)
        if own == "good" and (self.paused or self.agencies_good < len(self.agencies)):
            return "slow"
        return own


def reachable() -> bool:
    """Whether the database answers at all."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def status() -> Status:
    """Read now. Raises DatabaseError when the database is away."""
    from statistics import median

    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    newest = Finding.objects.order_by("-pk").values_list("at", "seconds")[:SAMPLE]
    seconds = [taken for at, taken in newest if at >= midnight]
    late = _waiting_messages().filter(created_at__lt=now - LATE)
    seen = readings()
    state = {component.name: component.state for component in verdict(seen)}
    broker = state["broker"]  # without it nobody is woken: the sweepers are woken through it, too
    paused = Round.objects.filter(state=RoundState.PAUSED, season__rehearsal=False).select_related("season__district")
    return Status(
        at=now,
        agencies=_agencies(),
        messages_late=late.order_by()[: MOST_COUNTED + 1].count(),
        submitted_today=Application.objects.filter(submitted_at__gte=midnight, rehearsal=False).count(),
        check_seconds=round(median(seconds), 1) if seconds else None,
        paused=tuple(paused.order_by("pk")),
        codes=worst(state["codes"], broker),
        checks=worst(state["checks"], broker),
        messages=worst(state["messages"], broker),
        helpers=state["sweeps"],
        oldest_minutes=round((seen.family_age or 0) / 60),
    )


def readings(run_age: float | None = None) -> Readings:
    """What waits and who works, now; ``run_age`` comes from the room that knows the runs. Raises DatabaseError."""
    now = clock.now()
    newest = list(Delivery.objects.order_by("-pk").values_list("outcome", "at")[:SAMPLE])
    recent = [outcome for outcome, at in newest if at >= now - HOUR]
    queued: dict[str, int] = {}
    pulses: dict[str, float] = {}
    broker = False
    with suppress(*away()):
        queued, pulses, broker = lanes.queued(), lanes.pulses(), True
    return Readings(
        code_age=_age(_waiting_messages().filter(secret=True), "created_at", now),
        message_age=_age(_waiting_messages().filter(secret=False), "created_at", now),
        messages_waiting=_waiting_messages().order_by()[: MOST_COUNTED + 1].count(),
        handed_over=len(recent),
        failed=sum(outcome in NOT_TAKEN for outcome in recent),
        held_seconds=None if (hold := held()) is None else max(0.0, round((now - hold.since).total_seconds(), 1)),
        check_age=_age(
            Check.objects.filter(state=Check.State.PENDING, next_attempt_at__lte=now), "next_attempt_at", now
        ),
        family_age=_age(
            ApplicationVersion.objects.filter(assessed_at__isnull=True, application__state=ApplicationState.VERIFYING),
            "submitted_at",
            now,
        ),
        run_age=run_age,
        broker=broker,
        queued=queued,
        pulses=pulses,
    )


def components(run_age: float | None = None) -> tuple[Component, ...]:
    """What works and what does not, in figures for whoever runs the site. Raises DatabaseError."""
    return verdict(readings(run_age))


def _waiting_messages() -> QuerySet[Message]:
    """Not yet handed over to the channel, of those that are to be said by now."""
    waiting = [Message.State.QUEUED, Message.State.SENDING]
    return Message.objects.filter(state__in=waiting, created_at__lte=clock.now())


def _age(rows: QuerySet[Any], field: str, now: datetime) -> float | None:
    """Seconds since the oldest of these rows; None without any."""
    oldest = rows.order_by(field).values_list(field, flat=True).first()
    return None if oldest is None else round(max(0.0, (now - oldest).total_seconds()), 1)


def _agencies() -> tuple[AgencyStatus, ...]:
    now = clock.now()
    districts = set(Season.objects.filter(rehearsal=False).values_list("district", flat=True)) or {""}
    lines = lines_for({(district, agency) for district in districts for agency in Agency.values})
    calls = {
        row["agency"]: (row["n"], row["good"])
        for row in AgencyCall.objects.filter(at__gte=now - LOOK_BACK)
        .values("agency")
        .annotate(n=Count("pk"), good=Count("pk", filter=Q(usable=True)))
    }
    return tuple(
        AgencyStatus(
            str(label), _agency_state([lines[one, value].closed for one in districts], *calls.get(value, (0, 0)))
        )
        for value, label in Agency.choices
    )


def _agency_state(closed: Sequence[str], made: int, good: int) -> str:
    """By why each district's line is closed now ("" where it is open), and how many of the calls were answered."""
    if all(closed):
        return "away"
    return "slow" if any(closed) or (made and good < made * SOME_FAIL) else "good"

"""How the site is, in figures that name nobody: for the status page."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db import Error, connection
from django.db.models import Count, Q

from enrollment.models import Application, Round
from foundation import clock
from notifications.models import Message
from verification.models import Agency, AgencyCall, AgencySwitch, Finding

LOOK_BACK = timedelta(minutes=10)  # in which calls and messages speak of "now"
LATE = timedelta(minutes=5)  # a message that has waited longer is late
SAMPLE = 500  # newest findings whose median is told
SOME_FAIL = 0.5  # of the calls in LOOK_BACK: an agency that answers less is told as slow


@dataclass(frozen=True, slots=True)
class AgencyStatus:
    """One agency: ``good``, ``slow`` (many calls unanswered) or ``away`` (switched off, or left in peace)."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """What everybody may know of the site's health."""

    at: str  # Beijing time, to the second
    agencies: tuple[AgencyStatus, ...]
    messages_late: int
    submitted_today: int
    check_seconds: float | None  # median from opening a check to its finding; None without any today
    paused: tuple[Round, ...]

    @property
    def agencies_good(self) -> int:
        return sum(agency.state == "good" for agency in self.agencies)

    @property
    def all_good(self) -> bool:
        return self.agencies_good == len(self.agencies) and not self.messages_late and not self.paused


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
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    newest = Finding.objects.order_by("-pk").values_list("at", "seconds")[:SAMPLE]
    seconds = [taken for at, taken in newest if at >= midnight]
    waiting = Message.objects.filter(
        state__in=[Message.State.QUEUED, Message.State.SENDING],
        created_at__lt=now - LATE,
        created_at__gte=now - timedelta(days=1),
    )
    paused = Round.objects.filter(state="paused", season__rehearsal=False).select_related("season__district")
    return Status(
        at=f"{now:%Y-%m-%d %H:%M:%S}",
        agencies=_agencies(),
        messages_late=waiting.count(),
        submitted_today=Application.objects.filter(submitted_at__gte=midnight, rehearsal=False).count(),
        check_seconds=round(median(seconds), 1) if seconds else None,
        paused=tuple(paused.order_by("pk")),
    )


def _agencies() -> tuple[AgencyStatus, ...]:
    now = clock.now()
    switches = AgencySwitch.objects.in_bulk()
    calls = {
        row["agency"]: (row["n"], row["good"])
        for row in AgencyCall.objects.filter(at__gte=now - LOOK_BACK)
        .values("agency")
        .annotate(n=Count("pk"), good=Count("pk", filter=Q(usable=True)))
    }
    return tuple(
        AgencyStatus(str(label), _agency_state(switches.get(value), *calls.get(value, (0, 0))))
        for value, label in Agency.choices
    )


def _agency_state(switch: AgencySwitch | None, made: int, good: int) -> str:
    if switch is not None and (not switch.enabled or (switch.open_until and switch.open_until > clock.now())):
        return "away"
    return "slow" if made and good < made * SOME_FAIL else "good"

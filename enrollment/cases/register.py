"""The problem register: every case by kind, department and state, how long answers take, and what data lack."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account
from accounts.scopes import scope
from enrollment.cases.models import DataGap, Enquiry, JointCase
from enrollment.cases.selectors import cases_seen
from enrollment.cases.states import OPEN
from foundation import clock
from foundation.errors import NotAllowed
from foundation.tables import as_file
from verification.models import Agency

SHOWN: Final = 200
DAY: Final = timedelta(days=1)


class Median(Aggregate):
    """PostgreSQL's median of a column."""

    function = "percentile_cont"
    name = "median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


# what may be asked for beside the states: all that are not ended; of those, what is past its day
NOT_ENDED: Final = "open"
LATE: Final = "late"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the register is looked at; "" and None mean everything."""

    kind: str = ""
    department: str = ""
    state: str = ""

    @classmethod
    def read(cls, given: Any) -> "Wanted":
        """What an address asks for; a word that is none asks for everything."""
        kind, department, state = (given.get(name, "") for name in ("kind", "department", "state"))
        return cls(
            kind if kind in JointCase.Kind.values else "",
            department if department in Department.values else "",
            state if state in {*JointCase.State.values, NOT_ENDED, LATE} else "",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the register."""

    case: JointCase
    departments: str
    age: int  # days from its opening to its end, or to now
    late: bool


@dataclass(frozen=True, slots=True)
class Turnaround:
    """How long one department took for its answers of one month."""

    month: date
    department: str
    answered: int
    median_days: float
    in_time: int  # percent


def rows_of(staff: Account, wanted: Wanted, ability: Ability = Ability.APPLICATION_REVIEW) -> QuerySet[JointCase]:
    """The cases that the filters leave: of those a person decides on, or, by the ability to read, counts.

    Raises NotAllowed for whoever has it nowhere.
    """
    if not scope(staff).any(ability):
        raise NotAllowed(_("You may not do this here."))
    rows = cases_seen(staff, ability)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.department:
        rows = rows.filter(enquiries__department=wanted.department).distinct()
    if wanted.state == NOT_ENDED:
        rows = rows.filter(state__in=OPEN)
    elif wanted.state == LATE:
        rows = rows.filter(state=JointCase.State.ASKED, due_at__lt=clock.running_minute())
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    return rows.order_by("-pk")


def lines_of(rows: Iterable[JointCase]) -> list[Line]:
    """The lines of the register."""
    now = clock.now()
    return [
        Line(
            case,
            "、".join(dict.fromkeys(str(Department(one.department).label) for one in case.enquiries.all())),
            ((case.ended_at or now) - case.opened_at).days,
            case.state == JointCase.State.ASKED and clock.deadline_passed(case.due_at),
        )
        for case in rows
    ]


def totals(staff: Account, wanted: Wanted) -> dict[str, int]:
    """How many there are, open, late, and ended."""
    ids = rows_of(staff, wanted, Ability.APPLICATION_VIEW).order_by().values("pk")
    minute = clock.running_minute()
    return JointCase.objects.filter(pk__in=ids).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state=JointCase.State.ASKED, due_at__lt=minute)),
        ended=Count("pk", filter=~Q(state__in=OPEN)),
    )


def turnaround(staff: Account, wanted: Wanted) -> list[Turnaround]:
    """Median days and share in time, by month of the answer and department, the newest month first."""
    cases = rows_of(staff, Wanted(kind=wanted.kind), Ability.APPLICATION_VIEW).order_by().values("pk")
    rows = Enquiry.objects.filter(case__in=cases, answered_at__isnull=False)
    if wanted.department:
        rows = rows.filter(department=wanted.department)
    took = ExpressionWrapper(F("answered_at") - F("asked_at"), output_field=DurationField())
    grouped = (
        rows.order_by()
        .annotate(month=TruncMonth("answered_at"))
        .values("month", "department")
        .annotate(
            many=Count("pk"),
            median=Median(took, output_field=DurationField()),
            timely=Count("pk", filter=Q(answered_at__lt=F("due_at") + timedelta(minutes=1))),
        )
    )
    found = [
        Turnaround(
            row["month"].date(),
            str(Department(row["department"]).label),
            row["many"],
            round(row["median"] / DAY, 1),
            round(100 * row["timely"] / row["many"]),
        )
        for row in grouped
    ]
    return sorted(found, key=lambda one: (-one.month.toordinal(), one.department))


def register_csv(staff: Account, wanted: Wanted) -> bytes:
    """The register as a table; no name and no number of a person is in it."""
    head = [
        _("Case"),
        _("Receipt number"),
        _("Kind of case"),
        _("State"),
        _("Departments"),
        _("Opened"),
        _("Due"),
        _("Ended"),
        _("Days"),
        _("Late"),
    ]
    rows = rows_of(staff, wanted).prefetch_related("enquiries")
    return _csv(
        head,
        (
            [
                str(line.case.pk),
                line.case.application.receipt,
                line.case.get_kind_display(),
                line.case.get_state_display(),
                line.departments,
                clock.written(line.case.opened_at),
                clock.written(line.case.due_at),
                _moment(line.case.ended_at),
                str(line.age),
                _("yes") if line.late else _("no"),
            ]
            for line in lines_of(rows)
        ),
    )


def _moment(at: datetime | None) -> str:
    return clock.written(at) if at else ""


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table that a spreadsheet program opens as text; a cell that begins like a formula is none."""
    harmless = ([f"'{cell}" if cell[:1] in "=+-@\t" and cell else cell for cell in row] for row in rows)
    return as_file([head, *harmless])


# -- what data lack ------------------------------------------------------------------------------------------------


def gaps_seen(staff: Account) -> QuerySet[DataGap]:
    """The gaps of somebody's divisions with the number of cases each caused."""
    rows = DataGap.objects.select_related("district", "reported_by").annotate(caused=Count("cases"))
    return scope(staff).rows(rows, Ability.APPLICATION_VIEW, district="district__code")


def gaps_csv(staff: Account) -> bytes:
    """The register of gaps as a table."""
    head = [
        _("Department"),
        _("Data item"),
        _("What is missing"),
        _("State"),
        _("Planned for"),
        _("Reported by"),
        _("Since"),
        _("Cases caused"),
    ]
    return _csv(
        head,
        (
            [
                str(Department(gap.department).label),
                str(Agency(gap.item).label) if gap.item else "",
                gap.what,
                gap.get_state_display(),
                gap.planned_on.isoformat() if gap.planned_on else "",
                gap.reported_by.username,
                clock.written(gap.reported_at),
                str(getattr(gap, "caused", 0)),
            ]
            for gap in gaps_seen(staff)
        ),
    )

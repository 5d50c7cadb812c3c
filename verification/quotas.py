"""How much of what its lines take an agency was asked today."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Sum

from foundation import clock
from verification.lines import Line, lines_for
from verification.models import Agency, CallTally

HOUR: Final = 3600  # seconds
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Use:
    """Today's requests over one line, against what it takes: ``a_second`` is its own quota, or that of its agency."""

    line: str
    agency: str
    label: str
    a_second: float
    own: bool  # the catalogue names a quota for this line
    today: int
    busiest: int  # requests in the busiest hour of today

    @property
    def percent(self) -> float:
        """Of what the line takes in a whole day."""
        return 100 * self.today / (self.a_second * DAY)

    @property
    def busiest_percent(self) -> float:
        """Of what the line takes in an hour, in the busiest one."""
        return 100 * self.busiest / (self.a_second * HOUR)


def uses(places: Collection[tuple[str, str]]) -> list[Use]:
    """The lines of these districts and agencies, each once, with all that went over them today, whoever asked."""
    return _uses({line.name: line for line in lines_for(places).values()} if places else {})


def _uses(lines: Mapping[str, Line]) -> list[Use]:
    counted = _today({line.agency for line in lines.values()})
    found = []
    for name, line in sorted(lines.items(), key=lambda one: (Agency.values.index(one[1].agency), one[0])):
        # without a quota of its own a line shares that of its agency with the other lines of it
        hours = _added(
            hours
            for (agency, over), hours in counted.items()
            if agency == line.agency and (over == name or not line.quota)
        )
        found.append(
            Use(
                line=name,
                agency=line.agency,
                label=str(Agency(line.agency).label),
                a_second=float(line.quota or settings.AGENCY_RATE),
                own=bool(line.quota),
                today=sum(hours.values()),
                busiest=max(hours.values(), default=0),
            )
        )
    return found


def _today(agencies: Iterable[str]) -> dict[tuple[str, str], dict[object, int]]:
    """Today's requests by agency, line and hour."""
    since = clock.now().astimezone(clock.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = CallTally.objects.filter(hour__gte=since, agency__in=list(agencies)).order_by()
    found: dict[tuple[str, str], dict[object, int]] = {}
    for agency, line, hour, many in rows.values_list("agency", "line", "hour").annotate(n=Sum("calls")):
        found.setdefault((agency, line), {})[hour] = many
    return found


def _added(many: Iterable[Mapping[object, int]]) -> dict[object, int]:
    found: dict[object, int] = {}
    for one in many:
        for hour, count in one.items():
            found[hour] = found.get(hour, 0) + count
    return found

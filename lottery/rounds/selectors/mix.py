"""Who applies in a round: the groups, households of here and from elsewhere, and where children outnumber the seats.

For planning before the draw; nothing here decides. Counts are of applications that stand, as judged so far.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Application, ApplicationVersion, Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_round_in_care
from enrollment.seasons.states import LIVE_STATES
from schools.models import SeatPlan, Zone

ABILITIES: Final = (Ability.ROUND_RUN, Ability.AUDIT_VIEW)
UNJUDGED: Final = ""  # the group of who is not judged yet, or is in none


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of the policy: applications, and of these the households of this county, from elsewhere, not known."""

    name: str
    total: int
    here: int
    elsewhere: int

    @property
    def unknown(self) -> int:
        return self.total - self.here - self.elsewhere


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A school or a zone: seats, and the children that want or belong there, in all and by group as ``groups``."""

    name: str
    note: str
    seats: int
    children: int
    by_group: tuple[int, ...]

    @property
    def short(self) -> int:
        """Children for whom there is no seat; 0 where the seats suffice."""
        return max(0, self.children - self.seats)


@dataclass(frozen=True, slots=True)
class Mix:
    """What the page shows. ``groups`` in the policy's order, who is in none last."""

    round: Round
    groups: tuple[GroupRow, ...]
    schools: tuple[NeedRow, ...]
    zones: tuple[NeedRow, ...]
    outside: int  # judged applications whose home lies in no zone

    @property
    def total(self) -> int:
        return sum(one.total for one in self.groups)

    @property
    def here(self) -> int:
        return sum(one.here for one in self.groups)

    @property
    def elsewhere(self) -> int:
        return sum(one.elsewhere for one in self.groups)

    @property
    def ratio(self) -> str:
        """Households from elsewhere to one of here, such as 0.8; "" where there is none of here."""
        return f"{self.elsewhere / self.here:.1f}" if self.here else ""

    @property
    def short_zones(self) -> tuple[NeedRow, ...]:
        return tuple(sorted((one for one in self.zones if one.short), key=lambda one: -one.short))


def mix_of(account: Account, round_id: int, language: str) -> Mix:
    """Raises NotAllowed outside the account's scope."""
    found = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    mine = scope(account)
    if found is None or not any(mine.may(one, district=found.season.district_id) for one in ABILITIES):
        raise no_round_in_care()
    rows = Application.objects.filter(round=found, state__in=LIVE_STATES).order_by()
    names = {one.id: one.name.of(language) for one in compiled(found.policy).groups} | {UNJUDGED: _("Not judged yet")}
    counted = _counted(rows, names)
    codes = [code for code in names if code in counted]
    seats = {
        plan.school_id: (plan.school.name, plan.seats)
        for plan in SeatPlan.objects.filter(
            school__district=found.season.district, year=found.season.year, stage=found.stage
        ).select_related("school")
    }
    by_zone = _by(rows.values_list("zone_code", "group_code").annotate(Count("pk")), codes)
    return Mix(
        round=found,
        groups=tuple(
            GroupRow(names[code], counted[code].total(), counted[code][True], counted[code][False]) for code in codes
        ),
        schools=_schools(found, seats, codes),
        zones=_zones(found, by_zone, seats, codes),
        outside=sum(many for code, many in by_zone.get("", {}).items() if code != UNJUDGED),
    )


def _counted(rows: QuerySet[Application], groups: Collection[str]) -> dict[str, Counter[bool | None]]:
    """Applications by group, and in each by whether the household is of here."""
    counted: dict[str, Counter[bool | None]] = defaultdict(Counter)
    for code, here, many in rows.values_list("group_code", "household_here").annotate(Count("pk")):
        counted[code if code in groups else UNJUDGED][here] += many
    return counted


def _by(counts: Iterable[tuple[str | None, str, int]], codes: Collection[str]) -> dict[str, dict[str, int]]:
    """Applications by place ("" for none), and in each by group."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for place, group, many in counts:
        found[place or ""][group if group in codes else UNJUDGED] += many
    return found


def _need(name: str, note: str, seats: int, counts: Sequence[Mapping[str, int]], codes: Sequence[str]) -> NeedRow:
    by_group = tuple(sum(one.get(code, 0) for one in counts) for code in codes)
    return NeedRow(name, note, seats, sum(by_group), by_group)


def _schools(found: Round, seats: Mapping[str, tuple[str, int]], codes: Sequence[str]) -> tuple[NeedRow, ...]:
    """First choices by school. A school without seats is listed where somebody wants it."""
    newest = ApplicationVersion.objects.filter(
        application__round=found, application__state__in=LIVE_STATES, number=F("application__version")
    )
    counts = newest.order_by().values_list("choices__0", "application__group_code").annotate(Count("pk"))
    first = _by(counts, codes)
    rows = [_need(name, "", many, [first[code]], codes) for code, (name, many) in seats.items()]
    rows += [_need(code, "", 0, [first[code]], codes) for code in first.keys() - {*seats, ""}]
    return tuple(sorted(rows, key=lambda one: (-one.short, -one.children, one.name)))


def _zones(
    found: Round, by_zone: Mapping[str, Mapping[str, int]], seats: Mapping[str, tuple[str, int]], codes: Sequence[str]
) -> tuple[NeedRow, ...]:
    """Children by zone beside the seats of its schools; zones with the same schools share these seats: one row."""
    zones = Zone.objects.filter(district=found.season.district, year=found.season.year, stage=found.stage)
    together: dict[frozenset[str], list[Zone]] = defaultdict(list)
    for zone in zones.prefetch_related("schools").order_by("code"):
        together[frozenset(school.code for school in zone.schools.all())].append(zone)
    rows = [
        _need(
            "、".join(one.name for one in same),
            "、".join(sorted(seats[code][0] for code in schools if code in seats)),
            sum(seats[code][1] for code in schools if code in seats),
            [by_zone.get(one.code, {}) for one in same],
            codes,
        )
        for schools, same in together.items()
    ]
    return tuple(sorted(rows, key=lambda one: (-one.short, -one.children, one.name)))

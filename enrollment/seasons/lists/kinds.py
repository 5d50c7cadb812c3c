"""What a season stands on, as tables that are brought in: seats, zones and the address book.

None of them changes under what rests on it: seats after the roll is frozen, zones and book after they judged somebody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.models import Account
from enrollment.seasons.models import Round, Season
from enrollment.seasons.selectors import judged_by_zones
from enrollment.seasons.states import RoundState
from foundation import clock
from foundation.errors import Refused
from foundation.wording import say
from identifiers.address import parse
from imports.cells import whole_of
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from schools.kinds import coordinate, year_place, year_places
from schools.matching import AddressRule, RuleReader, Zone, keys_of, read_row
from schools.matching.messages import MESSAGES
from schools.models import AddressPoint, District, School, SeatPlan, Stage
from schools.selectors import zones
from schools.services import address_points_put, seat_plans_delete, seat_plans_store, zones_store

STAGES: Final[Mapping[str, str]] = {"幼儿园": "kindergarten", "小学": "primary", "初中": "junior"}
# of a round whose seats are public
ANNOUNCED: Final = frozenset({RoundState.FROZEN, RoundState.DRAWN, RoundState.ADMITTED, RoundState.PUBLISHED})
USUAL_CLASS: Final = 45
MOST_SEATS, MOST_CLASS = 100_000, 100
STAGE: Final = Column("stage", ("学段", "stage"), _("幼儿园, 小学 or 初中."), "小学", choices=tuple(STAGES))
SEAT_COLUMNS: Final = (
    Column("school", ("学校代码", "学校", "school"), _("Code of the school."), "430702P01"),
    STAGE,
    Column("seats", ("招生计划", "计划", "seats"), _("How many children it takes."), "90"),
    Column("class_size", ("班额", "class_size"), _("Children in a class; 45 if it is left empty."), "45", needed=False),
)
ADDRESS_COLUMNS: Final = (
    Column(
        "address",
        ("地址", "小区", "address"),
        _("A house number on a road, an estate or a village."),
        "洞庭大道10号",
        key=True,
    ),
    Column("longitude", ("经度", "longitude"), _("In degrees, 73 to 136."), "111.63961"),
    Column("latitude", ("纬度", "latitude"), _("In degrees, 3 to 54."), "28.99006"),
)
ZONE_COLUMNS: Final = (
    Column(
        "zone", ("学区", "学区名称", "zone"), _("Name of the zone; each of its rules is a row."), "启明街道小学学区"
    ),
    Column("year", ("年份", "year"), _("Year of the season."), "2026"),
    STAGE,
    Column(
        "schools",
        ("学校", "学校代码", "schools"),
        _("Codes, several with 、; in the first row of a zone."),
        "430702P01",
        needed=False,
    ),
    Column(
        "effect",
        ("方式", "effect"),
        _("包含 or 排除; 包含 if it is left empty."),
        "包含",
        needed=False,
        choices=("包含", "排除"),
    ),
    Column(
        "kind",
        ("类型", "kind"),
        _("道路, 小区, 村; 四至 for a zone that is drawn on the map."),
        "小区",
        choices=("道路", "小区", "村", "四至"),
    ),
    Column("name", ("名称", "name"), _("Of the road, the estate or the village."), "芙蓉家园"),
    Column("parity", ("单双号", "parity"), _("单号, 双号 or nothing."), needed=False, choices=("全部", "单号", "双号")),
    Column("low", ("起号", "low"), _("First house number."), needed=False),
    Column("high", ("止号", "high"), _("Last house number."), needed=False),
    Column(
        "big_zone", ("大学区", "big_zone"), _("Schools of one big zone share what their own zones leave."), needed=False
    ),
)


def years() -> list[int]:
    """The years that tables are brought in for."""
    return sorted({*Season.objects.values_list("year", flat=True), clock.today().year, clock.today().year + 1})


def where(place: Place) -> tuple[str, int]:
    district, year = place.key.split(":")[:2]
    return district, int(year)


class SeatPlanReader(Reader):
    """Reads seats of the district's schools; of an announced stage nothing changes."""

    def __init__(self, schools: Collection[str], announced: Collection[str] = ()) -> None:
        self._schools, self._announced = schools, announced

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        stage = STAGES.get(cells["stage"], cells["stage"])
        if stage not in STAGES.values():
            fail("stage", gettext("Write one of: %(known)s.") % {"known": "、".join(STAGES)})
        elif stage in self._announced:
            fail("stage", gettext("The roll of this stage is frozen and its seats are public: they cannot change."))
        if cells["school"] not in self._schools:
            fail("school", gettext("%(value)s is no school code of this district.") % {"value": cells["school"][:40]})
        seats, size = whole_of(cells["seats"]), whole_of(cells["class_size"] or str(USUAL_CLASS))
        text = gettext("Write a whole number from %(low)d to %(high)d.")
        if seats is None or seats > MOST_SEATS:
            fail("seats", text % {"low": 0, "high": MOST_SEATS})
        if size is None or not 1 <= size <= MOST_CLASS:
            fail("class_size", text % {"low": 1, "high": MOST_CLASS})
        data = {"school": cells["school"], "stage": stage, "seats": seats, "class_size": size}
        return Entry(f"{cells['school']}:{stage}", f"{cells['school']} {cells['stage']}", data)


def announced_stages(district: str, year: int) -> set[str]:
    """The stages of a year whose seats are public: their roll is frozen."""
    rounds = Round.objects.filter(season__district=district, season__year=year, state__in=ANNOUNCED)
    return set(rounds.values_list("stage", flat=True))


class Seats(Kind):
    name = "seats"
    title = _("Seats and class sizes")
    purpose = _("How many children each school takes in a year. What the table does not name stays as it is.")
    until = _("Can be undone until the roll of a stage of the table is frozen: its seats are then public.")
    ability = Ability.SEASON_EDIT
    columns = SEAT_COLUMNS
    most_rows = 10_000

    def places(self, account: Account) -> Sequence[Place]:
        return year_places(account, self.ability, years())

    def place(self, key: str) -> Place | None:
        return year_place(key)

    def reader(self, place: Place) -> Reader:
        schools = School.objects.filter(district=place.district).values_list("code", flat=True)
        return SeatPlanReader(set(schools), announced_stages(*where(place)))

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        district, year = where(place)
        wanted = set(keys or ())
        codes = {key.partition(":")[0] for key in wanted}
        rows = SeatPlan.objects.filter(school__district=district, school__in=codes, year=year)
        found = {f"{row.school_id}:{row.stage}": row for row in rows}
        return {
            key: {"school": row.school_id, "stage": row.stage, "seats": row.seats, "class_size": row.class_size}
            for key, row in found.items()
            if key in wanted
        }

    def store(
        self,
        place: Place,
        rows: Mapping[str, Data | None],
        made: Import,  # noqa: ARG002
        *,
        undo: bool = False,  # noqa: ARG002
    ) -> None:
        _district, year = where(place)
        gone = [cast("tuple[str, str]", tuple(key.split(":"))) for key, data in rows.items() if data is None]
        seat_plans_delete(year=year, plans=gone)
        seat_plans_store(plans=[plan_of(year, data) for data in rows.values() if data is not None])

    def shown(self, data: Data) -> dict[str, str]:
        return super().shown({**data, "stage": Stage(data["stage"]).label})

    def used(self, made: Import) -> str:
        district, year = made.place.split(":")
        stages = {key.partition(":")[2] for batch in made.batches.all() for key in batch.body}
        if stages & announced_stages(district, int(year)):
            return gettext("The roll is frozen and the seats are public: they cannot change.")
        return ""


def plan_of(year: int, data: Data) -> SeatPlan:
    seats, size = data["seats"], data["class_size"]
    return SeatPlan(school_id=data["school"], year=year, stage=data["stage"], seats=seats, class_size=size)


def refuse_judged(district: str, year: int, stages: Collection[str]) -> None:
    """Raise Refused where zones and address book of a stage have judged somebody: a judgement must be repeatable."""
    for stage in stages:
        if judged_by_zones(district=district, year=year, stage=stage):
            text = gettext(
                "The zones and the address book have judged applications already and cannot change: a judgement must "
                "be repeatable. What a mistake decided is corrected case by case; the next season begins with new ones."
            )
            raise Refused(text, code="zones_in_use")


class AddressReader(Reader):
    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        name = cells["address"]
        if len(name) > 200 or not keys_of(parse(name)):
            text = gettext("%(value)s names no house number on a road, no estate and no village.")
            fail("address", text % {"value": name[:40]})
        axes = {axis: coordinate(cells, axis, fail) for axis in ("longitude", "latitude")}
        return Entry(name, name, axes)


class Addresses(Kind):
    name = "addresses"
    title = _("Address book and estates")
    purpose = _(
        "Where addresses and estates of a year lie on the map, for zones that are drawn. Rows are put beside those "
        "that stand; one of the same name is replaced."
    )
    until = _("Can be undone until a family of that year was judged.")
    ability = Ability.SEASON_EDIT
    columns = ADDRESS_COLUMNS

    def places(self, account: Account) -> Sequence[Place]:
        return year_places(account, self.ability, years())

    def place(self, key: str) -> Place | None:
        return year_place(key)

    def guard(self, place: Place) -> None:
        refuse_judged(*where(place), Stage.values)

    def reader(self, place: Place) -> Reader:  # noqa: ARG002 - of any place
        return AddressReader()

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        district, year = where(place)
        rows = AddressPoint.objects.filter(district=district, year=year, name__in=list(keys or ()))
        return {row.name: {"longitude": row.longitude, "latitude": row.latitude} for row in rows}

    def store(
        self,
        place: Place,
        rows: Mapping[str, Data | None],
        made: Import,  # noqa: ARG002
        *,
        undo: bool = False,  # noqa: ARG002
    ) -> None:
        district, year = where(place)
        points = {name: (data["longitude"], data["latitude"]) if data else None for name, data in rows.items()}
        address_points_put(district=district, year=year, points=points)


class ZoneReader(Reader):
    """Reads the rules of the zones of one year and stage."""

    def __init__(self, year: int, stage: str, schools: Collection[str], drawn: Collection[str]) -> None:
        self._place, self._schools = (year, stage), schools
        self._rules = RuleReader(drawn=[(name, year, stage) for name in drawn])
        self._drawn, self._named = set(drawn), set[str]()
        self._told = 0

    def finish(self) -> Iterable[tuple[int, str, str]]:
        """A zone that is drawn would lose its area with the table."""
        for name in sorted(self._drawn - self._named):
            text = gettext("Zone %(zone)s is drawn on the map and missing here: give it a row of the kind 四至.")
            yield 0, "zone", text % {"zone": name}

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        found = read_row(self._rules, self.line, cells)
        for error in self._rules.errors[self._told :]:
            fail(error.column, say(MESSAGES[error.code], {"column": error.column, **error.params}))
        self._told = len(self._rules.errors)
        if found is None:
            return None
        zone, rule = found
        self._named.add(zone.name)
        if (zone.year, zone.stage) != self._place:
            fail("year", gettext("This row is of another year or stage than the one this table is for."))
        strange = [code for code in zone.schools if code not in self._schools]
        if strange:
            fail("schools", gettext("%(value)s is no school code of this district.") % {"value": strange[0][:40]})
        data = row_of(zone, rule)
        return Entry(key_of(data), zone.name, data)


def row_of(zone: Zone, rule: AddressRule | None) -> dict[str, Any]:
    """A rule as it is compared and stored; of a zone that is only drawn one row without a rule."""
    said = asdict(rule) if rule else {"kind": "area", "name": ""}
    return {**said, "zone": zone.name, "schools": sorted(zone.schools), "big_zone": zone.big_zone}


def key_of(data: Mapping[str, Any]) -> str:
    parts = [data.get(name) for name in ("zone", "kind", "name", "effect", "parity", "low", "high")]
    return "|".join("" if one is None else str(one) for one in parts)


class Zones(Kind):
    name = "zones"
    title = _("Zones")
    purpose = _(
        "The zones of one year and stage, one rule a row; the table replaces all of them. The area of a zone that is "
        "drawn on the map stays as it is."
    )
    until = _("Can be undone until a family of that year and stage was judged.")
    ability = Ability.SEASON_EDIT
    columns = ZONE_COLUMNS
    whole = True
    most_rows = 20_000

    def places(self, account: Account) -> Sequence[Place]:
        found = year_places(account, self.ability, years())
        return [stage_place(one, stage) for one in found for stage in Stage.values]

    def place(self, key: str) -> Place | None:
        ground, _colon, stage = key.rpartition(":")
        found = year_place(ground) if stage in Stage.values else None
        return stage_place(found, stage) if found else None

    def guard(self, place: Place) -> None:
        refuse_judged(*where(place), [place.key.rpartition(":")[2]])

    def reader(self, place: Place) -> Reader:
        (district, year), stage = where(place), place.key.rpartition(":")[2]
        schools = School.objects.filter(district=district).values_list("code", flat=True)
        drawn = [zone.name for zone in zones(district, year, stage) if zone.polygon]
        return ZoneReader(year, stage, set(schools), drawn)

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        (district, year), stage = where(place), place.key.rpartition(":")[2]
        rows = [row_of(zone, rule) for zone in zones(district, year, stage) for rule in zone.rules or (None,)]
        found = {key_of(row): row for row in rows}
        return found if keys is None else {key: found[key] for key in keys if key in found}

    def store(
        self,
        place: Place,
        rows: Mapping[str, Data | None],
        made: Import,  # noqa: ARG002
        *,
        undo: bool = False,  # noqa: ARG002
    ) -> None:
        (district, year), stage = where(place), place.key.rpartition(":")[2]
        drawn = {zone.name: zone.polygon for zone in zones(district, year, stage)}
        by_zone: dict[str, list[Data]] = {}
        for data in rows.values():
            if data is not None:
                by_zone.setdefault(data["zone"], []).append(data)
        made_zones = [
            Zone(
                name,
                name,
                year,
                stage,
                tuple(first["schools"]),
                tuple(rule_of(one) for one in found if one["kind"] != "area"),
                drawn.get(name),
                first["big_zone"],
            )
            for name, (first, *_others) in by_zone.items()
            if (found := by_zone[name])
        ]
        zones_store(district=District.objects.get(pk=district), zones=made_zones, only=(year, stage))

    def shown(self, data: Data) -> dict[str, str]:
        words = {
            "kind": {"road": "道路", "estate": "小区", "village": "村", "area": "四至"},
            "effect": {"include": "包含", "exclude": "排除"},
            "parity": {"odd": "单号", "even": "双号", "all": ""},
        }
        said = {
            name: words.get(name, {}).get(value, value) for name, value in data.items() if not isinstance(value, list)
        }
        return super().shown({**said, "schools": data["schools"]})


def rule_of(data: Data) -> AddressRule:
    return AddressRule(data["effect"], data["kind"], data["name"], data["parity"], data["low"], data["high"])


def stage_place(place: Place, stage: str) -> Place:
    return Place(f"{place.key}:{stage}", f"{place.label} {Stage(stage).label}", place.district)


GROUND: Final[tuple[Kind, ...]] = (Seats(), Zones(), Addresses())

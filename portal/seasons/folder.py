"""Reading a season's folder: every file checked, every mistake named with file, row and column, nothing stored yet.

season.yaml, schools, seats, zones, addresses, service_points, seat_uses (each .xlsx or .csv), policies/*.yaml,
articles.yaml, forms.yaml, polygons.geojson, map.geojson.
docs/getting-started.md explains each column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import override

from enrollment.seasons.days.dates import MOST_DAYS
from enrollment.seasons.lists.kinds import ADDRESS_COLUMNS, SEAT_COLUMNS, STAGES, AddressReader, SeatPlanReader
from enrollment.seasons.lists.services import source_issue
from enrollment.seasons.rules.own_form import Content
from enrollment.seasons.rules.sources import LISTS, is_list, unsourced
from enrollment.setup.bodies import reminders_of
from enrollment.used_seats.kinds import COLUMNS as USED_COLUMNS
from enrollment.used_seats.kinds import SeatReader
from foundation.clock import SHANGHAI, today
from foundation.errors import Refused
from foundation.tables import open_table
from imports.kinds import Column, Data, Entry, Reader
from imports.reading import LIMITS, MOST_UNPACKED, Seen, WrongHeading, heading_words, rows_of
from policy import Policy, PolicyError, load
from policy.tree import refuse_unbounded
from portal.seasons.extras import ARTICLES, after_rules, read_articles
from portal.seasons.forms import FORMS, read_forms, refuse_unfit
from portal.seasons.items import read_items
from portal.seasons.maps import NAME as MAP
from portal.seasons.maps import read_district_map
from portal.seasons.polygons import NAME as POLYGONS
from portal.seasons.polygons import WrongPolygon, drawn, with_polygons
from portal.seasons.tables import MOST_ROWS, Problem, UnreadableTable, find_table, read_table, renamed
from schools.kinds import SCHOOL_COLUMNS, SchoolReader
from schools.maps.model import DistrictMap
from schools.matching import Zone, read_rules
from schools.matching.divisions import county
from verification.agencies import FIVE
from verification.item_services import ItemRow

ROUND_KINDS = {"main", "private", "supplementary"}
ALIASES = {
    heading: column
    for column, headings in {
        "name": "名称",
        "level": "级别",
        "address": "地址",
        "hours": "服务时间",
        "phone": "电话",
    }.items()
    for heading in headings.split()
}
LEVELS = {"区级": "district", "镇级": "town", "村级": "village"}


@dataclass(frozen=True, slots=True)
class RoundPlan:
    stage: str
    kind: str
    policy: str
    opens_at: datetime
    closes_at: datetime
    results_at: datetime
    check_on: date | None = None
    answer_days: int | None = None  # None: as it stands, or the usual days
    seat_days: int | None = None
    form: str = ""  # of forms.yaml; "": as it stands
    reminders: list[int] | None = None  # None: as it stands, or the usual ones


@dataclass(slots=True)
class SeasonPlan:
    """A folder as read; usable only while ``problems`` is empty."""

    folder: Path
    district: str = ""
    year: int = 0
    synthetic: bool = False
    calendar: list[dict[str, str]] = field(default_factory=list)
    items: tuple[ItemRow, ...] = ()  # the district's rows of the catalogue of data items
    lists: tuple[str, ...] = ()  # the lists that the district keeps (enrollment.seasons.rules.sources)
    rounds: list[RoundPlan] = field(default_factory=list)
    policies: dict[str, tuple[str, Policy]] = field(default_factory=dict)
    schools: list[dict[str, Any]] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    zones: tuple[Zone, ...] = ()
    addresses: list[tuple[str, tuple[float, float]]] = field(default_factory=list)  # the address book
    map: DistrictMap = field(default_factory=DistrictMap)
    points: list[dict[str, str]] = field(default_factory=list)
    forms: dict[str, Content] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)  # enrollment.models.AfterRules
    articles: list[dict[str, Any]] = field(default_factory=list)
    seat_uses: dict[str, Data] = field(default_factory=dict)  # by child and stage
    problems: list[Problem] = field(default_factory=list)

    def fail(self, file: str, row: int, column: str, message: str) -> None:
        self.problems.append(Problem(file, row, column, message))


def read_folder(folder: Path) -> SeasonPlan:
    """Read everything; mistakes are collected, never raised."""
    plan = SeasonPlan(folder)
    if not folder.is_dir():
        plan.fail(str(folder), 0, "", "there is no such folder")
        return plan
    _read_policies(plan)
    plan.forms = read_forms(folder, lambda column, message: plan.fail(FORMS, 0, column, message))
    _read_season(plan)
    _read_schools(plan)
    _read_seats(plan)
    _read_zones(plan)
    _read_addresses(plan)
    plan.map = read_district_map(folder, lambda row, column, text: plan.fail(MAP, row, column, text))
    _read_points(plan)
    _read_seat_uses(plan)
    plan.articles = read_articles(folder, lambda column, message: plan.fail(ARTICLES, 0, column, message))
    return plan


def _read_policies(plan: SeasonPlan) -> None:
    for path in sorted((plan.folder / "policies").glob("*.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
            plan.policies[path.stem] = (text, load(text))
        except PolicyError as wrong:
            for issue in wrong.errors:
                plan.fail(f"policies/{path.name}", issue.line, issue.path, issue.message)
        except UnicodeDecodeError:
            plan.fail(f"policies/{path.name}", 0, "", "not UTF-8: save it as UTF-8")


def _read_season(plan: SeasonPlan) -> None:
    name = "season.yaml"
    try:
        text = (plan.folder / name).read_text(encoding="utf-8")
        refuse_unbounded(text)  # also aliases, which can say a little text a million times
        body = yaml.safe_load(text)
    except PolicyError as wrong:
        plan.fail(name, wrong.errors[0].line, "", wrong.errors[0].message)
        return
    except FileNotFoundError:
        plan.fail(name, 0, "", "the file is missing: see docs/getting-started.md")
        return
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        plan.fail(name, 0, "", f"not readable as YAML: {str(wrong).splitlines()[0]}")
        return
    if not isinstance(body, dict):
        plan.fail(name, 0, "", "the file must be a list of names and values")
        return
    plan.district, plan.synthetic = str(body.get("district", "")), bool(body.get("synthetic", False))
    if county(plan.district) is None:
        plan.fail(name, 0, "district", f"{plan.district!r} is not the six-digit GB/T 2260 code of a county")
    year = body.get("year")
    if isinstance(year, int) and 2000 <= year <= 2100:
        plan.year = year
    else:
        plan.fail(name, 0, "year", f"{year!r} is not a year")
    plan.calendar = [
        {str(key): str(value) for key, value in item.items()}
        for item in body.get("calendar") or []
        if isinstance(item, dict)
    ]
    plan.after = after_rules(body.get("after"), lambda column, message: plan.fail(name, 0, column, message))
    plan.items = read_items(body.get("items"), lambda column, message: plan.fail(name, 0, column, message))
    _read_lists(plan, name, body.get("lists") or [])
    rounds = body.get("rounds")
    if not isinstance(rounds, list) or not rounds:
        plan.fail(name, 0, "rounds", "list at least one round")
        return
    for number, item in enumerate(rounds, start=1):
        _read_round(plan, name, number, item if isinstance(item, dict) else {})


def _read_lists(plan: SeasonPlan, name: str, kinds: object) -> None:
    """The lists that the district keeps, and whether each policy has a source for all it looks at."""
    if not isinstance(kinds, list) or not all(is_list(str(kind)) for kind in kinds):
        plan.fail(name, 0, "lists", f"a list of {', '.join(sorted(LISTS))}")
        return
    plan.lists = tuple(map(str, kinds))
    for code, (text, policy) in plan.policies.items():
        for fact in unsourced(policy, plan.lists, {*FIVE, *(row.agency for row in plan.items)}):
            issue = source_issue(fact, text)
            plan.fail(f"policies/{code}.yaml", issue.line, issue.path, issue.message)


def _read_round(plan: SeasonPlan, name: str, number: int, item: Mapping[str, Any]) -> None:
    label = f"rounds[{number}]"
    stage = STAGES.get(str(item.get("stage")), str(item.get("stage")))
    if stage not in STAGES.values():
        plan.fail(name, 0, f"{label}.stage", "kindergarten, primary or junior")
    if item.get("kind", "main") not in ROUND_KINDS:
        plan.fail(name, 0, f"{label}.kind", "main, private or supplementary")
    policy = str(item.get("policy", ""))
    if policy not in plan.policies:
        plan.fail(name, 0, f"{label}.policy", f"there is no policies/{policy}.yaml that can be used")
    form = str(item.get("form") or "")
    if form and form not in plan.forms:
        plan.fail(name, 0, f"{label}.form", f"there is no {form!r} in {FORMS} that can be used")
    elif form and policy in plan.policies:
        rules = plan.policies[policy][1]
        refuse_unfit(form, plan.forms[form], rules, lambda column, message: plan.fail(FORMS, 0, column, message))
    moments = [_moment(plan, name, f"{label}.{key}", item.get(key)) for key in ("opens", "closes", "results")]
    opens, closes, results = moments
    if opens is None or closes is None or results is None:
        return
    if not opens < closes < results:
        plan.fail(name, 0, label, "opens, closes and results must follow one another")
        return
    plan.rounds.append(
        RoundPlan(
            stage,
            str(item.get("kind", "main")),
            policy,
            opens,
            closes,
            results,
            _day(plan, name, label, item.get("check_on")),
            answer_days=_number(plan, name, f"{label}.answer_days", item.get("answer_days")),
            seat_days=_number(plan, name, f"{label}.seat_days", item.get("seat_days")),
            form=form,
            reminders=_reminders(plan, name, f"{label}.reminders", item.get("reminders")),
        )
    )


def _day(plan: SeasonPlan, name: str, label: str, value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    plan.fail(name, 0, f"{label}.check_on", f"{value!r} is not a date such as 2026-06-15")
    return None


def _number(plan: SeasonPlan, name: str, column: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS):
        return value
    plan.fail(name, 0, column, f"{value!r} is not a number of days from 1 to {MOST_DAYS}")
    return None


def _reminders(plan: SeasonPlan, name: str, column: str, value: object) -> list[int] | None:
    if value is None or value == []:
        return None if value is None else []
    days = reminders_of(", ".join(map(str, value))) if isinstance(value, list) else []
    if days and days == sorted(set(days), reverse=True) and days[-1] >= 1:
        return days
    plan.fail(name, 0, column, f"{value!r} is not three numbers of days before the end such as [4, 2, 1]")
    return None


def _moment(plan: SeasonPlan, name: str, column: str, value: object) -> datetime | None:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        plan.fail(name, 0, column, f"{value!r} is not a time such as 2026-06-01 08:00")
        return None
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def _rows(plan: SeasonPlan, name: str, needed: Iterable[str]) -> list[tuple[str, int, dict[str, str]]]:
    """(file, row number, cells) of a table; a missing file or column is a problem."""
    path = find_table(plan.folder, name)
    if path is None:
        plan.fail(f"{name}.csv", 0, "", f"the file is missing: {name}.xlsx or {name}.csv")
        return []
    try:
        rows = [renamed(row, ALIASES) for row in read_table(path)]
    except UnreadableTable as wrong:
        plan.fail(path.name, 0, "", str(wrong))
        return []
    missing = [column for column in needed if rows and column not in rows[0]]
    for column in missing:
        plan.fail(path.name, 1, column, "the column is missing")
    if missing:
        return []
    return [(path.name, number, row) for number, row in enumerate(rows, start=2) if any(row.values())]


def _read_schools(plan: SeasonPlan) -> None:
    reader = SchoolReader(others=())  # who else has a code is found out when it is stored
    plan.schools = [{"code": row.key, **row.data} for row in _by_kind(plan, "schools", SCHOOL_COLUMNS, reader)]


def _read_seats(plan: SeasonPlan) -> None:
    reader = SeatPlanReader({school["code"] for school in plan.schools})
    plan.seats = [dict(row.data) for row in _by_kind(plan, "seats", SEAT_COLUMNS, reader)]


def _read_zones(plan: SeasonPlan) -> None:
    path = find_table(plan.folder, "zones")
    if path is None:
        plan.fail("zones.csv", 0, "", "the file is missing: zones.xlsx or zones.csv")
        return
    try:
        plan.zones, errors = read_rules(read_table(path), drawn(plan.folder))
    except UnreadableTable as wrong:
        plan.fail(path.name, 0, "", str(wrong))
        return
    for error in errors:
        plan.fail(path.name, error.row, error.column, error.message)
    try:
        plan.zones = with_polygons(plan.folder, plan.zones)
    except WrongPolygon as wrong:
        plan.fail(POLYGONS, wrong.feature, "", str(wrong))
    codes = {school["code"] for school in plan.schools}
    for zone in plan.zones:
        for school in zone.schools:
            if school not in codes:
                plan.fail(path.name, 0, "schools", f"zone {zone.name}: {school!r} is not in the schools table")


def _read_addresses(plan: SeasonPlan) -> None:
    """The address book: an address or an estate a row, with its point in the coordinates of polygons.geojson."""
    if find_table(plan.folder, "addresses") is not None:
        rows = _by_kind(plan, "addresses", ADDRESS_COLUMNS, AddressReader())
        plan.addresses = [(row.key, (row.data["longitude"], row.data["latitude"])) for row in rows]


def _read_points(plan: SeasonPlan) -> None:
    if find_table(plan.folder, "service_points") is None:
        return
    for file, number, row in _rows(plan, "service_points", ("name", "level", "address", "hours", "phone")):
        level = LEVELS.get(row["level"], row["level"])
        if level not in LEVELS.values():
            plan.fail(file, number, "level", "district, town or village")
        if not row["name"]:
            plan.fail(file, number, "name", "a name is needed")
        plan.points.append({**row, "level": level})


def _read_seat_uses(plan: SeasonPlan) -> None:
    """Homes whose seat was used in earlier years; a season can do without the table."""
    if find_table(plan.folder, "seat_uses") is not None:
        reader = SeatReader({row["code"] for row in plan.schools}, today())
        plan.seat_uses = {row.key: row.data for row in _by_kind(plan, "seat_uses", USED_COLUMNS, reader)}


def _by_kind(plan: SeasonPlan, name: str, columns: Sequence[Column], reader: Reader) -> Iterator[Entry]:
    """The rows of a table exactly as the importer reads them; mistakes are noted under row and column."""
    path = find_table(plan.folder, name)
    if path is None:
        plan.fail(f"{name}.csv", 0, "", f"the file is missing: {name}.xlsx or {name}.csv")
        return
    names = {one.heading: one.name for one in columns}
    reads = open_table([path.read_bytes()], rows=MOST_ROWS + 1, unpacked=MOST_UNPACKED, limits=LIMITS)
    with override("en"), _noted(plan, path.name, names), Seen() as seen, reads as table:
        for row in rows_of(columns, reader, table.lines, seen).read:
            for column, message in row.problems:
                plan.fail(path.name, row.line, names.get(column, ""), message)
            if row.entry is not None:
                yield row.entry


@contextmanager
def _noted(plan: SeasonPlan, file: str, names: Mapping[str, str]) -> Iterator[None]:
    try:
        yield
    except WrongHeading as wrong:
        for one in wrong.wrong:
            plan.fail(file, 1, names.get(str(one.params.get("column")), ""), heading_words(one))
    except Refused as refused:  # no table
        plan.fail(file, 0, "", refused.message)

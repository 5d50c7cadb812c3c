"""Reading a season's folder: every file checked, every mistake named with file, row and column, nothing stored yet.

season.yaml, schools, seats, zones, service_points (each .xlsx or .csv), policies/*.yaml, articles.yaml.
docs/getting-started.md explains each column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from foundation.clock import SHANGHAI
from policy import Policy, PolicyError, load
from portal.seasons.extras import ARTICLES, after_rules, read_articles
from portal.seasons.polygons import NAME as POLYGONS
from portal.seasons.polygons import WrongPolygon, with_polygons
from portal.seasons.tables import Problem, UnreadableTable, find_table, read_table, renamed
from schools.matching import Zone, read_rules
from schools.matching.divisions import county

STAGES = {"幼儿园": "kindergarten", "小学": "primary", "初中": "junior"}
KINDS = {"公办": "public", "民办": "private", "民工子弟": "migrant", "特殊": "special"}
ROUND_KINDS = {"main", "private", "supplementary"}
ALIASES = {
    heading: column
    for column, headings in {
        "code": "代码 学校代码",
        "name": "名称 学校名称",
        "kind": "性质 办学性质",
        "group": "教育集团",
        "town": "街道 镇街",
        "address": "地址",
        "longitude": "经度",
        "latitude": "纬度",
        "phone": "电话",
        "features": "特色",
        "facilities": "设施",
        "consult_hours": "咨询时间",
        "school": "学校",
        "year": "年份",
        "stage": "学段",
        "seats": "计划 招生计划",
        "class_size": "班额",
        "level": "级别",
        "hours": "服务时间",
    }.items()
    for heading in headings.split()
}
LEVELS = {"区级": "district", "镇级": "town", "村级": "village"}
CHINA = ((73.0, 136.0), (3.0, 54.0))  # longitude, latitude


@dataclass(frozen=True, slots=True)
class RoundPlan:
    stage: str
    kind: str
    policy: str
    opens_at: datetime
    closes_at: datetime
    results_at: datetime
    check_on: date | None = None


@dataclass(slots=True)
class SeasonPlan:
    """A folder as read; usable only while ``problems`` is empty."""

    folder: Path
    district: str = ""
    year: int = 0
    synthetic: bool = False
    calendar: list[dict[str, str]] = field(default_factory=list)
    rounds: list[RoundPlan] = field(default_factory=list)
    policies: dict[str, tuple[str, Policy]] = field(default_factory=dict)
    schools: list[dict[str, Any]] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    zones: tuple[Zone, ...] = ()
    points: list[dict[str, str]] = field(default_factory=list)
    after: dict[str, Any] = field(default_factory=dict)  # enrollment.models.AfterRules
    articles: list[dict[str, Any]] = field(default_factory=list)
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
    _read_season(plan)
    _read_schools(plan)
    _read_seats(plan)
    _read_zones(plan)
    _read_points(plan)
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
        body = yaml.safe_load((plan.folder / name).read_text(encoding="utf-8"))
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
    rounds = body.get("rounds")
    if not isinstance(rounds, list) or not rounds:
        plan.fail(name, 0, "rounds", "list at least one round")
        return
    for number, item in enumerate(rounds, start=1):
        _read_round(plan, name, number, item if isinstance(item, dict) else {})


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
        )
    )


def _day(plan: SeasonPlan, name: str, label: str, value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    plan.fail(name, 0, f"{label}.check_on", f"{value!r} is not a date such as 2026-06-15")
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


def _number(
    plan: SeasonPlan, where: tuple[str, int], row: Mapping[str, str], column: str, span: tuple[float, float]
) -> float:
    try:
        value = float(row.get(column) or "x")
    except ValueError:
        value = float("nan")
    if not span[0] <= value <= span[1]:
        plan.fail(*where, column, f"{row.get(column, '')!r} is not a number from {span[0]:g} to {span[1]:g}")
    return value


def _read_schools(plan: SeasonPlan) -> None:
    seen: dict[str, int] = {}
    for file, number, row in _rows(plan, "schools", ("code", "name", "address", "longitude", "latitude")):
        code = row["code"]
        if not code or not row["name"] or not row["address"]:
            plan.fail(file, number, "code", "code, name and address are all needed")
            continue
        if code in seen:
            plan.fail(file, number, "code", f"{code!r} stands already in row {seen[code]}")
            continue
        seen[code] = number
        kind = KINDS.get(row.get("kind", ""), row.get("kind") or "public")
        if kind not in KINDS.values():
            plan.fail(file, number, "kind", f"{kind!r}: public, private, migrant or special")
        row["kind"] = kind
        longitude = _number(plan, (file, number), row, "longitude", CHINA[0])
        latitude = _number(plan, (file, number), row, "latitude", CHINA[1])
        plan.schools.append({**row, "longitude": longitude, "latitude": latitude})


def _read_seats(plan: SeasonPlan) -> None:
    codes = {school["code"] for school in plan.schools}
    seen: set[tuple[str, str]] = set()
    for file, number, row in _rows(plan, "seats", ("school", "stage", "seats")):
        stage = STAGES.get(row["stage"], row["stage"])
        if stage not in STAGES.values():
            plan.fail(file, number, "stage", f"{row['stage']!r}: kindergarten, primary or junior")
        if row["school"] not in codes:
            plan.fail(file, number, "school", f"{row['school']!r} is not in the schools table")
        if (row["school"], stage) in seen:
            plan.fail(file, number, "school", "this school and stage stand already above")
        seen.add((row["school"], stage))
        seats = _number(plan, (file, number), row, "seats", (0, 100_000))
        size = _number(plan, (file, number), {"class_size": row.get("class_size") or "45"}, "class_size", (1, 100))
        if seats == seats and size == size:
            plan.seats.append({"school": row["school"], "stage": stage, "seats": int(seats), "class_size": int(size)})


def _read_zones(plan: SeasonPlan) -> None:
    path = find_table(plan.folder, "zones")
    if path is None:
        plan.fail("zones.csv", 0, "", "the file is missing: zones.xlsx or zones.csv")
        return
    try:
        plan.zones, errors = read_rules(read_table(path))
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

"""The reader of a bureau's zone table: one rule a row, every mistake named with its row and column.

Columns (English or Chinese): zone 学区, year 年份, stage 学段, schools 学校, effect 方式, kind 类型, name 名称,
parity 单双号, low 起号, high 止号, big_zone 大学区. The kind 四至 holds the sentence of a zone that is drawn on the
map and makes no rule. ``effect``, ``parity``, ``low``, ``high`` and ``big_zone`` may be left out. Row numbers count
the heading as row 1.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from identifiers.text import dashes, width
from schools.matching.index import place_of
from schools.matching.messages import MESSAGES
from schools.matching.model import AddressRule, Effect, Parity, RuleKind, Zone
from schools.matching.named import unnamed


def _words(table: Mapping[str, str]) -> Mapping[str, str]:
    """Turn meaning -> words a person may write into word -> meaning."""
    return MappingProxyType({word: meaning for meaning, words in table.items() for word in words.split(" ")})


HEADERS = _words(
    {
        "zone": "学区 学区名称",
        "year": "年份",
        "stage": "学段",
        "schools": "学校",
        "effect": "方式",
        "kind": "类型",
        "name": "名称",
        "parity": "单双号",
        "low": "起号",
        "high": "止号",
        "big_zone": "大学区",
    }
)
REQUIRED = ("zone", "year", "stage", "schools", "kind", "name")
LIMIT = 200  # characters of a cell
LIST_LIMIT = 4_000  # of the cell that lists schools
MOST_ROWS = 50_000

_STAGES = _words({"kindergarten": "kindergarten 幼儿园", "primary": "primary 小学", "junior": "junior 初中"})
# an empty word stands for an empty cell
_EFFECTS = _words({"include": " include 包含 包括 纳入 含", "exclude": "exclude 排除 除外 不含 不包含"})
_KINDS = _words({"road": "road 道路 路 路段", "estate": "estate 小区 楼盘", "village": "village 村 社区 村社"})
# the sentence of a zone that is drawn: no rule, but its area must be there
_AREA = frozenset({"area", "四至", "范围", "边界"})
_PARITIES = _words({"all": " all 全部 全 单双号", "odd": "odd 单 单号 奇数", "even": "even 双 双号 偶数"})
_SEPARATORS = str.maketrans(dict.fromkeys("、，;；/|\n", ","))


@dataclass(frozen=True, slots=True)
class RowError:
    """A mistake in a table: ``row`` as the spreadsheet counts it, ``column`` by its English name."""

    row: int
    column: str
    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RuleReader:
    """What has been read so far of a zone table."""

    errors: list[RowError] = field(default_factory=list)
    zones: dict[str, Zone] = field(default_factory=dict)
    rules: dict[str, dict[AddressRule, int]] = field(default_factory=dict)
    drawn: Collection[tuple[str, int, str]] = ()  # zones with an area on the map: name, year, stage
    first_rows: dict[str, int] = field(default_factory=dict)

    def fail(self, row: int, column: str, code: str, **params: str) -> None:
        self.errors.append(RowError(row, column, code, MESSAGES[code].format(column=column, **params), params))


def _cell(value: object) -> str:
    """A cell as text: spreadsheets give numbers and empty cells, people give full-width digits and stray spaces."""
    text = "" if value is None else dashes(width(str(value)[: LIST_LIMIT + 1])).strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text


def _cells(raw: Mapping[str, str]) -> dict[str, str]:
    headings = ((str(heading or "").strip(), value) for heading, value in raw.items())
    return {HEADERS.get(heading, heading.lower()): _cell(value) for heading, value in headings}


def _choose(reader: RuleReader, row: int, column: str, text: str, table: Mapping[str, str]) -> str | None:
    chosen = table.get(text.lower())
    if chosen is None:
        code = "unknown_value" if text else "missing_value"
        reader.fail(row, column, code, value=text, allowed="、".join(word for word in table if word))
    return chosen


def _year(reader: RuleReader, row: int, text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) == 4 and text >= "1990":
        return int(text)
    reader.fail(row, "year", "not_a_year" if text else "missing_value", value=text)
    return None


def _bound(reader: RuleReader, row: int, column: str, text: str) -> tuple[bool, int | None]:
    """(whether the cell is right, its number or None for an open end)."""
    if not text:
        return True, None
    if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0:
        return True, int(text)
    reader.fail(row, column, "not_a_number", value=text)
    return False, None


def _range(reader: RuleReader, row: int, cells: Mapping[str, str], parity: str) -> tuple[int | None, int | None] | None:
    low_ok, low = _bound(reader, row, "low", cells.get("low", ""))
    high_ok, high = _bound(reader, row, "high", cells.get("high", ""))
    if not (low_ok and high_ok):
        return None
    if low is not None and high is not None:
        if low > high:
            reader.fail(row, "high", "range_reversed", low=str(low), high=str(high))
            return None
        if low == high and parity != "all" and (low % 2 == 1) != (parity == "odd"):
            reader.fail(row, "parity", "range_empty", low=str(low), high=str(high))
            return None
    return low, high


def _rule(reader: RuleReader, row: int, cells: Mapping[str, str]) -> AddressRule | None:
    effect = _choose(reader, row, "effect", cells.get("effect", ""), _EFFECTS)
    kind = _choose(reader, row, "kind", cells.get("kind", ""), _KINDS)
    parity = _choose(reader, row, "parity", cells.get("parity", ""), _PARITIES)
    name = cells.get("name", "")
    if not name:
        reader.fail(row, "name", "missing_value")
    span = _range(reader, row, cells, parity or "all")
    if effect is None or kind is None or parity is None or span is None or not name:
        return None
    if len(place_of(cast("RuleKind", kind), name)[1]) < 2:
        reader.fail(row, "name", "no_name", value=name)
        return None
    wrong = unnamed(cast("RuleKind", kind), name, numbered=span != (None, None))
    if wrong is not None:
        reader.fail(row, "name", wrong.code, **wrong.params)
        return None
    return AddressRule(cast("Effect", effect), cast("RuleKind", kind), name, cast("Parity", parity), *span)


def _zone(reader: RuleReader, row: int, cells: Mapping[str, str]) -> str | None:
    """The id of the row's zone, which its first row creates; later rows may leave the schools empty."""
    name, year = cells.get("zone", ""), _year(reader, row, cells.get("year", ""))
    stage = _choose(reader, row, "stage", cells.get("stage", ""), _STAGES)
    if not name:
        reader.fail(row, "zone", "missing_value")
    if not name or year is None or stage is None:
        return None
    key = f"{year}-{stage}-{name}"
    listed = (school.strip() for school in cells.get("schools", "").translate(_SEPARATORS).split(","))
    schools = tuple(dict.fromkeys(school for school in listed if school))
    known = reader.zones.get(key)
    if known is None:
        if not schools:
            reader.fail(row, "schools", "missing_value")
            return None
        made = Zone(key, name, year, stage, schools, big_zone=cells.get("big_zone", ""))
        reader.zones[key], reader.rules[key], reader.first_rows[key] = made, {}, row
    elif schools and set(schools) != set(known.schools):
        reader.fail(row, "schools", "schools_differ", zone=name, first=str(reader.first_rows[key]))
        return None
    return key


def _add(reader: RuleReader, row: int, key: str, rule: AddressRule) -> None:
    rules = reader.rules[key]
    opposite = replace(rule, effect="exclude" if rule.effect == "include" else "include")
    if rule in rules:
        reader.fail(row, "name", "duplicate", first=str(rules[rule]))
    elif opposite in rules:
        reader.fail(row, "effect", "contradiction", first=str(rules[opposite]))
    else:
        rules[rule] = row


def _known(zone: Zone) -> tuple[str, int, str]:
    return zone.name, zone.year, zone.stage


def read_row(reader: RuleReader, row: int, raw: Mapping[str, str]) -> tuple[Zone, AddressRule | None] | None:
    """The zone of a row and its rule, None for a row that describes a drawn area; None after a mistake."""
    before = len(reader.errors)
    cells = _cells(raw)
    made = _read_row(reader, row, cells)
    return made if len(reader.errors) == before else None


def _read_row(reader: RuleReader, row: int, cells: Mapping[str, str]) -> tuple[Zone, AddressRule | None] | None:
    for column, text in cells.items():
        limit = LIST_LIMIT if column == "schools" else LIMIT
        if len(text) > limit:
            reader.fail(row, column, "too_long", limit=str(limit))
            return None
    key = _zone(reader, row, cells)
    if cells.get("kind", "").lower() in _AREA:
        if key is not None and _known(reader.zones[key]) not in reader.drawn:
            reader.fail(row, "name", "border_not_drawn", value=cells.get("name", ""), zone=reader.zones[key].name)
        return (reader.zones[key], None) if key is not None else None
    rule = _rule(reader, row, cells)
    if key is not None and rule is not None:
        _add(reader, row, key, rule)
        return reader.zones[key], rule
    return None


def read_rules(
    rows: Iterable[Mapping[str, str]], drawn: Collection[tuple[str, int, str]] = ()
) -> tuple[tuple[Zone, ...], tuple[RowError, ...]]:
    """Read a zone table into zones (in the order of their first rows) and every mistake found.

    ``drawn`` are the zones (name, year, stage) that have an area on the map. Only such a zone may be described by its
    borders, in a row of the kind 四至, which makes no rule: a border is never read as the road it runs along.

    Rows with a mistake add no rule; the caller decides whether zones of a table with mistakes may be used. Empty
    rows are skipped and unknown columns ignored. A missing column is one error in row 1 and nothing else is read.
    """
    reader = RuleReader(drawn=drawn)
    for number, raw in enumerate(rows, start=2):
        if number > MOST_ROWS + 1:
            reader.fail(number, "zone", "too_many_rows", limit=str(MOST_ROWS))
            break
        cells = _cells(raw)
        if number == 2:
            for column in REQUIRED:
                if column not in cells:
                    reader.fail(1, column, "missing_column")
            if reader.errors:
                break
        if any(cells.values()):
            _read_row(reader, number, cells)
    zones = (replace(zone, rules=tuple(reader.rules[key])) for key, zone in reader.zones.items())
    return tuple(zones), tuple(reader.errors)

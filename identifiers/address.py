"""Addresses: one spelling for all the ways people write a home, and its parts for matching.

Deeds, household registers and parents write the same flat as 三幢五〇一室, 3栋501室 and 3号楼501. The normal form
writes ``幢``, ``单元`` and ``室`` with digits. ``parse`` cuts it into parts; ``Address.key`` is equal when the parts
below the division are equal, and ``same_place`` also compares the divisions as far as both name them (agencies often
leave out the province).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from identifiers import divisions, text
from identifiers.numerals import NUMERALS, counted
from identifiers.result import Checked, Context, accept, notice, refuse

KIND = "address"
SHORTEST, LONGEST = 4, 200
_PARTS = ("division", "road", "number", "estate", "building", "unit", "room", "village")
KEPT = 16_384  # places kept as they were read
_MOST_PASSES = 50  # every pass shortens or settles; real addresses take two

_PUNCTUATION = re.compile(r"[()〔〕［］\[\]【】《》<>「」『』“”\"'·,，、。.;；:：/\\|*]+")
_GAP = re.compile(r"(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])")
_ALNUM = r"[0-9]+[A-Z]?|[A-Z][0-9]*|[甲乙丙丁]"
_COUNTS = "(?:幢|单元|室|号|组|队)"
# Each replacement with the characters of which a text must hold one before it can be found there at all.
_REPLACEMENTS: tuple[tuple[frozenset[str], re.Pattern[str], str], ...] = tuple(
    (frozenset(marks), re.compile(pattern), replacement)
    for marks, pattern, replacement in (
        ("栋楼座#", rf"({_ALNUM})(?:栋|号楼|座(?!落)|#楼|#(?=[0-9]|$)|幢楼)", r"\1幢"),
        ("房", r"(?<=[0-9])(?:号房|房间|房(?=$))", "室"),
        ("层楼", r"(?<=幢)(?:第?[0-9]{1,2}[层楼])(?=[0-9])", ""),
        ("层楼", r"(?<=元)(?:第?[0-9]{1,2}[层楼])(?=[0-9])", ""),
        ("第", r"(?<![门府宅])第(?=[0-9]+(?:幢|单元|室|组|队))", ""),
        ("-", r"(?<=幢)([0-9]{1,2})-([0-9]{2,5}[A-Z]?)(?:室)?$", r"\1单元\2室"),
        ("-", r"(?<=[^0-9A-Z-])([0-9]{1,3})-([0-9]{1,2})-([0-9]{2,5}[A-Z]?)室?$", r"\1幢\2单元\3室"),
        ("-", r"(?<=[^0-9A-Z-])([0-9]{1,3})-([0-9]{3,5}[A-Z]?)室?$", r"\1幢\2室"),
        ("幢元", r"(?<=[幢元])([0-9]{2,5}[A-Z]?|[A-Z][0-9]{2,4})$", r"\1室"),
        ("0", rf"(?<![0-9A-Z-])0+(?=[1-9][0-9]*{_COUNTS}|0{_COUNTS})", ""),
    )
)
# A text of these characters alone is folded already; one without the marks is in normal form: most registers write so.
_FOLDED = re.compile(r"[\u4e00-\u9fff0-9A-Z-]*")
_CHANGING = re.compile(rf"[{NUMERALS}栋楼座#房层第-]|(?<![0-9A-Z-])0|[0-9A-Z]$")

_ESTATE_WORDS = "花园|小区|公寓|家园|新村|公馆|山庄|名苑|名邸|华庭|华府|雅苑|广场|苑|府邸"
_ROAD = re.compile(
    r"(?P<road>(?:[A-Z0-9]+|[\u4e00-\u9fff])(?:[\u4e00-\u9fff0-9A-Z]{0,14}?)(?:大道|大街|公路|胡同|路|街(?!道)|巷|弄堂|线|[道弄](?=[0-9]))(?!(?:路|街(?!道)|巷)))"
    r"(?![口边旁段])(?P<branch>(?:[东南西北中][段路])?)(?P<number>[甲乙丙丁]?[0-9]+(?:-[0-9]+)?(?:[号弄](?:之[0-9]+)?)(?!线|楼))?"
)
_BY_ESTATE = re.compile(rf"(?P<estate>.{{2,}}?(?:{_ESTATE_WORDS}))(?P<road>.{{2,}})")
_ROOM = re.compile(rf"(?P<room>{_ALNUM}|[0-9]+-[0-9]+)室$")
_UNIT = re.compile(rf"(?P<unit>{_ALNUM}|[东南西北中])单元$")
_BUILDING = re.compile(rf"(?P<building>{_ALNUM}|[东南西北中])幢$")
_HOUSE = re.compile(r"(?P<number>[0-9]+(?:-[0-9]+)?)(?:号|弄)$")
_VILLAGE = re.compile(
    r"(?P<village>[\u4e00-\u9fff]{1,12}?[0-9]{0,2}(?:(?<!新)村(?!路|街|大道)|社区|居委会|屯(?=[0-9]|$)))(?:民?委会)?(?P<group>[0-9]+(?:组|队))?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, each an empty string where it is not named; ``number`` keeps a part like ``88-1``.

    ``lane`` numbers (弄) stand in ``number``; the house inside a lane or an estate (3号) stands in ``building``.
    """

    division: str
    road: str
    number: str
    estate: str
    building: str
    unit: str
    room: str
    village: str
    raw: str
    key: str


def _fold(raw: str) -> str:
    if _FOLDED.fullmatch(raw):
        return raw
    folded = text.keys(text.without_variants(text.visible(raw)))
    return "".join(_PUNCTUATION.sub("", _GAP.sub("-", folded.strip())).split())


def _step(value: str) -> str:
    value = counted(value)
    held = set(value)
    for marks, pattern, replacement in _REPLACEMENTS:
        if not marks.isdisjoint(held):
            value = pattern.sub(replacement, value)
    return value


def normalise(raw: str) -> str:
    """The one spelling: half-width, no spaces or punctuation, digits for counting numerals, 幢 单元 室 for synonyms.

    Applied until nothing changes, so that a normal form is its own normal form.
    """
    value = _fold(raw)
    for _ in range(_MOST_PASSES):
        if not _CHANGING.search(value):
            break
        following = _step(value)
        if following == value:
            break
        value = following
    return value


def _take(pattern: re.Pattern[str], rest: str, group: str, *endings: str) -> tuple[str, str]:
    """Cut a part with one of these endings off the end: (part, what stays before it)."""
    match = pattern.search(rest) if rest.endswith(endings) else None
    return (match[group], rest[: match.start()]) if match else ("", rest)


def _home(rest: str) -> tuple[str, str, str, str]:
    """Cut (building, unit, room) off the end and give back what is before them as the fourth part."""
    room, rest = _take(_ROOM, rest, "room", "室")
    unit, rest = _take(_UNIT, rest, "unit", "单元")
    building, rest = _take(_BUILDING, rest, "building", "幢")
    return building, unit, room, rest


def _road(rest: str) -> tuple[str, str, str]:
    """Find (road, number) and give back what is left around them, which names the estate."""
    match = _ROAD.match(rest)
    if match is None:
        return "", "", rest
    road, before = match["road"] + match["branch"], ""
    inner = _BY_ESTATE.fullmatch(road)
    if inner is not None:
        before, road = inner["estate"], inner["road"]
    number = (match["number"] or "").replace("之", "-").replace("号", "").replace("弄", "")
    return road, number, before + rest[match.end() :]


def _village(rest: str, *, has_building: bool) -> tuple[str, str, str]:
    """Find (village, group) at the front and give back the rest; 新村 with buildings is an estate, not a village."""
    match = _VILLAGE.match(rest)
    if match is None or (has_building and match["village"].endswith("村") and match.end() == len(rest)):
        return "", "", rest
    return match["village"], match["group"] or "", rest[match.end() :]


@lru_cache(maxsize=KEPT)
def _place(rest: str, *, has_building: bool) -> tuple[str, str, str, str, str, str]:
    """(village, group, road, number, house, estate) of what stands between the division and the flat.

    Kept: thousands of families live at the same few streets and estates.
    """
    village, group, rest = _village(rest, has_building=has_building)
    road, number, rest = _road(rest)
    if not village:
        village, group, rest = _village(rest, has_building=has_building)
    house, rest = _take(_HOUSE, rest, "number", "号", "弄")
    return village, group, road, number, house, rest


def parse(raw: str) -> Address:
    """Cut an address into its parts; what cannot be named stays in ``estate``, nothing is lost and nothing is
    guessed.
    """
    value = normalise(raw[: text.LIMIT])
    division, rest = divisions.split(value)
    building, unit, room, rest = _home(rest)
    village, group, road, number, inside, rest = _place(rest, has_building=bool(building))
    if inside and not building and ((road and number) or rest):
        building = inside
    elif inside:
        number = number or inside
    building = building or group
    key = f"{road}|{number}|{village}|{rest}|{building}|{unit}|{room}"
    return Address(
        division=division,
        road=road,
        number=number,
        estate=rest,
        building=building,
        unit=unit,
        room=room,
        village=village,
        raw=raw,
        key=key,
    )


def same_place(first: str | Address, second: str | Address) -> bool:
    """Whether two addresses name the same home, as far as both name it.

    Building and room must be equal. Of division, road, number, village, estate and unit, what both name must agree,
    and a road with its number, an estate or a village must be named by both: registers leave out the province,
    parents the unit, deeds the estate. Where too little is shared the answer is False, which asks for a look, not
    for a refusal.
    """
    one = first if isinstance(first, Address) else parse(first)
    two = second if isinstance(second, Address) else parse(second)
    if (one.building, one.room) != (two.building, two.room) or not divisions.agree(one.division, two.division):
        return False
    pairs = [(getattr(one, part), getattr(two, part)) for part in ("road", "number", "village", "estate", "unit")]
    if any(left and right and left != right for left, right in pairs):
        return False
    road, number, village, estate, _ = (bool(left and right) for left, right in pairs)
    return (road and number) or village or estate


def check(raw: str, context: Context) -> Checked:  # noqa: ARG001 - one signature for every kind
    """Check that an address is legible and names a place; a missing house number, or a flat alone, only warns."""
    value = normalise(raw)
    if text.has_control(value):
        return refuse(KIND, raw, value, "control_character")
    if len(value) < SHORTEST:
        return refuse(KIND, raw, value, "address_short")
    if len(value) > LONGEST:
        return refuse(KIND, raw, value, "too_long", limit=str(LONGEST))
    address = parse(raw)
    found = {part: getattr(address, part) for part in _PARTS if getattr(address, part)}
    place = address.road or address.village or re.search(r"[\u3400-\u9fff]{2}", address.estate)
    if not (place or address.building or address.room):
        return refuse(KIND, raw, value, "address_no_place")
    missing = [] if place else [notice("address_no_place")]
    if not (address.number or address.building):
        missing.append(notice("address_no_number"))
    return accept(KIND, raw, value, facts=found, warnings=tuple(missing))


def mask(value: str) -> str:
    """The first three characters, which lie inside the division."""
    return text.stars(value, 3, 0)

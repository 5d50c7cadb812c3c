"""The division written before an address: 浙江省宁波市慈溪市浒山街道.

Read by its words (省, 市, 区, 县, 镇 ...), not by a gazetteer: names change every year and an old deed keeps the old
one. The words also occur inside names of roads and estates (市场路, 镇海, 阳光小区, 江南水乡), which the patterns and
``split`` leave alone.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

_CHAR = r"(?:(?!街道|路(?![南北桥]))[\u4e00-\u9fff])"  # 路南区, 路北区 and 路桥区 exist; any other 路 ends a road
_CITY_WORD = r"市(?!场|民|府|政|心|中心)"
_CITY = rf"{_CHAR}{{2,6}}?(?:{_CITY_WORD}|地区|盟(?!路|街))|{_CHAR}{{2,12}}?自治州"
_INNER = rf"(?:(?!镇){_CHAR})"  # 镇 begins the names of counties (镇海区) and otherwise ends a town
_COUNTY = (
    rf"{_CHAR}{_INNER}{{0,10}}?(?:(?<![小社园片库景厂校墅活舍宅属])区(?!府|政|间)|县(?!府|政|前|学)|旗(?![区杆舰路街]))"
    rf"|{_CHAR}{_INNER}{{1,10}}?{_CITY_WORD}"
)
_TOWN = (
    r"[\u4e00-\u9fff]{1,9}?(?:街道(?:办事处)?|(?<![新古城])镇(?![海江政府前街])|镇(?=江[东西南北中])"
    r"|乡(?![政府路街村])|苏木)"
)
_DIVISION = re.compile(
    rf"(?P<province>[\u4e00-\u9fff]{{2,8}}?(?:省(?!府|路)|自治区|特别行政区)|(?:北京|天津|上海|重庆)市)?"
    rf"(?P<city>{_CITY})?(?P<county>{_COUNTY})?(?P<town>{_TOWN})?"
)
_NO_NAME = re.compile(r"(?:花园|小区|公寓|家园|新村|公馆|山庄|广场|苑|府邸)?(?=[0-9A-Z甲乙丙丁]|$)")
_HOME_FOLLOWS = re.compile(r"[0-9A-Z甲乙丙丁]+(?:幢|单元|室|号)")


def split(value: str) -> tuple[str, str]:
    """(division, the rest) of a normal form; a division that leaves a home without a name was the name of an estate."""
    match = _DIVISION.match(value)
    if match is None or not match[0]:
        return "", value
    rest = value[match.end() :]
    generic = _NO_NAME.match(rest)
    if generic is None or not (generic[0] or _HOME_FOLLOWS.match(rest)):
        return match[0], rest
    last = next(level for level in ("town", "county", "city", "province") if match[level])
    return value[: match.start(last)], value[match.start(last) :]


@cache
def renamed() -> dict[str, str]:
    """By its former name what a county is called since (县改区, 县改市): identifiers/data/renamed.txt."""
    path = Path(__file__).parent / "data" / "renamed.txt"
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isdigit())
    return {before: since for _province, _year, before, since in lines}


@cache
def _present() -> dict[str, str]:
    """By each former name the name borne today: 余杭县 became 余杭市, and that 余杭区."""
    names, found = renamed(), {}
    for name in names:
        seen = {name}
        now = names[name]
        while now in names and now not in seen:
            seen.add(now)
            now = names[now]
        found[name] = now
    return found


@cache
def _former() -> dict[str, tuple[str, ...]]:
    """By the name borne today the names before."""
    found: dict[str, tuple[str, ...]] = {}
    for before, now in _present().items():
        found[now] = (*found.get(now, ()), before)
    return found


def _now(name: str) -> str:
    """The name a county bears today."""
    return _present().get(name, name)


def names_of(county: str) -> tuple[str, ...]:
    """The present name of a county and those it bore before."""
    return (county, *_former().get(county, ()))


def _same_town(first: str, second: str) -> bool:
    """Whether two towns can be one: the same, or a 镇 or 乡 that became a 街道 and kept its name."""
    one, two = (name.removesuffix("办事处") for name in (first, second))
    if one == two:
        return True
    stems = {name[: -len(word)] for name in (one, two) for word in ("街道", "镇", "乡") if name.endswith(word)}
    return len(stems) == 1 and one.endswith("街道") != two.endswith("街道")


@lru_cache(maxsize=4096)  # a district's rules and addresses name the same few divisions
def agree(first: str, second: str) -> bool:
    """Whether two divisions can be one place: what both name is equal, and neither names a city or county beside it.

    A deed keeps the name of its day: a county stands under its present name (``renamed``), and a town may have become
    a 街道. Writers leave out levels, and 慈溪市 alone does not tell a city from a county, so those two levels are
    compared as sets.
    """
    one, two = _DIVISION.match(first), _DIVISION.match(second)
    if one is None or two is None:
        return True
    if one["province"] and two["province"] and one["province"] != two["province"]:
        return False
    if one["town"] and two["town"] and not _same_town(one["town"], two["town"]):
        return False
    inner = [{_now(match[level]) for level in ("city", "county") if match[level]} for match in (one, two)]
    return inner[0] <= inner[1] or inner[1] <= inner[0]

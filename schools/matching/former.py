"""Divisions as they once were: 浙江省杭州市江干区 is a place of birth although it was abolished in 2021 (pure).

From the history of division codes that python-stdnum keeps. A person born there names the place as it was.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

_PERIOD: Final = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^,\[\]]+)")
_NO_NAME: Final = re.compile("市辖区|县|.*直辖.*")  # groups of divisions, not places


@dataclass(frozen=True, slots=True)
class Former:
    """One name of a code and the years it was borne, both included; None where that end is open."""

    code: str
    name: str
    since: int | None
    until: int | None

    def was_on(self, day: date) -> bool:
        return (self.since or 0) <= day.year <= (self.until or day.year)


@cache
def _names() -> dict[str, tuple[Former, ...]]:
    """By full name, 浙江省杭州市江干区, the codes that bore it."""
    from stdnum import numdb  # not at the top: its table is read where a place of birth is no longer on the map

    found: dict[str, list[Former]] = {}
    table: Any = numdb.get("cn/loc")
    for _length, province, _high, of_province, below in table.prefixes:
        rows = {low: _periods(province + low, said.get("county", "")) for _l, low, _h, said, _more in below}
        for low, names in rows.items():
            cities = {one.name for one in rows.get(f"{low[:2]}00", ()) if not _NO_NAME.fullmatch(one.name)}
            cities -= {of_province["province"]}
            for one in names:
                if _NO_NAME.fullmatch(one.name) or low == "0000":
                    continue
                # a city's own row, a city without counties (东莞市), or a county below one of the city's names
                for city in ("",) if low.endswith("00") or not cities else sorted(cities | {""}):
                    full = of_province["province"] + city + one.name
                    found.setdefault(full, []).append(one)
    return {name: tuple(rows) for name, rows in found.items()}


def _periods(code: str, text: str) -> tuple[Former, ...]:
    return tuple(
        Former(code, name.strip(), int(since) if since else None, int(until) if until else None)
        for since, until, name in _PERIOD.findall(text)
    )


def former_code(full_name: str, on: date | None = None) -> str:
    """The six digits of a place by the name it bore on a day (at any time, without one); "" where it bore it never."""
    rows = _names().get("".join(full_name.split()), ())
    return next((one.code for one in rows if on is None or one.was_on(on)), "")


@cache
def _by_code() -> dict[str, tuple[tuple[str, Former], ...]]:
    found: dict[str, list[tuple[str, Former]]] = {}
    for name, rows in _names().items():
        for one in rows:
            found.setdefault(one.code, []).append((name, one))
    return {code: tuple(sorted(rows, key=lambda row: -len(row[0]))) for code, rows in found.items()}


def former_name(code: str, on: date | None = None) -> str:
    """The full name a code stood for on a day, with its city where it had one; "" where it stood for nothing."""
    return next((name for name, one in _by_code().get(code, ()) if on is None or one.was_on(on)), "")

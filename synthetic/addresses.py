"""Addresses of the city's estates, and the many ways a clerk or a parent writes one and the same address."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from synthetic.spec import CitySpec, EstateSpec

_DIGITS: Final = "零一二三四五六七八九"
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def chinese_number(value: int) -> str:
    """Write 1..99 in Chinese numerals: 3 is 三, 12 is 十二, 20 is 二十."""
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling: estate, building, unit (stair), floor and door."""

    estate: EstateSpec
    building: int
    unit: int
    floor: int
    door: int

    @property
    def room(self) -> str:
        """The room number: floor and two digits for the door."""
        return f"{self.floor}{self.door:02d}"


def draw_home(rng: Random, spec: CitySpec, estate: EstateSpec | None = None) -> Home:
    """Draw a dwelling, in the given estate or in any."""
    where = estate or rng.choice(spec.estates)
    return Home(where, rng.randint(1, 28), rng.randint(1, 4), rng.randint(1, 18), rng.randint(1, 4))


def official(spec: CitySpec, home: Home) -> str:
    """Write an address as the registers do."""
    estate = home.estate
    return f"{spec.place}{estate.road}{estate.number}号{estate.name}{home.building}幢{home.unit}单元{home.room}室"


def typed(rng: Random, spec: CitySpec, home: Home) -> str:
    """Write an address as a parent might: other words for the building, Chinese or full-width numerals, spaces."""
    estate = home.estate
    building = chinese_number(home.building) if rng.randrange(5) == 0 else str(home.building)
    word = rng.choice(("幢", "幢", "栋", "号楼"))
    text = f"{estate.road}{estate.number}号{estate.name}{building}{word}{home.unit}单元{home.room}室"
    if rng.randrange(8) == 0:
        text = text.translate(_WIDE)
    if rng.randrange(8) == 0:
        text = text.replace(estate.name, f" {estate.name} ")
    return spec.place + text

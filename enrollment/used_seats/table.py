"""One row of the table of earlier years: which child entered which school on the seat of which home (pure)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import identifiers
from enrollment.used_seats.reading import number_keys, place_keys
from imports.cells import day_of

STAGES: Final[Mapping[str, str]] = {"幼儿园": "kindergarten", "小学": "primary", "初中": "junior"}
KINDS: Final = {"certificate": "certificate", "contract": "contract", "unit": "property-unit", "address": "address"}
MESSAGES: Final[Mapping[str, str]] = {
    "school": "{value} is no school code of this district.",
    "stage": "{value} is no stage: write 幼儿园, 小学 or 初中.",
    "day": "{value} is no day such as 2023-09-01.",
    "future": "{value} lies in the future.",
    "order": "The child left before it entered.",
    "number": "{value} cannot be right: compare it with the document.",
    "home": "No number and no address of a home: at least one is needed.",
    "same": "The child and a parent, or both parents, have the same number.",
}
FailCode = Callable[..., None]  # column, code, what the words need


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One row that can be stored, with everything in its one spelling."""

    school: str
    stage: str
    used_on: date
    left_on: date | None
    child: str
    numbers: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    parents: tuple[str, ...]


def read_line(row: Mapping[str, str], fail: FailCode, *, schools: Collection[str], today: date) -> SeatLine | None:
    """The row, or None after every mistake was told; ``schools`` are the district's."""
    return _Line(row, fail, schools, today).read()


@dataclass(slots=True)
class _Line:
    """One row being read; what is wrong with it is collected, so that all of it is told at once."""

    row: Mapping[str, str]
    tell: FailCode
    schools: Collection[str]
    today: date
    wrong: bool = field(default=False)

    def fail(self, column: str, code: str, **params: str) -> None:
        self.wrong = True
        self.tell(column, code, **params)

    def read(self) -> SeatLine | None:
        row = self.row
        stage = STAGES.get(row["stage"], row["stage"])
        if stage not in STAGES.values():
            self.fail("stage", "stage", value=row["stage"])
        if row["school"] not in self.schools:
            self.fail("school", "school", value=row["school"])
        used_on, left_on = self.day("used_on"), self.day("left_on")
        if used_on and left_on and left_on < used_on:
            self.fail("left_on", "order")
        people = [self.person(name) for name in ("child_id", "parent_id", "other_parent_id")]
        given = [one for one in people if one]
        if len(given) != len(set(given)):
            self.fail("parent_id", "same")
        homes = {name: self.of_kind(name, kind) for name, kind in KINDS.items()}
        numbers = number_keys(homes["certificate"], homes["contract"], homes["unit"])
        places = place_keys(homes["address"])
        if not (numbers or places or self.wrong):
            self.fail("address", "home")
        if self.wrong or used_on is None:
            return None
        parents = tuple(sorted(one for one in people[1:] if one))
        return SeatLine(row["school"], stage, used_on, left_on, people[0], tuple(numbers), tuple(places), parents)

    def day(self, name: str) -> date | None:
        text = self.row.get(name, "")
        if not text:
            return None
        found = day_of(text)
        if found is None:
            self.fail(name, "day", value=text[:40])
            return None
        if found > self.today:
            self.fail(name, "future", value=text[:40])
        return found

    def person(self, name: str) -> str:
        """A personal number in its one spelling; never shown again, however wrong it is."""
        text = self.row.get(name, "")
        checked = identifiers.check("id", text, today=self.today) if text else None
        if checked is None:
            return ""
        if not checked.ok:
            self.fail(name, "number", value=identifiers.mask("id", text))
            return ""
        return checked.value

    def of_kind(self, name: str, kind: str) -> str:
        text = self.row.get(name, "")
        if text and not identifiers.check(kind, text, today=self.today).ok:
            self.fail(name, "number", value=text[:40])
            return ""
        return text

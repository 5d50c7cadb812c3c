"""The admission problem: who may go where, in which order, with how many seats.

An order key is (tier ascending, points descending, order ascending); `order` is normally the rank of the ticket.
Siblings carry one `group` and one ticket: they may have equal keys, nobody else may.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lottery.engine.drawing.draw import MOST_SEATS, SiblingRule
from lottery.engine.messages import LotteryError

Number = int | float
Key = tuple[Number, Number, Number]


class Mechanism(StrEnum):
    """How choices and keys become places (docs/audit.md says what each guarantees)."""

    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class School:
    """A school, or one of its pots of seats (a big-zone surplus is a school of its own).

    First choice first counts choices on each `line` apart: a lost draw of a private school costs nothing elsewhere.
    """

    id: str
    seats: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One listed school and the applicant's key there. A school the child does not qualify for is not listed."""

    school: str
    order: Number
    points: Number = 0
    tier: int = 0

    @property
    def key(self) -> Key:
        """Compares as priority does: the smaller key comes first."""
        return (self.tier, -self.points, self.order)


@dataclass(frozen=True, slots=True)
class Pupil:
    """An applicant with choices in order of preference; siblings of one cohort share `group`."""

    id: str
    choices: tuple[Choice, ...]
    group: str | None = None


def positions(pupil: Pupil, lines: Mapping[str, str]) -> list[int]:
    """How many choices on the same line stand above each choice of a pupil; `lines` by school, "" when missing."""
    seen: Counter[str] = Counter()
    found = []
    for choice in pupil.choices:
        line = lines.get(choice.school, "")
        found.append(seen[line])
        seen[line] += 1
    return found


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything an admission run depends on."""

    schools: tuple[School, ...]
    pupils: tuple[Pupil, ...]
    mechanism: Mechanism = Mechanism.PARALLEL
    siblings: SiblingRule = SiblingRule.EXPAND


def groups_by_name(problem: Problem) -> dict[str, list[Pupil]]:
    """Sibling groups, members by id."""
    groups: dict[str, list[Pupil]] = {}
    for pupil in sorted((pupil for pupil in problem.pupils if pupil.group is not None), key=lambda pupil: pupil.id):
        groups.setdefault(pupil.group or "", []).append(pupil)
    return groups


def _check_schools(schools: tuple[School, ...]) -> set[str]:
    names: set[str] = set()
    for index, school in enumerate(schools):
        if school.id in names:
            raise LotteryError("problem.twice", place=f"schools[{index}].id", value=ascii(school.id))
        if not 0 <= school.seats <= MOST_SEATS:
            raise LotteryError("problem.range", place=f"schools[{index}].seats", least=0, most=MOST_SEATS)
        names.add(school.id)
    return names


def _check_choices(place: str, choices: tuple[Choice, ...], schools: set[str]) -> None:
    seen: set[str] = set()
    for index, choice in enumerate(choices):
        if choice.school not in schools:
            raise LotteryError("problem.school", place=f"{place}.choices[{index}].school", value=ascii(choice.school))
        if choice.school in seen:
            raise LotteryError("problem.twice", place=f"{place}.choices[{index}].school", value=ascii(choice.school))
        seen.add(choice.school)


def _check_ties(problem: Problem) -> None:
    holders: dict[tuple[str, Key], Pupil] = {}
    for index, pupil in enumerate(problem.pupils):
        for position, choice in enumerate(pupil.choices):
            first = holders.setdefault((choice.school, choice.key), pupil)
            if first is not pupil and (pupil.group is None or pupil.group != first.group):
                place = f"pupils[{index}].choices[{position}]"
                names = {"first": ascii(first.id), "second": ascii(pupil.id), "school": ascii(choice.school)}
                raise LotteryError("problem.tie", place=place, **names)


def check_problem(problem: Problem) -> None:
    """Raises LotteryError problem.* naming the first place that is wrong."""
    schools = _check_schools(problem.schools)
    seen: set[str] = set()
    for index, pupil in enumerate(problem.pupils):
        if pupil.id in seen:
            raise LotteryError("problem.twice", place=f"pupils[{index}].id", value=ascii(pupil.id))
        seen.add(pupil.id)
        _check_choices(f"pupils[{index}]", pupil.choices, schools)
    sizes = Counter(pupil.group for pupil in problem.pupils if pupil.group is not None)
    for index, pupil in enumerate(problem.pupils):
        if pupil.group is not None and sizes[pupil.group] == 1:
            raise LotteryError("problem.group", place=f"pupils[{index}].group", value=ascii(pupil.group))
    _check_ties(problem)

"""A run told to families and to the public: each choice with its numbers, each school with its last admitted (pure).

The table of schools is made once from the run; a family's lines are made from that table and the family's own stored
positions whenever somebody reads them, so they need no storage and can be made again in any year.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lottery.engine.admission import wording
from lottery.engine.admission.entries import IN_ZONE, SHARED, Entry, Inputs, real
from lottery.engine.admission.province import Province, numbered
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.allocation.packing import Ints
from lottery.engine.allocation.problem import Choice, Mechanism, Pupil, positions
from lottery.engine.drawing.methods import METHODS
from policy.words import Text

Json = dict[str, Any]
# Enough of a ticket for every method to show it.
KEPT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Names:
    """How schools and groups are called; `points` says whether the policy counts points at all."""

    schools: Mapping[str, str]
    groups: Mapping[str, Text]
    points: bool
    english: Mapping[str, str] = field(default_factory=dict)  # of schools, where they are called otherwise in English


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a child stands at one school of the run; `choice` counts the choices of a line from 1."""

    school: str
    level: int
    position: int
    ticket: bytes
    choice: int


@dataclass(frozen=True, slots=True)
class Place:
    """What one child got: a school of the run, or a school and the metres to it by coordination, or neither."""

    school: str | None
    standings: tuple[Standing, ...]
    coordinated: tuple[str, int] | None = None


def standings(rules: Inputs, one: Entry, ranks: tuple[int, ...], tickets: tuple[bytes, ...]) -> tuple[Standing, ...]:
    """The standings of a child from its positions and tickets in the order of its choices."""
    listed = list(rules.listed(one))
    pupil = Pupil(one.pupil, tuple(Choice(school, 0) for school, _ in listed))
    counted = positions(pupil, {school: rules.line(school) for school, _ in listed})
    return tuple(
        Standing(school, level, rank, ticket, count + 1)
        for (school, level), rank, ticket, count in zip(listed, ranks, tickets, counted, strict=True)
    )


class Told:
    """The words and numbers of one run."""

    def __init__(self, rules: Inputs, names: Names) -> None:
        self.rules, self.names = rules, names

    def standing(self, one: Entry, at: Standing) -> Json:
        """What is shown of a child's standing, to itself or, of the last admitted, to everybody."""
        apart = at.school in self.rules.private or at.school in self.rules.scored
        group = self.names.groups.get(one.group_code, Text("", ""))
        return {
            "group": group.to_json(),
            "points": one.points if self.names.points and not apart else None,
            "score": one.scores[at.school] if at.school in self.rules.scored else None,
            "drawn": at.school in self.rules.private,
            "choice": at.choice if self.rules.mechanism is Mechanism.SEQUENTIAL else None,
            "position": at.position,
            "level": at.level,
            "in_zone": at.level == IN_ZONE,
            "ticket": METHODS[self.rules.method].shown(at.ticket),
        }

    def who(self, standing: Json) -> Text:
        """The rank in words: choice, group, points and zone, or the score, or that only the draw counted."""
        values = {
            "group": Text.from_json(standing["group"]),
            "points": standing["points"],
            "score": None if standing["score"] is None else wording.score(standing["score"]),
            "zone": wording.LEVELS[standing["level"]],
        }
        if standing["drawn"]:
            template = wording.BY_DRAW
        elif standing["score"] is not None:
            template = wording.BY_SCORE
        else:
            template = wording.WHO if standing["points"] is None else wording.WITH_POINTS
        said = wording.fill(template, values)
        return said if standing["choice"] is None else wording.fill(wording.NTH, {"n": standing["choice"], "who": said})

    def name(self, school: str) -> Text:
        """A school of the run as it is called."""
        code = str(real(school))
        text = self.names.schools[code]
        plain = Text(text, self.names.english.get(code, text))
        return wording.fill(wording.SHARED_SEATS, {"name": plain}) if school.endswith(SHARED) else plain


class Teller(Told):
    """Explains the places of one run to its families; `table` is what `school_table` made of it."""

    def __init__(self, rules: Inputs, names: Names, table: Mapping[str, Json], withdrawn: Set[tuple[str, str]]) -> None:
        super().__init__(rules, names)
        self.table, self.withdrawn = table, withdrawn

    def explanation(self, one: Entry, place: Place) -> Json:
        """What the family reads: one line per choice, then what coordination did (null when it had nothing to do)."""
        told = {str(real(at.school)): at for at in place.standings}
        lines, seated = [], False
        for school, _level in one.choices:
            if school not in self.rules.seats:
                continue
            at = told.get(school)
            outcome = self._outcome(one, place, at, seated)
            seated = seated or outcome == "placed"
            lines.append(self._line(one, school, at, outcome))
        return {"choices": lines, "coordination": None if place.school else self._coordination(place)}

    def _outcome(self, one: Entry, place: Place, at: Standing | None, seated: bool) -> str:
        if at is None:
            return "not eligible"
        if at.school == place.school:
            return "placed"
        if seated:
            return "higher choice placed"
        return "not seated together" if (one.pupil, at.school) in self.withdrawn else "outranked"

    def _line(self, one: Entry, school: str, at: Standing | None, outcome: str) -> Json:
        code = at.school if at else school
        row, own = self.table[code], self.standing(one, at) if at else None
        last = row["last"]
        values = {
            "name": self.name(code),
            "outcome": wording.OUTCOMES[outcome],
            "seats": wording.fill(wording.SEATS, {"applied": row["applied"], "seats": row["seats"]}),
            "own": wording.fill(wording.OWN, {"position": own["position"], "who": self.who(own)}) if own else "",
            "last": wording.NOBODY
            if last is None
            else wording.fill(wording.LAST, {"position": last["position"], "who": self.who(last)}),
        }
        template = wording.LINE if own else wording.LINE_WITHOUT_RANK
        return {
            "school": school,
            "name": self.names.schools[school],
            "shared": code.endswith(SHARED),
            "outcome": outcome,
            "seats": row["seats"],
            "applied": row["applied"],
            "text": wording.fill(template, values).to_json(),
            "own": own,
            "last": last,
        }

    def _coordination(self, place: Place) -> Json:
        school, metres = place.coordinated or (None, None)
        name = self.names.schools[school] if school else None
        text = wording.fill(wording.COORDINATED if school else wording.NO_PLACE, {"name": name, "metres": metres})
        return {"school": school, "name": name, "metres": metres, "text": text.to_json()}


def _counts(numbers: Ints, size: int) -> list[int]:
    found: list[int] = np.bincount(numbers, minlength=size).tolist()
    return found


def _by_group(schools: Ints, groups: Ints, size: int, codes: list[str]) -> list[dict[str, int]]:
    """Per school how many of each group, by code; groups of which there are none are left out."""
    table = np.bincount(schools * len(codes) + groups, minlength=size * len(codes)).reshape(size, len(codes))
    return [{code: count for code, count in sorted(zip(codes, row, strict=True)) if count} for row in table.tolist()]


def school_table(province: Province, names: Names) -> Iterator[tuple[str, Json]]:
    """Per school of the run what the public reads: seats, demand, who was last, and how the groups share the seats."""
    made, told = province.columns, Told(province.inputs, names)
    size = len(made.names)
    applied, first = _counts(made.schools, size), _counts(made.schools[made.starts[made.counts > 0]], size)
    codes, code_of = numbered([one.group_code for one in made.entries])
    placed = province.held[province.held != NOBODY]
    mix = _by_group(made.schools[placed], code_of[made.owners[placed]], size, codes)
    wanted = _by_group(made.schools, code_of[made.owners], size, codes)
    moved = Counter(school for school, _ in province.coordinated.values())
    for number, school in enumerate(made.names):
        code, last = str(real(school)), int(province.last[number])
        yield (
            school,
            {
                "name": names.schools[code],
                "shared": school.endswith(SHARED),
                "seats": int(province.seats[number]),
                "published_seats": province.shared_before.get(code) if school.endswith(SHARED) else None,
                "extra_seats": province.settled.extra_seats[number],
                "filled": int(province.filled[number]),
                "coordinated": 0 if school.endswith(SHARED) else moved[code],
                "applied": applied[number],
                "first_choice": first[number],
                "last": None if last == NOBODY else told.standing(*standing_of(province, last)),
                "overflow": max(0, first[number] - int(province.seats[number])),
                "groups": mix[number],
                "applicants": wanted[number],
            },
        )


def standing_of(province: Province, application: int) -> tuple[Entry, Standing]:
    """A child and its standing by one of its applications."""
    made = province.columns
    one = made.entries[made.owners[application]]
    at = Standing(
        made.names[made.schools[application]],
        int(made.levels[application]),
        int(made.positions[application]),
        made.tickets[application, :KEPT_BYTES].tobytes(),
        int(province.choice_numbers[application]) + 1,
    )
    return one, at

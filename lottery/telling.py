"""A run told to families and to the public: each choice with its numbers, each school with its last admitted (pure)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from enrollment.policy.words import Text
from lottery import wording
from lottery.explain import ChoiceOutcome, explain
from lottery.placing import OUT_OF_ZONE, Entry, Inputs, Placed, Rank
from lottery.problem import Pupil

Json = dict[str, Any]
TICKET_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Names:
    """How schools and groups are called; `points` says whether the policy counts points at all."""

    schools: Mapping[str, str]
    groups: Mapping[str, Text]
    points: bool


class Teller:
    """Explains one run. Takes one pass over the entries to find the last admitted of every school."""

    def __init__(self, inputs: Inputs, placed: Placed, names: Names) -> None:
        self.inputs, self.placed, self.names = inputs, placed, names
        self.entries = {one.pupil: one for one in inputs.entries}
        self.pupils = {pupil.id: pupil for pupil in placed.problem.pupils}
        self.applied = Counter(school for one in inputs.entries for school, _ in one.choices)
        self.first = Counter(one.first for one in inputs.entries if one.choices)
        self.last = self._last()

    def _last(self) -> dict[str, tuple[Entry, Rank]]:
        found: dict[str, tuple[Entry, Rank]] = {}
        for pupil, school in self.placed.result.placements.items():
            if school is None:
                continue
            rank = self.placed.ranks[pupil, school]
            if school not in found or rank.position > found[school][1].position:
                found[school] = (self.entries[pupil], rank)
        return found

    def _standing(self, one: Entry, rank: Rank) -> Json:
        group = self.names.groups.get(one.group_code, Text("", ""))
        return {
            "group": group.to_json(),
            "points": one.points if self.names.points else None,
            "position": rank.position,
            "in_zone": rank.tier < OUT_OF_ZONE,
            "ticket": rank.ticket.hex()[:TICKET_DIGITS],
        }

    def _who(self, standing: Json) -> Text:
        values = {
            "group": Text.from_json(standing["group"]),
            "points": standing["points"],
            "zone": wording.IN_ZONE if standing["in_zone"] else wording.OUT_OF_ZONE,
        }
        return wording.fill(wording.WHO if standing["points"] is None else wording.WITH_POINTS, values)

    def _choice(self, one: Entry, outcome: ChoiceOutcome) -> Json:
        school = outcome.school
        own = self._standing(one, self.placed.ranks[one.pupil, school])
        last = self._standing(*self.last[school]) if school in self.last else None
        said_last = (
            wording.fill(wording.LAST, {"position": last["position"], "who": self._who(last)})
            if last
            else wording.NOBODY
        )
        values = {
            "name": self.names.schools[school],
            "outcome": wording.OUTCOMES[outcome.outcome],
            "seats": wording.fill(wording.SEATS, {"applied": self.applied[school], "seats": self.inputs.seats[school]}),
            "own": wording.fill(wording.OWN, {"position": own["position"], "who": self._who(own)}),
            "last": said_last,
        }
        return {
            "school": school,
            "name": self.names.schools[school],
            "outcome": outcome.outcome,
            "text": wording.fill(wording.LINE, values).to_json(),
            "own": own,
            "last": last,
        }

    def explanation(self, pupil: str) -> Json:
        """What the family reads: one line per choice, then what coordination did (null when it had nothing to do)."""
        one = self.entries[pupil]
        # the core looks a pupil up in the whole list; a list of one keeps a province linear
        alone = replace(self.placed.problem, pupils=(self.pupils[pupil],))
        choices = [self._choice(one, outcome) for outcome in explain(alone, self.placed.result, pupil)]
        return {"choices": choices, "coordination": self._coordination(self.pupils[pupil])}

    def _coordination(self, pupil: Pupil) -> Json | None:
        if self.placed.result.placements[pupil.id] is not None:
            return None
        school, metres = self.placed.coordinated.get(pupil.id, (None, None))
        name = self.names.schools[school] if school else None
        text = wording.fill(wording.COORDINATED if school else wording.NO_PLACE, {"name": name, "metres": metres})
        return {"school": school, "name": name, "metres": metres, "text": text.to_json()}

    def schools(self) -> Iterator[tuple[str, Json]]:
        """Per school what the public reads: seats, demand, who was last, and how the groups share the seats."""
        mix: dict[str, Counter[str]] = {}
        for pupil, school in self.placed.result.placements.items():
            if school is not None:
                mix.setdefault(school, Counter())[self.entries[pupil].group_code] += 1
        moved = Counter(school for school, _ in self.placed.coordinated.values())
        for school, cutoff in self.placed.result.cutoffs.items():
            yield (
                school,
                {
                    "name": self.names.schools[school],
                    "seats": cutoff.seats,
                    "extra_seats": cutoff.extra_seats,
                    "filled": cutoff.filled,
                    "coordinated": moved[school],
                    "applied": self.applied[school],
                    "first_choice": self.first[school],
                    "last": self._standing(*self.last[school]) if school in self.last else None,
                    "groups": dict(sorted(mix.get(school, Counter()).items())),
                },
            )

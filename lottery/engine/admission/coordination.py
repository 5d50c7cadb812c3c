"""Coordination (统筹): children without a place go to schools with seats left, by key and criteria (pure)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from lottery.engine.admission.entries import COORDINATION, SHARED, Entry, Inputs, drawn
from lottery.engine.allocation.packing import Ints
from schools.matching import distance_m


@dataclass(frozen=True, slots=True)
class Waiting:
    """A family in the queue of coordination: its children without a place by pseudonym, and its band.

    Bands count from 0; families of one band were equal in tier and order, so the ticket alone says who comes first.
    """

    members: tuple[Entry, ...]
    band: int


def queue(inputs: Inputs, seated: Collection[str]) -> list[Waiting]:
    """The families to coordinate, in their order. `seated` are the pupils placed by choice.

    They come by tier, order (the later of siblings) and the ticket of coordination.
    """
    if not inputs.coordination:
        return []
    unplaced = [
        one
        for one in inputs.entries
        if one.pupil not in seated and (not inputs.coordination_groups or one.group_code in inputs.coordination_groups)
    ]
    tickets = drawn(inputs, COORDINATION, (one.group for one in unplaced)) if unplaced else {}
    families: dict[str, list[Entry]] = {}
    for one in sorted(unplaced, key=lambda one: one.pupil):
        families.setdefault(one.group, []).append(one)
    keys = {group: max((one.tier, one.order) for one in family) for group, family in families.items()}
    bands = {key: band for band, key in enumerate(sorted(set(keys.values())))}
    order = sorted(families, key=lambda group: (bands[keys[group]], tickets[group]))
    return [Waiting(tuple(families[group]), bands[keys[group]]) for group in order]


def coordinate(inputs: Inputs, seated: Collection[str], filled: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """(school, metres from the first choice) by pupil, one family after the other, each to the best school with room.

    `filled` are the seats taken by choice, by school of the run. Siblings without a place go together where a school
    has room for all of them.
    """
    desk = _Desk(inputs, filled)
    found: dict[str, tuple[str, int]] = {}
    for family in queue(inputs, seated):
        members = family.members
        together = bool((desk.free >= len(members)).any())
        for unit in [members] if together else [(one,) for one in members]:
            best = desk.take(unit[0].first, len(unit))
            if best is not None:
                found |= {one.pupil: best for one in unit}
    return found


class _Desk:
    """The open schools with their free seats; the order of schools seen from each home is worked out once."""

    def __init__(self, inputs: Inputs, filled: Mapping[str, int]) -> None:
        self.inputs = inputs
        self.codes = sorted(code for code in inputs.seats if inputs.sites[code].open)
        left = [inputs.seats[code] - filled.get(code, 0) - filled.get(code + SHARED, 0) for code in self.codes]
        self.free: Ints = np.array(left, dtype=np.int64)
        self.metres = cache(self._metres)
        self.lasting = cache(self._lasting)

    def _metres(self, home: str) -> Ints:
        site = self.inputs.sites.get(home)
        if site is None:
            return np.zeros(len(self.codes), dtype=np.int64)
        return np.array([round(distance_m(site.point, self.inputs.sites[code].point)) for code in self.codes])

    def _differs(self, home: str, field: str) -> Ints:
        own = getattr(self.inputs.sites.get(home), field, "")
        return np.array(
            [not own or getattr(self.inputs.sites[code], field) != own for code in self.codes], dtype=np.int64
        )

    def _column(self, home: str, name: str) -> Ints:
        if name == "nearby":
            return self.metres(home)
        if name == "seats_left":
            return -self.free
        return self._differs(home, {"same_education_group": "education_group", "same_town": "town"}[name])

    def _order(self, home: str) -> Ints:
        """Schools from the best for this home; equal ones by code."""
        keys: Sequence[Ints] = [self._column(home, name) for name in reversed(self.inputs.coordination)]
        return np.lexsort(keys)

    def _lasting(self, home: str) -> Ints:
        return self._order(home)

    def take(self, home: str, needed: int) -> tuple[str, int] | None:
        """The best school with room for all, its seats taken; None when no school has room."""
        order = self._order(home) if "seats_left" in self.inputs.coordination else self.lasting(home)
        room = self.free[order] >= needed
        if not room.any():
            return None
        best = int(order[int(room.argmax())])
        self.free[best] -= needed
        return self.codes[best], int(self.metres(home)[best])

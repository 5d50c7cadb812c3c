"""The admission run over whole columns: the places of `placing.place` for a whole province in seconds.

Entries become number columns once; ranks are one sort of all applications by school, key and ticket; the places come
from the packed engine; the certificate is checked from the columns by separate code.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from lottery.engine.admission.coordination import coordinate
from lottery.engine.admission.entries import OUT_OF_ZONE, SHARED, Entry, Inputs, real, surplus
from lottery.engine.allocation.allocate import placements_digest
from lottery.engine.allocation.certificate import Certificate, certify_arrays
from lottery.engine.allocation.fast import acceptance
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.allocation.packing import Applications, Ints, pack_arrays
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.allocation.siblings import Settled, settle
from lottery.engine.drawing.methods import METHODS
from lottery.engine.drawing.ticket_rows import tickets_for
from lottery.engine.drawing.tickets import draw_key
from lottery.engine.drawing.transcript import canonical_json
from lottery.engine.messages import LotteryError

Bytes = npt.NDArray[np.uint8]
HEAD = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Entries by pupil, one element per application: school of the run, tier and order key, level, ticket."""

    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    counts: Ints
    owners: Ints
    schools: Ints
    levels: Ints
    keys: Ints  # dense: equal keys have equal numbers, the better the smaller
    tiers: Ints
    groups: Ints  # the pupil's sibling group, by pupil
    tickets: Bytes
    positions: Ints
    bands: Ints

    @property
    def starts(self) -> Ints:
        """The first application of every pupil."""
        return np.cumsum(self.counts) - self.counts

    def parts(self, pupils: int) -> Iterator[tuple[slice, slice]]:
        """Pupils a few thousand at once, and their applications: lists of a whole province's numbers need gigabytes."""
        ends = np.cumsum(self.counts)
        begin = 0
        for first in range(0, len(self.entries), pupils):
            end = int(ends[min(first + pupils, len(ends)) - 1])
            yield slice(first, first + pupils), slice(begin, end)
            begin = end

    @property
    def group_sizes(self) -> Ints:
        """How many children share the ticket of every pupil."""
        sizes: Ints = np.bincount(self.groups, minlength=1)[self.groups]
        return sizes


def numbered(values: Sequence[str]) -> tuple[list[str], Ints]:
    """The different values in the order of their first appearance, and the number of each value."""
    known: dict[str, int] = {}
    numbers = np.fromiter((known.setdefault(value, len(known)) for value in values), dtype=np.int64, count=len(values))
    return list(known), numbers


@dataclass(frozen=True, slots=True)
class _Raw:
    """The applications before they are ranked."""

    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    counts: Ints
    owners: Ints
    schools: Ints
    levels: Ints

    def at(self, wanted: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which applications are to one of these schools."""
        found: npt.NDArray[np.bool_] = np.array([name in wanted for name in self.names], dtype=bool)[self.schools]
        return found


def _raw(inputs: Inputs) -> _Raw:
    entries = tuple(sorted(inputs.entries, key=lambda one: one.pupil))
    names = tuple(sorted([*inputs.seats, *(school + SHARED for school in inputs.shared)]))
    number = {name: at for at, name in enumerate(names)}
    listed = [list(inputs.listed(one)) for one in entries]
    counts = np.fromiter(map(len, listed), dtype=np.int64, count=len(entries))
    flat = list(chain.from_iterable(listed))
    schools = np.fromiter((number[school] for school, _ in flat), dtype=np.int64, count=len(flat))
    levels = np.fromiter((level for _, level in flat), dtype=np.int64, count=len(flat))
    _refuse_twice(names, np.repeat(np.arange(len(entries)), counts), schools)
    return _Raw(entries, names, counts, np.repeat(np.arange(len(entries)), counts), schools, levels)


def _refuse_twice(names: Sequence[str], owners: Ints, schools: Ints) -> None:
    """A school listed twice by one child would be two applications of one family for one seat."""
    codes = np.sort(owners * len(names) + schools)
    twice = codes[1:][codes[1:] == codes[:-1]]
    if twice.size:
        owner, school = divmod(int(twice[0]), len(names))
        raise LotteryError("problem.twice", place=f"pupils[{owner}].choices", value=names[school])


def _keys(inputs: Inputs, raw: _Raw) -> tuple[Ints, Ints]:
    """(tier, number of the whole key) of every application."""
    rank = {order: number for number, order in enumerate(sorted({one.order for one in raw.entries}))}
    own_order = np.fromiter((rank[one.order] for one in raw.entries), dtype=np.int64, count=len(raw.entries))
    own_tier = np.fromiter((one.tier for one in raw.entries), dtype=np.int64, count=len(raw.entries))
    tiers, order = own_tier[raw.owners] + OUT_OF_ZONE * raw.levels, own_order[raw.owners]
    apart = raw.at(inputs.private | inputs.scored)
    tiers[apart], order[apart] = 0, 0
    scored = np.flatnonzero(raw.at(inputs.scored))
    scores = [raw.entries[raw.owners[at]].scores[raw.names[raw.schools[at]]] for at in scored.tolist()]
    best = {score: place for place, score in enumerate(sorted(set(scores), reverse=True))}
    order[scored] = [best[score] for score in scores]
    return tiers, tiers * (int(order.max(initial=0)) + 1) + order


def _share_later_rank(groups: Ints, owners: Ints, schools: Ints, keys: Ints, tiers: Ints) -> None:
    """Siblings stand at each school where the last of them stands."""
    sizes = np.bincount(groups)
    bound = np.flatnonzero(sizes[groups[owners]] > 1)
    _, pair = np.unique(groups[owners[bound]] * (int(schools.max(initial=0)) + 1) + schools[bound], return_inverse=True)
    for column in (keys, tiers):
        latest = np.full(int(pair.max(initial=-1)) + 1, -1, dtype=np.int64)
        np.maximum.at(latest, pair, column[bound])
        column[bound] = latest[pair]


def _tickets(inputs: Inputs, names: Sequence[str], group_names: Sequence[str], groups: Ints, schools: Ints) -> Bytes:
    """The ticket of every application, 32 bytes a row."""
    keys = [draw_key(inputs.seed, inputs.domains[name]) for name in names]
    if inputs.method == "ticket":
        return tickets_for(keys, group_names, schools.astype(np.int32), groups.astype(np.int32))
    found = np.zeros((len(schools), 32), dtype=np.uint8)
    for school, key in enumerate(keys):
        rows = np.flatnonzero(schools == school)
        here = sorted({group_names[group] for group in groups[rows].tolist()})
        drawn = dict(zip(here, METHODS[inputs.method].tickets(key, here), strict=True))
        for row in rows.tolist():
            value = drawn[group_names[groups[row]]]
            found[row, : len(value)] = np.frombuffer(value, dtype=np.uint8)
    return found


def _heads(tickets: Bytes) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(tickets[:, :HEAD]).view(">u8")[:, 0].astype(np.uint64)


def _sorted(schools: Ints, keys: Ints, groups: Ints, tickets: Bytes) -> Ints:
    """Applications by school, key and whole ticket. Raises LotteryError draw.tie when two groups have one ticket."""
    heads = _heads(tickets)
    order = np.lexsort((groups, heads, keys, schools))
    same = (
        (schools[order][1:] == schools[order][:-1])
        & (keys[order][1:] == keys[order][:-1])
        & (heads[order][1:] == heads[order][:-1])
        & (groups[order][1:] != groups[order][:-1])
    )
    if not same.any():
        return order
    # eight bytes agree (once in billions of billions): settle by all thirty-two
    whole = np.array([bytes(row) for row in tickets])
    order = np.array(
        sorted(range(len(schools)), key=lambda at: (schools[at], keys[at], whole[at], groups[at])), dtype=np.int64
    )
    for before, after in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        if (schools[before], whole[before]) == (schools[after], whole[after]) and groups[before] != groups[after]:
            raise LotteryError("draw.tie", first=str(groups[before]), second=str(groups[after]))
    return order


def positions_in(order: Ints, schools: Ints, keys: Ints, groups: Ints) -> Ints:
    """The position from 1 of every application at its school, siblings sharing it; `order`: school, key, ticket."""
    where, key, group, at = schools[order], keys[order], groups[order], np.arange(len(order))
    new_school = np.ones(len(order), dtype=bool)
    new_school[1:] = where[1:] != where[:-1]
    new_rank = new_school.copy()
    new_rank[1:] |= (key[1:] != key[:-1]) | (group[1:] != group[:-1])
    begins = np.maximum.accumulate(np.where(new_school, at, 0))
    found = np.empty_like(at)
    found[order] = np.maximum.accumulate(np.where(new_rank, at, 0)) - begins + 1
    return found


def _ranked(schools: Ints, keys: Ints, groups: Ints, tickets: Bytes) -> tuple[Ints, Ints]:
    """(position from 1, band from 0) of every application at its school; siblings share both."""
    order = _sorted(schools, keys, groups, tickets)
    where, key, at = schools[order], keys[order], np.arange(len(order))
    new_school = np.ones(len(order), dtype=bool)
    new_school[1:] = where[1:] != where[:-1]
    new_key = new_school.copy()
    new_key[1:] |= key[1:] != key[:-1]
    band = np.cumsum(new_key)
    bands = np.empty_like(at)
    bands[order] = band - band[np.maximum.accumulate(np.where(new_school, at, 0))]
    return positions_in(order, schools, keys, groups), bands


def columns(inputs: Inputs) -> Columns:
    """Entries sorted by pupil, in columns, ranked."""
    raw = _raw(inputs)
    group_names, groups = numbered([one.group for one in raw.entries])
    tiers, keys = _keys(inputs, raw)
    _share_later_rank(groups, raw.owners, raw.schools, keys, tiers)
    by_application = groups[raw.owners]
    tickets = _tickets(inputs, raw.names, group_names, by_application, raw.schools)
    positions, bands = _ranked(raw.schools, keys, by_application, tickets)
    return Columns(
        entries=raw.entries,
        names=raw.names,
        counts=raw.counts,
        owners=raw.owners,
        schools=raw.schools,
        levels=raw.levels,
        keys=keys,
        tiers=tiers,
        groups=groups,
        tickets=tickets,
        positions=positions,
        bands=bands,
    )


@dataclass(frozen=True)
class Province:
    """A run's outcome in columns. `held[p]` is the application pupil p is placed by, or -1."""

    inputs: Inputs
    columns: Columns
    seats: Ints
    settled: Settled
    held: Ints
    table: Applications
    coordinated: Mapping[str, tuple[str, int]]
    shared_before: Mapping[str, int]

    @cached_property
    def school_of(self) -> list[str | None]:
        """The school of the run of every pupil."""
        names, schools = self.columns.names, self.columns.schools
        return [None if at == NOBODY else names[schools[at]] for at in self.held.tolist()]

    @cached_property
    def places(self) -> dict[str, str | None]:
        """The school of every pupil after coordination."""
        found = {one.pupil: real(school) for one, school in zip(self.columns.entries, self.school_of, strict=True)}
        return found | {pupil: school for pupil, (school, _) in self.coordinated.items()}

    @cached_property
    def digest(self) -> str:
        """Over allocation and coordination, as canonical JSON: the same as `placing.Placed.digest`."""
        return "sha256:" + hashlib.sha256(canonical_json(self.places)).hexdigest()

    @cached_property
    def allocation_digest(self) -> str:
        """Over the allocation before coordination, by school of the run."""
        pupils = (one.pupil for one in self.columns.entries)
        return placements_digest(dict(zip(pupils, self.school_of, strict=True)))

    @cached_property
    def filled(self) -> Ints:
        """Children placed by choice at each school of the run."""
        taken = self.held[self.held != NOBODY]
        return np.bincount(self.columns.schools[taken], minlength=len(self.columns.names))

    @cached_property
    def choice_numbers(self) -> Ints:
        """How many choices of its line stand above each application."""
        return self.table.positions()

    @cached_property
    def last(self) -> Ints:
        """The application of the last admitted at each school of the run, or -1."""
        taken = self.held[self.held != NOBODY]
        ranks = self.columns.positions[taken]
        if self.inputs.mechanism is Mechanism.SEQUENTIAL:
            ranks = ranks + (int(ranks.max(initial=0)) + 1) * self.choice_numbers[taken]
        found = np.full(len(self.columns.names), NOBODY)
        by_rank = taken[np.argsort(ranks, kind="stable")]
        found[self.columns.schools[by_rank]] = by_rank  # the last write wins: the latest rank
        return found

    @cached_property
    def withdrawn(self) -> frozenset[int]:
        """Applications withdrawn by the sibling rule."""
        # every list of the packed market ends with a closing entry, so entries run ahead by one a pupil
        return frozenset(entry - int(self._owner(entry)) for entry in self.settled.withdrawn)

    def _owner(self, entry: int) -> int:
        starts = self.columns.starts + np.arange(len(self.columns.counts))
        return int(np.searchsorted(starts, entry, side="right")) - 1

    @cached_property
    def certificate(self) -> Certificate:
        """The promises, checked from the columns by code that shares nothing with the engine."""
        groups = np.where(self.columns.group_sizes > 1, self.columns.groups, -1)
        places = np.full(len(self.held), NOBODY)
        places[self.held != NOBODY] = self.columns.schools[self.held[self.held != NOBODY]]
        withdrawn = np.zeros(len(self.columns.schools), dtype=bool)
        withdrawn[list(self.withdrawn)] = True
        return certify_arrays(
            self.table,
            places,
            self.inputs.mechanism,
            extra_seats=np.array(self.settled.extra_seats),
            groups=groups,
            rule=self.inputs.siblings,
            withdrawn=withdrawn,
        )


def _sibling_numbers(groups: Ints) -> list[list[int]]:
    sizes = np.bincount(groups)
    found: dict[int, list[int]] = {}
    for pupil in np.flatnonzero(sizes[groups] > 1).tolist():
        found.setdefault(int(groups[pupil]), []).append(pupil)
    return list(found.values())


def _table(inputs: Inputs, made: Columns, seats: Ints) -> Applications:
    lines = [inputs.line(name) for name in made.names]
    numbers = {line: number for number, line in enumerate(sorted(set(lines)))}
    return Applications(
        counts=made.counts,
        schools=made.schools,
        tiers=made.tiers,
        points=np.zeros(len(made.schools), dtype=np.int64),
        orders=made.positions,
        seats=seats,
        lines=np.array([numbers[line] for line in lines]) if len(numbers) > 1 else None,
    )


def _held(settled: Settled) -> Ints:
    entries = np.array(settled.held, dtype=np.int64)
    return np.where(entries == NOBODY, NOBODY, entries - np.arange(len(entries)))


def place_columns(inputs: Inputs) -> Province:
    """The whole run; the order of the entries never matters. Raises LotteryError draw.tie, problem.range."""
    return place_ranked(inputs, columns(inputs))


def place_ranked(inputs: Inputs, made: Columns) -> Province:
    """The run over columns ranked before (a simulation ranks them anew for every seed)."""
    shared = inputs.most_shared()
    siblings = _sibling_numbers(made.groups)
    while True:
        own = dict(inputs.seats) | {school + SHARED: count for school, count in shared.items()}
        seats = np.array([own[name] for name in made.names], dtype=np.int64)
        table = _table(inputs, made, seats)
        market = pack_arrays(table, inputs.mechanism)
        settled = settle(market, siblings, inputs.siblings, acceptance)
        held = _held(settled)
        taken = np.bincount(made.schools[held[held != NOBODY]], minlength=len(made.names))
        filled = dict(zip(made.names, taken.tolist(), strict=True))
        left = surplus(shared, inputs.seats, filled)
        if left == shared:
            break
        shared = left
    placed = {one.pupil for one, at in zip(made.entries, held.tolist(), strict=True) if at != NOBODY}
    coordinated = coordinate(inputs, placed, filled) if inputs.coordination else {}
    return Province(
        inputs=inputs,
        columns=made,
        seats=seats,
        settled=settled,
        held=held,
        table=table,
        coordinated=coordinated,
        shared_before=inputs.shared_seats(),
    )

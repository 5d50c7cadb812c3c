"""The cases. Sizes are those promised; `quick` takes a twentieth to see that a case still works."""

import hashlib
import random
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from bench.judging import CASES as JUDGING
from bench.model import Case, Limit, Sample, timed
from bench.proof import CASES as PROOF
from bench.runs import city, whole_province
from bench.serving import CASES as SERVING
from bench.whatif import CASES as WHATIF
from lottery.engine.allocation.certificate import certify_arrays
from lottery.engine.allocation.fast import compiled_acceptance, fast_places
from lottery.engine.allocation.mechanisms import NOBODY, Market, deferred_acceptance
from lottery.engine.allocation.packing import Applications, Ints, pack, pack_arrays
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.allocation.siblings import settle
from lottery.engine.classes import ClassPupil, assign_classes
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.tickets import ticket_order

PROVINCE = 1_200_000
SCHOOLS = 3_000


def tickets(quick: bool) -> Sample:
    """Hash and sort tickets; floor: two raw SHA-256 compressions a ticket plus one argsort of as many numbers."""
    count = PROVINCE // 20 if quick else PROVINCE
    groups = [f"G{number:010}" for number in range(count)]
    block = bytes(64 * 2 * count)
    hashing, _ = timed(lambda: hashlib.sha256(block).digest())
    numbers = np.random.default_rng(1).integers(0, 2**63, count, dtype=np.uint64)
    sorting, _ = timed(numbers.argsort)
    seconds, order = timed(lambda: ticket_order(b"k" * 32, groups))
    return Sample(seconds, hashing + sorting, {"tickets": count, "first": groups[order[0]]})


def province(pupils: int, schools: int) -> Applications:
    """Synthetic applications: one to five schools around a home school, five tiers, 300 points, one ticket a pupil."""
    rng = np.random.default_rng(1)
    counts = rng.choice(np.arange(1, 6), pupils, p=[0.1, 0.15, 0.2, 0.25, 0.3]).astype(np.int64)
    owners = np.repeat(np.arange(pupils), counts)
    positions = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    home = rng.integers(0, schools, pupils)[owners]
    listed = (home + np.array([0, 1, 7, 31, 101])[positions] * (1 + home % 3)) % schools
    columns: list[Ints] = [rng.integers(0, 5, pupils), rng.integers(0, 300, pupils), rng.permutation(pupils)]
    tiers, points, orders = (column[owners] for column in columns)
    seats = np.full(schools, -(-pupils * 19 // (schools * 20)), dtype=np.int64)
    return Applications(counts, listed.astype(np.int64), tiers, points, orders, seats)


def _places(market: Market, held: list[int]) -> Ints:
    return np.array([NOBODY if entry == NOBODY else market.schools[entry] for entry in held], dtype=np.int64)


def _sorting(table: Applications) -> float:
    codes = (table.schools << 40) | (table.tiers << 32) | table.orders
    return timed(codes.sort)[0]


def allocation(quick: bool) -> Sample:
    """Pack and run the reference engine; floor: one numpy sort of the application codes."""
    table = province(PROVINCE // 20 if quick else PROVINCE, SCHOOLS)
    floor = _sorting(table)
    packing, market = timed(lambda: pack_arrays(table))
    playing, held = timed(lambda: deferred_acceptance(market))
    digest = hashlib.sha256(_places(market, held).tobytes()).hexdigest()[:16]
    return Sample(packing + playing, floor, {"applications": len(table.schools), "places": digest})


def twins(quick: bool) -> Sample:
    """One pupil in a hundred has a twin: the run repeats until none is parted; floor: one run of the reference."""
    table = province(PROVINCE // 20 if quick else PROVINCE, SCHOOLS)
    pupils = len(table.counts)
    second = np.arange(1, pupils, 100)
    source = np.arange(pupils)
    source[second] = second - 1
    firsts = np.cumsum(table.counts) - table.counts
    counts = table.counts[source]
    rows = np.arange(counts.sum()) + np.repeat(firsts[source] - np.cumsum(counts) + counts, counts)
    # Doubled tickets leave room for the twin right behind.
    orders = table.orders[rows] * 2 + np.repeat(source != np.arange(pupils), counts)
    columns = (table.schools[rows], table.tiers[rows], table.points[rows], orders)
    doubled = Applications(counts, *columns, table.seats)
    market = pack_arrays(doubled)
    pairs = np.stack([second - 1, second], axis=1).tolist()
    floor, _ = timed(lambda: deferred_acceptance(market))
    seconds, settled = timed(lambda: settle(market, pairs, SiblingRule.EXPAND, deferred_acceptance))
    groups = np.full(pupils, -1)
    groups[second], groups[second - 1] = second, second
    extra = np.array(settled.extra_seats)
    places = _places(market, settled.held)
    valid = certify_arrays(doubled, places, Mechanism.PARALLEL, extra_seats=extra, groups=groups).valid
    return Sample(seconds, floor, {"passes": settled.passes, "extra seats": int(extra.sum()), "valid": valid})


@njit(cache=True)
def _radix(codes: Ints, digits: int) -> npt.NDArray[np.int32]:
    """The order of 64-bit codes by digits of 11 bits, the least first: what sorting the applications costs at least."""
    size = len(codes)
    order, next_order = np.arange(size).astype(np.int32), np.empty(size, np.int32)
    now, later = codes.copy(), np.empty(size, np.int64)
    for digit in range(digits):
        shift = 11 * digit
        begins = np.zeros(2049, np.int64)
        for at in range(size):
            begins[((now[at] >> shift) & 2047) + 1] += 1
        for value in range(2048):
            begins[value + 1] += begins[value]
        for at in range(size):
            value = (now[at] >> shift) & 2047
            place = begins[value]
            begins[value] = place + 1
            later[place], next_order[place] = now[at], order[at]
        now, later = later, now
        order, next_order = next_order, order
    return order


def fast(quick: bool) -> Sample:
    """The fast engine from the arrays to the places; floor: one radix sort of the applications."""
    table, small = province(PROVINCE // 20 if quick else PROVINCE, SCHOOLS), province(1_000, 20)
    fast_places(small)
    _radix(np.arange(5), 5)
    codes = (table.schools << 43) | (table.tiers << 40) | ((300 - table.points) << 31) | table.orders
    floor, _ = timed(lambda: _radix(codes, 5))
    seconds, places = timed(lambda: fast_places(table))
    market = pack_arrays(table)
    reference = _places(market, deferred_acceptance(market))
    return Sample(seconds, floor, {"same places": bool((places == reference).all())})


def chain(quick: bool) -> Sample:
    """A newcomer displaces one pupil in each of 3,000 schools in turn; floor: as many applications of the base case."""
    schools, cohorts = SCHOOLS, 5 if quick else 100
    pupils = schools * cohorts
    first = np.arange(pupils) % schools
    lists = np.stack([first, (first + 1) % schools], axis=1).ravel()
    # At its second school a pupil comes before whoever has that school first: each arrival moves the next one on.
    orders = np.stack([np.arange(pupils) + pupils, np.arange(pupils)], axis=1).ravel()
    newcomers = cohorts
    counts = np.concatenate([np.full(pupils, 2), np.ones(newcomers, dtype=np.int64)])
    zeros = np.zeros(2 * pupils + newcomers, dtype=np.int64)
    schools_of = np.concatenate([lists, np.zeros(newcomers, dtype=np.int64)])
    keys = np.concatenate([orders + newcomers, np.arange(newcomers)])
    moved = Applications(counts, schools_of, zeros, zeros, keys, np.full(schools, cohorts, dtype=np.int64))
    # the base case lists three and a half schools a pupil
    base = province(len(schools_of) * 2 // 7, schools)
    fast_places(province(1_000, 20))
    # a fortieth of a second each: the best of several, or the clock decides
    floor = min(timed(lambda: fast_places(base))[0] for _ in range(9))
    seconds, places = min((timed(lambda: fast_places(moved)) for _ in range(9)), key=lambda run: run[0])
    unplaced = int((places < 0).sum())
    return Sample(seconds, floor, {"of the base case": len(base.schools), "unplaced": unplaced})


def certificate(quick: bool) -> Sample:
    """Certify a province's result; floor: one numpy sort of the application codes."""
    table = province(PROVINCE // 20 if quick else PROVINCE, SCHOOLS)
    market = pack_arrays(table)
    places = _places(market, deferred_acceptance(market))
    floor = _sorting(table)
    seconds, found = timed(lambda: certify_arrays(table, places, Mechanism.PARALLEL))
    return Sample(seconds, floor, {"valid": found.valid})


def matching(quick: bool) -> Sample:
    """Pack and place 10,000 pupils; the floor is here the time of the PyPI package `matching` on the same problem."""
    from matching.games import HospitalResident

    count = 500 if quick else 10_000
    table = province(count, 50)
    lists = np.split(table.schools, np.cumsum(table.counts)[:-1])
    order = table.orders[np.cumsum(table.counts) - 1]
    choices = [
        tuple(Choice(f"{school}", int(rank)) for school in listed) for listed, rank in zip(lists, order, strict=True)
    ]
    pupils = tuple(Pupil(f"{number:06}", listed) for number, listed in enumerate(choices))
    problem = Problem(tuple(School(f"{at}", seats) for at, seats in enumerate(table.seats.tolist())), pupils)
    ranked = [pupils[number] for number in np.argsort(order)]
    # The package cannot leave anybody without a place, so there every list ends at a school that takes all.
    residents = {pupil.id: [*(choice.school for choice in pupil.choices), "none"] for pupil in pupils}
    hospitals: dict[str, list[str]] = {}
    for pupil in ranked:
        for choice in pupil.choices:
            hospitals.setdefault(choice.school, []).append(pupil.id)
    seats = {school.id: school.seats for school in problem.schools if school.id in hospitals} | {"none": count}
    hospitals["none"] = [pupil.id for pupil in ranked]

    def theirs() -> dict[Any, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made: Any = HospitalResident
            return dict(made.create_from_dictionaries(residents, hospitals, seats).solve())

    floor, solved = timed(theirs)
    compiled_acceptance(pack(replace(problem, pupils=pupils[:9])))  # loads the engine, which a run does once
    packing, market = timed(lambda: pack(problem))
    playing, held = timed(lambda: compiled_acceptance(market))
    seconds = packing + playing
    names = sorted(school.id for school in problem.schools)
    ours = {pupils[at].id: names[market.schools[entry]] for at, entry in enumerate(held) if entry != NOBODY}
    found = {str(one.name): str(place.name) for place, held_by in solved.items() for one in held_by}
    same = ours == {name: place for name, place in found.items() if place != "none"}
    return Sample(seconds, floor, {"times faster": round(floor / seconds, 1), "same places": same})


def classes(quick: bool) -> Sample:
    """Deal 500 pupils into 10 classes; measures are tenths of a point of 300; floor: one sort of the pupils."""
    chance = random.Random(1)
    pupils = [
        ClassPupil(f"p{number:04}", chance.choice("12"), max(0, min(3000, int(chance.gauss(2200, 350)))))
        for number in range(500)
    ]
    floor, _ = timed(lambda: sorted(pupils, key=lambda pupil: pupil.measure))
    seconds, found = timed(lambda: assign_classes(pupils, classes=10, key=b"k" * 32, swaps=5_000 if quick else 60_000))
    facts = {"gender range": found.gender_range, "spread of means": round(found.mean_range / 10, 4)}
    return Sample(seconds, floor, facts)


CASES = (
    *PROOF,
    *WHATIF,
    *JUDGING,
    Case("tickets", "1.2M tickets hashed and sorted", tickets, (Limit("ratio", 11),)),
    Case(
        "allocation",
        "1.2M pupils, up to 5 choices, 3,000 schools, packed and placed in plain Python",
        allocation,
        (Limit("seconds", 4.5), Limit("megabytes", 650)),
    ),
    Case(
        "fast",
        "the fast engine on the same applications against one radix sort of them",
        fast,
        (Limit("ratio", 2.5), Limit("same places", 1, True)),
    ),
    Case(
        "twins", "the same with 12,000 pairs of twins, repeated until none is parted", twins, (Limit("valid", 1, True),)
    ),
    Case(
        "chain",
        "300,000 pupils, 100 newcomers displace one pupil in each of 3,000 schools, against the base case",
        chain,
        (Limit("ratio", 1), Limit("unplaced", 100)),
    ),
    Case(
        "certificate", "certificate of the 1.2M placements", certificate, (Limit("seconds", 1), Limit("valid", 1, True))
    ),
    Case(
        "matching",
        "10,000 pupils against PyPI `matching`",
        matching,
        (Limit("times faster", 500, True), Limit("same places", 1, True)),
    ),
    Case(
        "classes",
        "500 pupils into 10 classes",
        classes,
        (Limit("seconds", 1), Limit("gender range", 1), Limit("spread of means", 0.3)),
    ),
    Case(
        "city",
        "an admission run of 240,000 pupils from PostgreSQL to published offers, against copying its rows",
        city,
        (Limit("seconds", 60), Limit("peak megabytes", 4096), Limit("valid", 1, True)),
        runs=1,
    ),
    Case(
        "province",
        "the same for 1,200,000 pupils",
        whole_province,
        (Limit("ratio", 4), Limit("peak megabytes", 4096), Limit("valid", 1, True)),
        runs=1,
    ),
    *SERVING,
)

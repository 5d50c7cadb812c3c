"""What must hold of every run, on the path the portal takes: from facts over ranks in columns to places.

Positions at each school are read back from the run and the theorems are checked by code of its own: deferred acceptance
with the schools proposing, envy by comparing every pair.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lottery.engine.admission.entries import IN_ZONE, SHARED, Entry, Inputs
from lottery.engine.admission.province import Province, _sorted, place_columns
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.messages import LotteryError
from tests.lottery.engine.test_province import runs

Places = dict[str, str | None]
Lists = dict[str, list[str]]
Ranks = dict[str, dict[str, int]]
many = settings(max_examples=120, deadline=None)


@st.composite
def plain_runs(draw: st.DrawFn) -> Inputs:
    """Runs under the parallel mechanism in which nothing but lists, ranks and seats decides."""
    return replace(
        draw(runs()),
        mechanism=Mechanism.PARALLEL,
        siblings=SiblingRule.SPLIT,
        shared={},
        coordination=(),
        scored=frozenset(),
    )


def alone(inputs: Inputs) -> Inputs:
    """The same children without siblings."""
    return replace(inputs, entries=tuple(replace(one, group=f"g{at}") for at, one in enumerate(inputs.entries)))


def placed(inputs: Inputs) -> Places:
    """The place of every child before coordination."""
    province = place_columns(inputs)
    return dict(zip((one.pupil for one in province.columns.entries), province.school_of, strict=True))


def lists_of(inputs: Inputs) -> Lists:
    return {one.pupil: [school for school, _ in inputs.listed(one)] for one in inputs.entries}


def ranks_of(province: Province) -> Ranks:
    """By school the standing of each child; siblings, who share a position, follow each other by pseudonym."""
    made, found = province.columns, dict[str, dict[str, int]]()
    rows = sorted(zip(made.schools.tolist(), made.positions.tolist(), made.owners.tolist(), strict=True))
    for school, _, owner in rows:
        there = found.setdefault(made.names[school], {})
        there[made.entries[owner].pupil] = len(there)
    return found


def choice(listed: list[str], place: str | None) -> int:
    """How many schools a child wanted more than its place."""
    return len(listed) if place is None else listed.index(place)


def schools_propose(lists: Lists, ranks: Ranks, seats: dict[str, int]) -> Places:
    """The stable outcome that is worst for the children: each school asks down its own ranks."""
    places: Places = dict.fromkeys(lists)
    asking = {school: iter(sorted(there, key=lambda pupil: there[pupil])) for school, there in ranks.items()}
    while True:
        busy = False
        for school, following in asking.items():
            while list(places.values()).count(school) < seats[school] and (pupil := next(following, None)):
                busy = True
                if choice(lists[pupil], school) < choice(lists[pupil], places[pupil]):
                    places[pupil] = school
        if not busy:
            return places


@given(plain_runs())
@many
def test_nobody_envies_anybody_and_no_wanted_seat_is_empty(inputs: Inputs) -> None:
    lists, ranks, places = lists_of(inputs), ranks_of(place_columns(inputs)), placed(inputs)
    filled = Counter(places.values())
    for pupil, listed in lists.items():
        for school in listed[: choice(listed, places[pupil])]:
            assert filled[school] == inputs.seats[school]
            assert all(ranks[school][pupil] > ranks[school][one] for one, at in places.items() if at == school)


@given(plain_runs())
@many
def test_rural_hospitals_and_the_best_stable_outcome(inputs: Inputs) -> None:
    """A school fills as many seats in every stable outcome, an unfilled one with the same children; ours is best."""
    lists, places = lists_of(inputs), placed(inputs)
    worst = schools_propose(lists, ranks_of(place_columns(inputs)), dict(inputs.seats))
    for school, seats in inputs.seats.items():
        ours, theirs = ({pupil for pupil, at in found.items() if at == school} for found in (places, worst))
        assert len(ours) == len(theirs)
        assert ours == theirs or len(ours) == seats
    for pupil, listed in lists.items():
        assert choice(listed, places[pupil]) <= choice(listed, worst[pupil])


@given(plain_runs(), st.sampled_from("ABCP"), st.integers(1, 3))
@many
def test_more_seats_hurt_nobody(inputs: Inputs, school: str, more: int) -> None:
    before = placed(inputs)
    after = placed(replace(inputs, seats={**inputs.seats, school: inputs.seats[school] + more}))
    for pupil, listed in lists_of(inputs).items():
        assert choice(listed, after[pupil]) <= choice(listed, before[pupil])


@given(plain_runs(), st.data())
@many
def test_one_more_applicant_helps_nobody_else(inputs: Inputs, data: st.DataObject) -> None:
    inputs = replace(alone(inputs), method=data.draw(st.sampled_from(["ticket", "descending"])))
    gone = data.draw(st.sampled_from(inputs.entries))
    fewer = placed(replace(inputs, entries=tuple(one for one in inputs.entries if one is not gone)))
    everybody = placed(inputs)
    for pupil, listed in lists_of(inputs).items():
        if pupil != gone.pupil:
            assert choice(listed, fewer[pupil]) <= choice(listed, everybody[pupil])


@given(plain_runs(), st.data())
@many
def test_an_earlier_ticket_hurts_nobody_who_holds_it(inputs: Inputs, data: st.DataObject) -> None:
    """The child's key is made the smallest, ticket or none, and its place is as good or better."""
    inputs = alone(inputs)
    lucky = data.draw(st.sampled_from(inputs.entries))
    better = replace(lucky, tier=lucky.tier - data.draw(st.integers(0, 1)), order=(-1, -1))
    entries = tuple(better if one is lucky else one for one in inputs.entries)
    before, after = placed(inputs), placed(replace(inputs, entries=entries))
    listed = lists_of(inputs)[lucky.pupil]
    assert choice(listed, after[lucky.pupil]) <= choice(listed, before[lucky.pupil])


@given(runs(), st.data())
@many
def test_removing_a_child_keeps_the_order_of_the_others_at_every_school(inputs: Inputs, data: st.DataObject) -> None:
    inputs = replace(alone(inputs), method=data.draw(st.sampled_from(["ticket", "descending"])), shared={})
    gone = data.draw(st.sampled_from(inputs.entries))
    before = ranks_of(place_columns(inputs))
    after = ranks_of(place_columns(replace(inputs, entries=tuple(one for one in inputs.entries if one is not gone))))
    for school, there in before.items():
        rest = [pupil for pupil in sorted(there, key=lambda one: there[one]) if pupil != gone.pupil]
        here = after.get(school, {})
        assert sorted(here, key=lambda one: here[one]) == rest


@given(runs(), st.sampled_from(Mechanism))
@many
def test_twins_are_never_split_under_expand(inputs: Inputs, mechanism: Mechanism) -> None:
    """Children of one group with one list get one place; nobody is refused above it where a sibling sits."""
    found = place_columns(replace(inputs, siblings=SiblingRule.EXPAND, mechanism=mechanism))
    places, lists = (
        dict(zip((one.pupil for one in found.columns.entries), found.school_of, strict=True)),
        lists_of(inputs),
    )
    for one in inputs.entries:
        for other in inputs.entries:
            if one.group != other.group or one is other:
                continue
            refused = lists[one.pupil][: choice(lists[one.pupil], places[one.pupil])]
            assert places[other.pupil] not in refused
            if lists[one.pupil] == lists[other.pupil]:
                assert places[one.pupil] == places[other.pupil]


@given(runs())
@many
def test_under_expand_nobody_is_worse_off_than_if_siblings_were_parted(inputs: Inputs) -> None:
    """The extra seats of siblings are paid by nobody (where nothing but them moves seats)."""
    plain = replace(inputs, mechanism=Mechanism.PARALLEL, shared={}, coordination=())
    parted, whole = (
        placed(replace(plain, siblings=SiblingRule.SPLIT)),
        placed(replace(plain, siblings=SiblingRule.EXPAND)),
    )
    for pupil, listed in lists_of(plain).items():
        assert choice(listed, whole[pupil]) <= choice(listed, parted[pupil])


@given(runs(), st.sampled_from([("seats_left",), ()]))
@many
def test_every_place_is_listed_within_the_seats_or_given_by_coordination(
    inputs: Inputs, roomiest_first: tuple[str, ...]
) -> None:
    # the private school has more room than all others together, and still takes nobody who did not choose it
    inputs = replace(inputs, seats={**inputs.seats, "P": 30}, coordination=roomiest_first or inputs.coordination)
    found = place_columns(inputs)
    lists = lists_of(inputs)
    for one, school in zip(found.columns.entries, found.school_of, strict=True):
        assert school is None or school in lists[one.pupil]
        assert school is None or one.pupil not in found.coordinated
    used, extra = Counter(found.places.values()), Counter[str]()
    for name, more in zip(found.columns.names, found.settled.extra_seats, strict=True):
        extra[name.removesuffix(SHARED)] += more
    for school, seats in inputs.seats.items():
        assert used[school] <= seats + extra[school]
    assert all(inputs.sites[school].open for school, _ in found.coordinated.values())


def crowd(size: int) -> tuple[Entry, ...]:
    wishes = (("A", IN_ZONE), ("B", IN_ZONE))
    return tuple(Entry(f"{at:064x}", f"g{at}", "class_1", 1, 0, (), wishes) for at in range(size))


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["ticket", "descending"]))
@settings(max_examples=25, deadline=None)
def test_the_orders_at_two_schools_are_unrelated(seed: bytes, method: str) -> None:
    """Of 400 children the rank correlation between two domains has a standard error of 0.05."""
    inputs = Inputs(
        crowd(400),
        {"A": 1, "B": 1},
        seed,
        {"A": "one", "B": "two"},
        {},
        Mechanism.PARALLEL,
        SiblingRule.SPLIT,
        method=method,
    )
    ranks = ranks_of(place_columns(inputs))
    pupils = sorted(ranks["A"])
    one, two = ([ranks[school][pupil] for pupil in pupils] for school in "AB")
    assert one != two
    assert abs(float(np.corrcoef(one, two)[0, 1])) < 0.3
    assert abs(float(np.corrcoef(one, range(400))[0, 1])) < 0.3


@given(st.integers(0, 31), st.booleans())
def test_equal_tickets_of_two_groups_are_refused_and_any_other_byte_settles(byte: int, tie: bool) -> None:
    tickets = np.full((2, 32), 7, dtype=np.uint8)
    tickets[0, byte] += not tie
    zeros, groups = np.zeros(2, dtype=np.int64), np.array([0, 1])
    if tie:
        with pytest.raises(LotteryError) as refused:
            _sorted(zeros, zeros, groups, tickets)
        assert refused.value.code == "draw.tie"
    else:
        assert _sorted(zeros, zeros, groups, tickets).tolist() == [1, 0]


@given(plain_runs(), st.data())
@many
def test_with_full_lists_no_other_list_serves_a_child_better(inputs: Inputs, data: st.DataObject) -> None:
    inputs = replace(alone(inputs), method="ticket")
    child = data.draw(st.sampled_from(inputs.entries))
    assume(len(child.choices) > 1)
    lie = replace(child, choices=tuple(data.draw(st.permutations(child.choices)))[: data.draw(st.integers(1, 4))])
    honest = placed(inputs)[child.pupil]
    lied = placed(replace(inputs, entries=tuple(lie if one is child else one for one in inputs.entries)))[child.pupil]
    listed = lists_of(inputs)[child.pupil]
    assert choice(listed, honest) <= choice(listed, lied)

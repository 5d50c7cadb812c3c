"""Applications held in arrays: the same places as objects, and the vectorised certificate."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.allocation import packing
from lottery.engine.allocation.allocate import allocate
from lottery.engine.allocation.certificate import certify_arrays
from lottery.engine.allocation.fast import compiled_acceptance
from lottery.engine.allocation.mechanisms import NOBODY, Market, deferred_acceptance
from lottery.engine.allocation.packing import Applications, Ints, pack_arrays
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.allocation.siblings import settle
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.messages import LotteryError


@st.composite
def tables(draw: st.DrawFn) -> Applications:
    """Small provinces in arrays, a ticket rank per pupil."""
    pupils, schools = draw(st.integers(1, 15)), draw(st.integers(1, 5))
    lists = [draw(st.lists(st.integers(0, schools - 1), unique=True)) for _ in range(pupils)]
    counts = [len(listed) for listed in lists]
    total = sum(counts)
    small = st.lists(st.integers(0, 2), min_size=total, max_size=total)
    orders = draw(st.permutations(range(pupils)))
    columns = (
        counts,
        [school for listed in lists for school in listed],
        draw(small),
        draw(small),
        [order for order, count in zip(orders, counts, strict=True) for _ in range(count)],
        draw(st.lists(st.integers(0, 4), min_size=schools, max_size=schools)),
    )
    return Applications(*(np.array(column, dtype=np.int64) for column in columns))


def _places(table: Applications, mechanism: Mechanism) -> Ints:
    market = pack_arrays(table, mechanism)
    held = deferred_acceptance(market)
    return np.array([NOBODY if entry == NOBODY else market.schools[entry] for entry in held], dtype=np.int64)


def _problem(table: Applications, mechanism: Mechanism) -> Problem:
    pupils, at = [], 0
    for number, count in enumerate(table.counts.tolist()):
        choices = tuple(
            Choice(f"{table.schools[row]}", int(table.orders[row]), int(table.points[row]), int(table.tiers[row]))
            for row in range(at, at + count)
        )
        pupils.append(Pupil(f"{number:03}", choices))
        at += count
    return Problem(
        tuple(School(f"{at}", seats) for at, seats in enumerate(table.seats.tolist())), tuple(pupils), mechanism
    )


@given(tables(), st.sampled_from(Mechanism))
def test_arrays_and_objects_give_the_same_places(table: Applications, mechanism: Mechanism) -> None:
    places = _places(table, mechanism)
    result = allocate(_problem(table, mechanism))
    assert [None if place == NOBODY else f"{place}" for place in places.tolist()] == list(result.placements.values())
    assert certify_arrays(table, places, mechanism).valid


@given(tables(), st.sampled_from(Mechanism), st.data())
def test_the_vectorised_certificate_finds_any_single_wrong_place(
    table: Applications, mechanism: Mechanism, data: st.DataObject
) -> None:
    places = _places(table, mechanism)
    pupil = data.draw(st.integers(0, len(places) - 1))
    wrong = data.draw(st.integers(NOBODY, len(table.seats) - 1).filter(lambda place: place != places[pupil]))
    listed = table.schools[table.counts[:pupil].sum() : table.counts[: pupil + 1].sum()].tolist()
    changed = places.copy()
    changed[pupil] = wrong
    verdict = certify_arrays(table, changed, mechanism)
    if wrong != NOBODY and wrong not in listed:
        assert not verdict.individual_rationality
    elif wrong == NOBODY:
        assert not verdict.valid  # the seat given up is now free for somebody who wants it
    elif listed.index(wrong) < (listed.index(places[pupil]) if places[pupil] != NOBODY else len(listed)):
        assert not verdict.capacities or not verdict.no_justified_envy


@given(tables(), st.sampled_from(Mechanism))
@settings(deadline=None)  # the first call loads the compiled engine
def test_the_fast_engine_gives_identical_places(table: Applications, mechanism: Mechanism) -> None:
    market = pack_arrays(table, mechanism)
    assert compiled_acceptance(market) == deferred_acceptance(market)


@given(tables(), st.sampled_from(SiblingRule), st.integers(0, 2**40))
@settings(deadline=None)
def test_the_fast_engine_follows_every_sibling_rule(table: Applications, rule: SiblingRule, huge: int) -> None:
    """Every pupil becomes two twins with its list and its ticket; the orders are spread over huge numbers."""
    plain = _problem(table, Mechanism.PARALLEL)
    pupils = []
    for first in plain.pupils:
        choices = tuple(replace(choice, order=choice.order * 2**200 + huge) for choice in first.choices)
        pupils += [Pupil(first.id + twin, choices, first.id) for twin in "ab"]
    problem = replace(plain, pupils=tuple(pupils), siblings=rule)
    assert allocate(problem, engine=compiled_acceptance) == allocate(problem)


def test_the_fast_engine_hands_keys_of_any_length_to_the_reference() -> None:
    market = Market([0, 2], [0, 1, 0, 1], [0, 0, 1, 1], [-((2**90) << 3), 0, -((2**89) << 3) - 2, 0], [1], 3)
    assert compiled_acceptance(market) == deferred_acceptance(market) == [NOBODY, 2]


@given(tables())
def test_the_vectorised_certificate_checks_siblings(table: Applications) -> None:
    """Pupils 2i and 2i + 1 get one list and one ticket; equal keys are broken by the order in the table."""
    twice = np.repeat(np.arange(len(table.counts)), 2)
    firsts = np.cumsum(table.counts) - table.counts
    rows = np.concatenate([np.arange(firsts[at], firsts[at] + table.counts[at]) for at in twice])
    order = table.orders[rows] * 2 + np.repeat(np.arange(len(twice)) % 2, table.counts[twice])
    columns = (table.schools[rows], table.tiers[rows], table.points[rows], order)
    twins = Applications(table.counts[twice], *columns, table.seats)
    pairs = [[2 * at, 2 * at + 1] for at in range(len(table.counts))]
    market = pack_arrays(twins)
    settled = settle(market, pairs, SiblingRule.EXPAND, deferred_acceptance)
    held = (NOBODY if entry == NOBODY else market.schools[entry] for entry in settled.held)
    places = np.fromiter(held, dtype=np.int64)
    extra = np.array(settled.extra_seats)
    assert certify_arrays(twins, places, Mechanism.PARALLEL, extra_seats=extra, groups=twice).valid
    alone = next((at for at in range(0, len(places), 2) if places[at] != NOBODY), None)
    if alone is not None:
        places[alone] = NOBODY
        broken = certify_arrays(twins, places, Mechanism.PARALLEL, extra_seats=extra, groups=twice)
        assert not broken.sibling_rule


def test_keys_that_do_not_fit_are_refused() -> None:
    column = np.array([2**40], dtype=np.int64)
    one = np.array([1], dtype=np.int64)
    zero = np.array([0], dtype=np.int64)
    with pytest.raises(LotteryError, match="order keys"):
        pack_arrays(Applications(one, zero, zero, column, column, one))


def test_a_chain_through_every_school_ends_with_one_place_less() -> None:
    """Pupil k holds school k until k - 1 arrives: one newcomer moves everybody, the case that defeats rounds."""
    schools = 300
    counts = np.array([1] + [2] * schools, dtype=np.int64)
    lists = [0] + [school for at in range(schools) for school in (at, min(at + 1, schools - 1))]
    lists[-1] = schools - 2
    orders = np.repeat(np.arange(schools + 1), counts)
    zeros = np.zeros(len(lists), dtype=np.int64)
    table = Applications(
        counts, np.array(lists, dtype=np.int64), zeros, zeros, orders, np.ones(schools, dtype=np.int64)
    )
    places = _places(table, Mechanism.PARALLEL)
    assert places.tolist()[:3] == [0, 1, 2]
    assert places.tolist().count(NOBODY) == 1


@given(tables(), st.sampled_from(Mechanism))
def test_keys_too_long_to_lie_side_by_side_give_the_same_places(table: Applications, mechanism: Mechanism) -> None:
    problem = _problem(table, mechanism)
    expected = allocate(problem).placements
    with pytest.MonkeyPatch.context() as patch:
        applications = len(table.schools)
        patch.setattr(
            packing, "MOST_BITS", 1 + (applications + len(table.counts)).bit_length() + applications.bit_length()
        )
        assert allocate(problem).placements == expected

"""Who can gain by a list that is not the truth: nobody without a limit, many under first choice first."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.allocation.allocate import allocate
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.studies.manipulation import (
    BEGIN,
    END,
    PAGE,
    SMALL,
    Board,
    Setting,
    Town,
    gains,
    measure,
    other_lists,
    table,
    town,
)

TINY = replace(SMALL, markets=25)
SHORT = st.integers(1, 4)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nobody_gains_by_any_list_when_choices_are_parallel_and_unlimited(seed: int) -> None:
    assert not any(gains(town(SMALL, seed), Mechanism.PARALLEL, SMALL.schools, every=True))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), listed=SHORT, mechanism=st.sampled_from(Mechanism))
def test_the_lists_of_one_school_find_every_gain_that_any_list_finds(
    seed: int, listed: int, mechanism: Mechanism
) -> None:
    made = town(SMALL, seed)
    assert gains(made, mechanism, listed, every=True) == gains(made, mechanism, listed, every=False)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), listed=SHORT, mechanism=st.sampled_from(Mechanism))
def test_the_board_plays_the_admission_run(seed: int, listed: int, mechanism: Mechanism) -> None:
    made = town(SMALL, seed)
    pupils = tuple(
        Pupil(f"p{at}", tuple(Choice(f"s{school}", made.ranks[school][at]) for school in wish[:listed]))
        for at, wish in enumerate(made.wishes)
    )
    schools = tuple(School(f"s{at}", seats) for at, seats in enumerate(made.seats))
    placed = allocate(Problem(schools, pupils, mechanism)).placements
    own = [None if at == NOBODY else f"s{at}" for at in Board(made, mechanism, listed).places()]
    assert own == [placed[pupil.id] for pupil in pupils]


def test_a_limit_and_first_choice_first_can_be_played() -> None:
    limited = [measure(TINY, Mechanism.PARALLEL, listed).gainers for listed in (1, 2, 3, 4)]
    assert limited == sorted(limited, reverse=True)
    assert limited[0] > limited[2] > limited[3] == 0
    for listed in (1, 2, 3, 4):
        first = measure(TINY, Mechanism.SEQUENTIAL, listed)
        assert first.gainers >= limited[listed - 1]
        assert first.gainers > 0


def test_one_line_is_one_line_under_either_rule() -> None:
    both = [measure(TINY, mechanism, 1) for mechanism in (Mechanism.PARALLEL, Mechanism.SEQUENTIAL)]
    assert both[0].gainers == both[1].gainers


def test_a_known_case() -> None:
    """Three want A most and then B; the last of the queue names B first and has it."""
    made = Town(wishes=((0, 1, 2), (0, 1, 2), (0, 1, 2)), ranks=((0, 1, 2), (0, 1, 2), (0, 1, 2)), seats=(1, 1, 1))
    assert gains(made, Mechanism.PARALLEL, 3, every=True) == [0, 0, 0]
    assert gains(made, Mechanism.SEQUENTIAL, 3, every=True) == [0, 0, 1]
    assert gains(made, Mechanism.PARALLEL, 1, every=True) == [0, 2, 2]


@pytest.mark.parametrize(("schools", "listed", "count"), [(4, 4, 64), (4, 1, 4), (3, 2, 9)])
def test_every_list_is_tried(schools: int, listed: int, count: int) -> None:
    lists = list(other_lists(schools, listed, every=True))
    assert len(lists) == len(set(lists)) == count
    assert all(len(set(one)) == len(one) for one in lists)


def test_a_market_follows_from_its_seed() -> None:
    assert town(SMALL, 3) == town(SMALL, 3) != town(SMALL, 4)


def test_the_page_holds_what_the_code_gives() -> None:
    page = PAGE.read_text(encoding="utf-8")
    measured = page.partition(BEGIN)[2].partition(END)[0]
    assert table(SMALL) in measured


def test_the_tables_of_other_settings_have_a_line_for_every_length() -> None:
    lines = table(Setting("few", 2, 5, 3, 2, all_lists=True)).splitlines()
    assert sum(line.startswith("| parallel") for line in lines) == 3
    assert sum("(no limit) | 0.0% | 0% | 0.00" in line for line in lines) == 1

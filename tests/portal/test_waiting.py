"""Waiting lasts as long as something moves, and no longer."""

import itertools

import pytest

from tests.waiting import MOST_SLOW, patience, slowness, until


def test_what_happens_is_waited_for() -> None:
    times = itertools.count()
    until(lambda: next(times) == 3, "the fourth look", pause=0)
    assert next(times) == 4


def test_what_never_happens_is_named() -> None:
    with pytest.raises(AssertionError, match="waited in vain for: the end"):
        until(lambda: False, "the end", seconds=0, pause=0)


def test_progress_gives_more_time() -> None:
    looks, steps = itertools.count(), itertools.count()
    until(lambda: next(looks) == 50, "the fiftieth look", seconds=1e-9, pause=0, progress=lambda: next(steps))


def test_a_machine_is_never_quicker_than_the_quick_one() -> None:
    assert 1 <= slowness() <= MOST_SLOW
    assert patience(7) == 7 * slowness()

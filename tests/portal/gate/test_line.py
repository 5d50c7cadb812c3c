"""The line in Valkey: one for all processes; without Valkey each process keeps its own; a lost one is made good."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from foundation.valkey import valkey
from portal.gate.control import Window
from portal.gate.line import KEYS, SharedLine, waiting_now
from portal.gate.slots import Rank, Slots


@pytest.fixture(autouse=True)
def empty() -> None:
    valkey().delete(*KEYS)


def line(size: float) -> SharedLine:
    return SharedLine(Window(size, 0.1), 20, Slots(1, 1, 1))


def look_again(one: SharedLine) -> None:
    one._next_sync = 0.0
    one.standing()


def test_numbers_are_one_row_for_all_processes() -> None:
    here, there = line(1), line(1)
    assert here.enter("a") == 0
    assert [there.enter("b"), here.enter("c"), there.enter("d")] == [1, 2, 3]
    assert there.standing().closed
    assert waiting_now() == 3


def test_who_is_called_comes_in_the_order_of_numbers() -> None:
    one = line(1)
    one.enter("a")
    first, second = one.enter("b"), one.enter("c")
    epoch = one.standing().epoch
    assert one.is_called(epoch, first) is False
    one.window.size = 2
    look_again(one)
    assert one.is_called(epoch, first) is True
    assert one.is_called(epoch, second) is False


def test_a_number_nobody_drew_or_of_another_line_belongs_to_a_lost_one() -> None:
    one = line(1)
    one.enter("a")
    look_again(one)
    assert one.is_called(one.standing().epoch, 10_000) is None
    assert one.is_called("vother", 1) is None


def test_a_lost_memory_begins_a_new_line_in_which_old_numbers_come_first() -> None:
    one = line(1)
    one.enter("a")
    assert one.enter("b") == 1
    valkey().delete(*KEYS)
    assert one.enter("new", returning=False) == 0
    one.window.size = 2
    assert one.enter("another") == 0
    one.window.size = 3
    assert one.enter("b", returning=True) == 0
    assert waiting_now() == 0


def test_without_valkey_each_process_keeps_a_line_of_its_own(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    one = line(1)
    assert [one.enter("a"), one.enter("b"), one.enter("c")] == [0, 1, 2]
    epoch = one.standing().epoch
    one.window.size = 2
    look_again(one)
    assert [one.is_called(epoch, 1), one.is_called(epoch, 2)] == [True, False]
    assert waiting_now() is None


def test_who_was_let_in_here_is_known_there() -> None:
    here, there = line(1), line(1)
    look_again(here)
    look_again(there)
    here.seen("family")
    look_again(here)
    look_again(there)
    assert there.standing().active == 1


def test_whose_press_queues_is_under_way_for_as_long_as_it_queues() -> None:
    one = line(5)
    one.slots = Slots(1, 5, 4)
    one.slots.take(Rank.UNDER_WAY, 1)
    with ThreadPoolExecutor(1) as threads:
        press = threads.submit(one.slots.take, Rank.UNDER_WAY, 20, "family")
        until = time.monotonic() + 10
        while not one.slots.owners() and time.monotonic() < until:
            time.sleep(0.005)
        look_again(one)
        assert one.standing().active == 1
        one.slots.release()
        assert press.result() is not None

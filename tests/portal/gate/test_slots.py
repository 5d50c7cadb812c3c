"""Who runs, who queues and who gives way, with real threads."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from portal.gate.slots import Rank, Slots


def queued(slots: Slots, count: int) -> None:
    """Wait until so many queue: the threads have got there."""
    until = time.monotonic() + 10
    while len(slots._queue) < count and time.monotonic() < until:
        time.sleep(0.005)
    assert len(slots._queue) == count


def test_the_next_slot_goes_to_the_best_rank_then_to_who_came_first() -> None:
    slots, served, lock = Slots(1, 10, 4), [], threading.Lock()
    assert slots.take(Rank.UNDER_WAY, 1) == 0.0

    def press(name: str, rank: Rank) -> None:
        delay = slots.take(rank, 20, name)
        assert delay is not None
        assert delay > 0
        with lock:
            served.append(name)
        slots.release()

    with ThreadPoolExecutor(4) as threads:
        ranks = (Rank.NEWCOMER, Rank.UNDER_WAY, Rank.STAFF, Rank.UNDER_WAY)
        for count, rank in enumerate(ranks, 1):
            threads.submit(press, f"{count}", rank)
            queued(slots, count)
        assert slots.oldest() > 0
        slots.release()
    assert served == ["3", "2", "4", "1"]
    assert (slots.running, slots.oldest()) == (0, 0.0)


def test_a_newcomer_gives_way_when_the_queue_is_full_and_the_last_of_equals_is_told() -> None:
    slots = Slots(1, 1, 4)
    slots.take(Rank.UNDER_WAY, 1)
    with ThreadPoolExecutor(2) as threads:
        newcomer: Future[float | None] = threads.submit(slots.take, Rank.NEWCOMER, 20)
        queued(slots, 1)
        family = threads.submit(slots.take, Rank.UNDER_WAY, 20)
        assert newcomer.result() is None
        queued(slots, 1)
        assert slots.take(Rank.UNDER_WAY, 20) is None
        slots.release()
        assert family.result() is not None


def test_one_family_cannot_fill_the_queue() -> None:
    slots = Slots(1, 10, 1)
    slots.take(Rank.UNDER_WAY, 1)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(slots.take, Rank.UNDER_WAY, 20, "same")
        queued(slots, 1)
        assert slots.take(Rank.UNDER_WAY, 20, "same") is None
        slots.release()
        assert first.result() is not None
    slots.release()
    assert slots.take(Rank.UNDER_WAY, 1, "same") == 0.0


def test_patience_has_an_end_and_leaves_nothing_behind() -> None:
    slots = Slots(1, 10, 4)
    slots.take(Rank.UNDER_WAY, 1)
    assert slots.take(Rank.UNDER_WAY, 0.01) is None
    slots.release()
    assert slots.running == 0
    assert slots.take(Rank.NEWCOMER, 1) == 0.0

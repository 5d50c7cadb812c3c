"""The loop of a lane: batch after batch, each source in turn, none held up by another's failure."""

import contextlib
from collections.abc import Callable

import pytest
from django.db import transaction

from foundation.draining import LANES, PACE_SECONDS, Lane, Source, Turn, slots_of, worth_sending
from foundation.lanes import PULSES, _due, pace, pulse, pulses, queued, ring, ring_on_commit
from foundation.valkey import valkey
from portal.beat import Bell
from portal.celery import app


def turn(batches: int, called: list[int] | None = None) -> Turn:
    """A turn that lets so many batches begin."""
    left = iter(range(batches))
    return Turn(lambda: 0.0 if next(left, None) is not None else 2.0, 1.0, lambda: (called or []).append(1))


def counted(answers: list[bool], seen: list[str], name: str) -> Source:
    def work(_turn: Turn) -> bool:
        seen.append(name)
        return answers.pop(0) if answers else False

    return Source(name, work)


def always(_name: str, _every: float) -> bool:
    return True


def test_sources_take_batches_in_turn_until_none_has_more() -> None:
    seen: list[str] = []
    lane = Lane([counted([True, True], seen, "a"), counted([True], seen, "b"), counted([], seen, "c")])
    assert lane.drain(turn(10), always) is False
    assert seen == ["a", "b", "c", "a", "b", "a"]


def test_a_turn_that_is_over_says_that_there_may_be_more() -> None:
    seen: list[str] = []
    lane = Lane([counted([True] * 100, seen, "a")])
    assert lane.drain(turn(3), always) is True
    assert len(seen) == 3


def test_others_are_called_only_when_a_batch_was_full() -> None:
    called: list[int] = [0]
    lane = Lane([counted([True, False], [], "a")])
    lane.drain(turn(10, called), always)
    assert called == [0, 1]


def test_a_source_that_fails_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def broken(_turn: Turn) -> bool:
        raise RuntimeError("poison")

    lane = Lane([Source("broken", broken), counted([True], seen, "b")])
    assert lane.drain(turn(10), always) is False
    assert seen == ["b", "b"]
    assert "broken failed" in caplog.text


def test_a_periodic_source_is_looked_at_when_it_is_due() -> None:
    seen: list[str] = []
    lane = Lane([Source("hourly", counted([], seen, "hourly").work, 3600.0), counted([], seen, "a")])
    lane.drain(turn(10), lambda name, every: (name, every) != ("hourly", 3600.0))
    assert seen == ["a"]


@pytest.mark.parametrize("text", ["", "codes", "codes:x", "cods:1", "codes:-1", "codes:65", "codes:0", "codes:１"])
def test_slots_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"LANE:NUMBER|no lane"):
        slots_of(text, LANES)


def test_slots_are_read() -> None:
    assert slots_of("codes:1, families:4,runs:0", LANES) == {"codes": 1, "families": 4, "runs": 0}


def undisturbed(look: Callable[[], None]) -> None:
    """Look at the lanes as often as another process of this test run, which shares the broker, rings one meanwhile."""
    for at in range(20):
        for lane in LANES:
            valkey().delete(lane)
        try:
            look()
        except AssertionError:
            if at == 19:
                raise
        else:
            break
    for lane in LANES:
        valkey().delete(lane)


def test_a_lane_is_rung_once_however_often_it_is_asked_for() -> None:
    def look() -> None:
        for _time in range(50):
            assert ring("runs")
        assert queued() == {lane: int(lane == "runs") for lane in LANES}

    undisturbed(look)


@pytest.mark.django_db(transaction=True)
def test_lanes_of_one_transaction_are_rung_when_it_commits_and_of_an_undone_savepoint_not_lost() -> None:
    def look() -> None:
        with transaction.atomic():
            ring_on_commit("families")
            with contextlib.suppress(RuntimeError), transaction.atomic():
                ring_on_commit("messages")
                raise RuntimeError("undone")
            assert not any(queued().values())
            ring_on_commit("runs")
        assert queued()["families"] == queued()["runs"] == 1

    undisturbed(look)


def test_beat_rings_every_lane_and_never_twice() -> None:
    def look() -> None:
        bell = Bell(app)
        for _time in range(3):
            for entry in bell.schedule.values():
                bell.apply_entry(entry)
        assert queued() == dict.fromkeys(LANES, 1)
        assert pulses()["beat"] < 60

    undisturbed(look)


def test_a_periodic_work_is_done_by_one_of_all_workers() -> None:
    valkey().delete("lanes:every:tests.hourly")
    assert [_due("tests.hourly", 3600.0) for _worker in range(4)] == [True, False, False, False]
    valkey().delete("lanes:every:tests.hourly")


def test_two_looks_of_one_slot_are_spread_and_a_code_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("foundation.lanes.time.sleep", waited.append)
    monkeypatch.setattr("foundation.lanes._looked", {})
    for lane in ("families", "families", "codes", "codes"):
        pace(lane)
    assert len(waited) == 2
    assert waited[0] == 0.0
    assert 0 < waited[1] <= PACE_SECONDS["families"]


def test_a_sign_of_life_is_told_with_its_age() -> None:
    valkey().hdel(PULSES, "codes")
    assert "codes" not in pulses()
    pulse("codes", "messages")
    assert 0 <= pulses()["codes"] < 60


def test_one_message_is_enough() -> None:
    assert worth_sending(0)
    assert not worth_sending(1)

"""Slow is waited for, stuck is told: by the longest pause there was before, and by what moved at all."""

import io

import pytest
from django.db import OperationalError
from rich.console import Console

from rehearsal import patience
from rehearsal.patience import Watch, patient
from rehearsal.progress import Bars, Lines, teller


def test_a_slow_machine_is_given_more_time_than_a_quick_one() -> None:
    clock = [0.0]
    watch = Watch(least=180.0, times=20.0, now=lambda: clock[0])
    assert watch.idle("a") == 0
    clock[0] = 100.0
    assert watch.idle("a") == 100
    assert watch.limit == 180  # nothing has moved yet: the least
    clock[0] = 150.0
    assert watch.idle("b") == 0
    assert watch.limit == 20 * 150  # it moved after 150 s: a step takes that long here
    clock[0] = 151.0
    assert watch.idle("c") == 0
    assert watch.limit == 3000


def test_a_server_that_comes_back_is_waited_for_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(patience, "TELL_SECONDS", -1)
    tries: list[int] = [3]
    said: list[str] = []

    def ask() -> str:
        tries[0] -= 1
        if tries[0]:
            raise OperationalError("gone")
        return "here"

    assert patient(ask, said.append) == "here"
    assert len(said) == 2
    assert "OperationalError" in said[0]


def test_a_server_that_stays_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", -1)
    with pytest.raises(OperationalError):
        patient(_gone)


def _gone() -> None:
    raise OperationalError("gone")


def test_where_no_terminal_is_each_line_goes_out_at_once() -> None:
    stream = io.StringIO()
    tell = teller(Console(file=stream))
    assert isinstance(tell, Lines)
    phase = tell.begin("filing", 10)
    assert stream.getvalue() == "filing: 10\n"
    tell.phases[phase].told -= 60
    tell.advance(phase, 4)
    tell.advance(phase, 5)  # within fifteen seconds nothing more is said
    tell.end(phase)
    lines = stream.getvalue().splitlines()
    assert lines[1].startswith("filing: 4 of 10 after")
    assert lines[2].startswith("filing: done in")
    assert len(lines) == 3


def test_on_a_terminal_there_are_bars() -> None:
    tell = teller(Console(file=io.StringIO(), force_terminal=True))
    try:
        assert isinstance(tell, Bars)
        phase = tell.begin("filing", 3)
        tell.advance(phase, 2)
        tell.end(phase)
    finally:
        tell.close()

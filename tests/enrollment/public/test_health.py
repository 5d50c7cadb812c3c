"""What a family would feel, from readings: pure."""

import pytest

from enrollment.public.status.health import DEAD_SECONDS, Component, Readings, State, verdict
from foundation.draining import LANES

ALIVE = dict.fromkeys((*LANES, "beat"), 2.0)


def states(**readings: object) -> dict[str, State]:
    return {one.name: one.state for one in verdict(Readings(**({"pulses": ALIVE} | readings)))}  # type: ignore[arg-type]


def broken(**readings: object) -> dict[str, State]:
    """Only what is not good."""
    return {name: state for name, state in states(**readings).items() if state != "good"}


def test_an_idle_site_with_living_workers_is_well() -> None:
    assert broken() == {}
    assert set(states()) == {"broker", "codes", "checks", "messages", "runs", "sweeps"}


@pytest.mark.parametrize(
    ("readings", "says"),
    [
        ({"code_age": 10.0}, {}),
        ({"code_age": 30.0}, {"codes": "slow"}),
        ({"code_age": 90.0}, {"codes": "bad"}),
        ({"check_age": 30.0}, {}),
        ({"check_age": 120.0}, {"checks": "slow"}),
        ({"check_age": 3600.0}, {"checks": "bad"}),
        ({"family_age": 1200.0}, {"checks": "slow"}),
        ({"family_age": 20_000.0}, {"checks": "bad"}),
        ({"message_age": 400.0}, {"messages": "slow"}),
        ({"message_age": 7200.0}, {"messages": "bad"}),
        ({"run_age": 2000.0}, {"runs": "slow"}),
        ({"run_age": 20_000.0}, {"runs": "bad"}),
        ({"handed_over": 100, "failed": 10}, {}),
        ({"handed_over": 100, "failed": 30}, {"codes": "slow", "messages": "slow"}),
        ({"handed_over": 100, "failed": 100}, {"codes": "bad", "messages": "bad"}),
        ({"handed_over": 2, "failed": 2}, {}),  # two wrong numbers say nothing
    ],
)
def test_what_is_late_or_fails_is_told(readings: dict[str, float], says: dict[str, State]) -> None:
    assert broken(**readings) == says


@pytest.mark.parametrize(
    ("dead", "says"),
    [
        ("codes", {"codes": "bad"}),
        ("families", {"checks": "bad"}),
        ("messages", {"messages": "bad"}),
        ("runs", {"runs": "slow"}),
        ("sweeps", {"sweeps": "slow"}),
        ("beat", {"sweeps": "slow"}),
    ],
)
def test_a_dead_worker_is_told_before_anything_is_late(dead: str, says: dict[str, State]) -> None:
    assert broken(pulses=ALIVE | {dead: DEAD_SECONDS}) == says
    assert broken(pulses={name: at for name, at in ALIVE.items() if name != dead}) == says


def test_a_lost_broker_is_told_once() -> None:
    assert broken(broker=False, pulses={}) == {"broker": "bad"}


def test_the_figures_are_numbers_only() -> None:
    seen = Readings(code_age=1.0, queued={"codes": 3}, pulses=ALIVE)
    figures = [figure for one in verdict(seen) for figure in one.figures.values()]
    assert all(figure is None or isinstance(figure, int | float) for figure in figures)
    broker: Component = verdict(seen)[0]
    assert broker.figures["queued_codes"] == 3

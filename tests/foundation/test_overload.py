"""Overload slows and says so: useful work never falls because more is asked, and what waits stays bounded."""

import pytest

from tests.foundation.overload import BATCH, LEASE, Trouble, simulate

WORKERS, SECONDS, MINUTES = 4, 0.1, 10
PEAK = 60 * WORKERS / SECONDS  # rows a minute, were every second work


TROUBLES = {
    "calm": Trouble(),
    "kills": Trouble(kill_every=30.0),
    "broker lost": Trouble(broker_lost_at=130.0, broker_lost_for=20.0),
    "slow for a while": Trouble(slow_from=185.0, slow_until=235.0, slow_factor=10.0),
}
SPOILED = {"broker lost": {2}, "slow for a while": {3, 4}}  # minutes in which the world itself does less


@pytest.mark.parametrize("load", [1, 2, 5, 20])
@pytest.mark.parametrize("name", TROUBLES)
def test_useful_work_stays_at_its_peak_and_the_backlog_goes_in_time(load: int, name: str) -> None:
    run = simulate(workers=WORKERS, seconds=SECONDS, load=load, minutes=MINUTES, seed=load, trouble=TROUBLES[name])
    # what waits in the broker does not grow with what arrives, and nothing is done twice
    assert run.most_queued <= 1
    assert run.repeated == 0
    # a killed worker's batch in its hands is work that was lost: the rest of it counts as capacity
    lost = BATCH * SECONDS / (30 * WORKERS) if name == "kills" else 0.0
    peak = PEAK * (1 - lost)
    minutes = [done for at, done in enumerate(run.useful) if at > 0 and at not in SPOILED.get(name, ())]
    asked = 0.95 * peak if load == 1 else peak  # at exactly its capacity chance leaves a worker idle now and then
    assert min(minutes) >= 0.9 * asked
    backlog = run.done - sum(run.useful)
    leases = LEASE if name == "kills" else 0.0
    assert run.drained_after <= 1.2 * backlog / (peak / 60) + leases + 10


def test_what_looks_without_need_costs_next_to_nothing() -> None:
    run = simulate(workers=WORKERS, seconds=SECONDS, load=0.01, minutes=MINUTES, seed=1, trouble=Trouble())
    assert run.looks < 60 * MINUTES / 2 + 2 * run.done + 10


def test_a_lane_with_every_worker_busy_has_one_message_waiting_and_no_more() -> None:
    run = simulate(workers=1, seconds=1.0, load=20, minutes=2, seed=5, trouble=Trouble())
    assert run.most_queued == 1
    assert run.looks <= run.done

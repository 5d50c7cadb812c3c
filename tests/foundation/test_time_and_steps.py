"""The clock, the tables of legal steps, and the named locks."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from enrollment.seasons.states import APPLICATION, ROUND
from foundation import clock
from foundation.locks import Busy, lock, lock_or_busy
from foundation.transitions import IllegalTransition, TransitionTable, table
from tests.waiting import patience

FIVE = datetime(2026, 6, 30, 17, 0, tzinfo=clock.SHANGHAI)


@given(st.integers(-100_000, 100_000), st.integers(0, 59))
def test_a_deadline_ends_with_its_minute(offset: int, second: int) -> None:
    deadline = FIVE + timedelta(seconds=second)
    assert clock.deadline_passed(deadline, FIVE + timedelta(seconds=offset)) == (offset >= 60)


@given(st.integers(-100_000, 100_000), st.integers(0, 59))
def test_a_query_and_the_code_have_one_bound(offset: int, second: int) -> None:
    deadline, at = FIVE + timedelta(seconds=second), FIVE + timedelta(seconds=offset)
    assert (deadline < clock.running_minute(at)) == clock.deadline_passed(deadline, at) == (at >= clock.ended(deadline))


def test_the_zone_of_the_deadline_does_not_matter() -> None:
    abroad = FIVE.astimezone(UTC)
    with clock.at(FIVE + timedelta(seconds=59)):
        assert not clock.deadline_passed(abroad)
        assert clock.today().isoformat() == "2026-06-30"
    with clock.at(datetime(2026, 6, 30, 16, 30, tzinfo=UTC)):
        assert clock.today().isoformat() == "2026-07-01"


def test_the_clock_is_set_back_and_takes_no_naive_time() -> None:
    before = clock.now()
    with clock.at(FIVE), clock.at(FIVE + timedelta(days=1)):
        assert clock.now() == FIVE + timedelta(days=1)
    assert abs(clock.now() - before) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="aware"), clock.at(FIVE.replace(tzinfo=None)):
        pass


def reachable(steps: TransitionTable, start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        source = waiting.pop()
        fresh = {steps.target(source, event) for event in steps.events(source)} - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize(("steps", "start"), [(APPLICATION, "draft"), (ROUND, "planned")])
def test_every_state_can_be_reached_and_every_event_is_drawn(steps: TransitionTable, start: str) -> None:
    assert reachable(steps, start) == set(steps.states())
    diagram = steps.mermaid()
    for step in steps.steps:
        assert f"{step.source} --> {step.target}: {step.event}" in diagram


@given(st.sampled_from(APPLICATION.states()), st.text(max_size=12))
def test_what_the_table_does_not_name_is_refused(state: str, event: str) -> None:
    if event in APPLICATION.events(state):
        return
    with pytest.raises(IllegalTransition):
        APPLICATION.target(state, event)


def test_a_table_cannot_say_two_things() -> None:
    with pytest.raises(ValueError, match="share"):
        table([("a", "go", "b", "x"), ("a", "go", "c", "x")])


def test_nobody_is_decided_against_by_the_system() -> None:
    """A refusal is a person's; it comes back after an appeal by another person, or when the family drops the appeal."""
    refusals = {step.event: step.by for step in APPLICATION.steps if step.target == "not_eligible"}
    assert refusals == {"refuse": "reviewer", "dismiss": "another reviewer", "drop_appeal": "guardian"}


@pytest.mark.django_db(transaction=True)
def test_a_named_lock_is_held_by_one_connection_until_its_transaction_ends() -> None:
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock("draw:1")
            held.set()
            release.wait(patience(10))
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(patience(10))
    with pytest.raises(Busy), transaction.atomic():
        lock_or_busy("draw:1")
    with transaction.atomic():
        lock_or_busy("draw:2")
    release.set()
    thread.join(patience(10))
    with transaction.atomic():
        lock_or_busy("draw:1")

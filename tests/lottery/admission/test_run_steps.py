"""A run moves by its table alone: what is not in it, and what somebody else did first, changes nothing."""

import pytest

from foundation.errors import Refused
from lottery.admission.models import AdmissionRun
from lottery.admission.services.runs import run_fail
from lottery.admission.states import RUN, RunEvent
from lottery.admission.steps import run_step
from tests.lottery.factories import ceremony

pytestmark = pytest.mark.django_db


def stored(run: AdmissionRun) -> AdmissionRun:
    return AdmissionRun.objects.get(pk=run.pk)


def test_every_step_of_the_table_and_no_other_is_possible() -> None:
    run = computed()
    for state in RUN.states():
        for event in RunEvent:
            AdmissionRun.objects.filter(pk=run.pk).update(state=state, reason="")
            run.refresh_from_db()
            if event in RUN.events(state):
                run_step(run, event, reason="a step")
                assert (stored(run).state, stored(run).reason) == (RUN.target(state, event), "a step")
                assert run.state == stored(run).state
            else:
                with pytest.raises(Refused) as refused:
                    run_step(run, event, reason="no step")
                assert refused.value.code == "illegal_step"
                assert (stored(run).state, stored(run).reason) == (state, "")


def test_a_step_from_a_state_that_has_passed_changes_nothing() -> None:
    run = computed()
    AdmissionRun.objects.filter(pk=run.pk).update(state=AdmissionRun.State.DISCARDED)
    with pytest.raises(Refused) as refused:
        run_step(run, RunEvent.CONFIRM)
    assert refused.value.code == "changed"
    assert stored(run).state == AdmissionRun.State.DISCARDED


def test_what_has_ended_is_not_stopped_afterwards() -> None:
    run = computed()
    run_fail(run.pk, Refused("too late", code="late"))
    assert (stored(run).state, stored(run).reason) == (AdmissionRun.State.COMPUTED, "")
    AdmissionRun.objects.filter(pk=run.pk).update(state=AdmissionRun.State.QUEUED)
    run_fail(run.pk, Refused("a tie", code="tie"))
    assert (stored(run).state, stored(run).reason) == (AdmissionRun.State.FAILED, "a tie")


def computed() -> AdmissionRun:
    return ceremony(pupils=4).computed()

"""A worker killed in the middle of a simulation: nothing half done, and the next one gives the same numbers."""

import signal

import pytest

from foundation.progress import progress
from lottery.whatif.inputs import whatif_name
from lottery.whatif.models import WhatIf
from lottery.whatif.services import whatif_request, whatif_work, whatifs_go_on
from tests.lottery.factories import ceremony
from tests.lottery.workers import worker
from tests.waiting import patience, until


def begun(made: WhatIf) -> bool:
    """Whether the worker has simulated some draws and not all of them."""
    found = progress(whatif_name(made.pk))
    return found is not None and 0 < found.done < found.total


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_simulates_leaves_the_row_for_the_next_one() -> None:
    one = ceremony(pupils=60, seats=10)
    made = whatif_request(official=one.officials[0], round_id=one.round.pk, draws=1000)
    process = worker("whatif", "whatif_work", "whatif_id", made.pk)
    try:
        until(lambda: begun(made), "the worker to begin")
    finally:
        process.send_signal(signal.SIGKILL)
    assert process.wait(patience(10)) == -signal.SIGKILL
    made.refresh_from_db()
    assert (made.state, made.result) == (WhatIf.State.QUEUED, {})
    assert whatifs_go_on() == 1
    done = WhatIf.objects.get(pk=made.pk)
    again = whatif_request(official=one.officials[0], round_id=one.round.pk, draws=1000)
    repeated = whatif_work(whatif_id=again.pk)
    assert repeated is not None
    assert repeated.result == done.result

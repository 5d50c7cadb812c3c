"""Starting things at the same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection

from foundation.errors import Refused
from tests.waiting import patience


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs in threads that start together; their results or their refusals, in order."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(place: int, job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = job()
        except Refused as refused:
            results[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=patience(60))
    return results

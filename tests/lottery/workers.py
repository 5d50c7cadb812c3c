"""A worker as a process of its own, on the database of the running test, so that it can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event, Thread

from django.db import connection, transaction

from tests.waiting import patience, until

WAITING_FOR_A_ROW = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING_FOR_A_ROW)
        return bool(cursor.fetchone()[0])


def killed_behind(hold: Callable[[], object], *call: str, number: int, when: Callable[[], bool] = blocked) -> None:
    """Kill a worker while it waits for what ``hold`` has locked in another transaction.

    ``call`` and ``number`` are as for ``worker``; ``when`` says that it has come there.
    """
    held, release = Event(), Event()

    def holding() -> None:
        with transaction.atomic():
            hold()
            held.set()
            release.wait(patience(60))
        connection.close()

    holder = Thread(target=holding)
    holder.start()
    try:
        assert held.wait(patience(10))
        subject, service, argument = call
        process = worker(subject, service, argument, number)
        until(when, "the worker to stand before the lock")
        process.send_signal(signal.SIGKILL)
        assert process.wait(patience(10)) == -signal.SIGKILL
    finally:
        release.set()
        holder.join()


def worker(subject: str, service: str, argument: str, number: int) -> "subprocess.Popen[bytes]":
    """Call a service of a subject of the lottery with one keyword argument, in another process."""
    name = connection.settings_dict["NAME"]
    code = (
        "import sys, django; from django.conf import settings;"
        f" settings.DATABASES['default']['NAME'] = {name!r}; django.setup();"
        f" from lottery.{subject} import services; services.{service}({argument}=int(sys.argv[1]))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    return subprocess.Popen([sys.executable, "-c", code, str(number)], env=environment)

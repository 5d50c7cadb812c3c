"""The base of every Celery task.

A task takes ids, loads rows and calls a service. It may run twice or late: services are idempotent. A database that is
restarting is waited for; anything else is left for the sweeper, which finds the work again by its state.
"""

from typing import Any

from celery import Task
from django.db import InterfaceError, OperationalError


class PortalTask(Task):  # type: ignore[misc,type-arg,unused-ignore]
    autoretry_for = (OperationalError, InterfaceError)
    retry_backoff = 1
    retry_backoff_max = 30
    retry_jitter = True
    max_retries = 20
    acks_late = True
    ignore_result = True


def enqueue(task: Any, *args: Any) -> None:
    """Send a task when the transaction commits; a broker that is down is not an error, the sweeper finds the work."""
    from django.db import transaction

    transaction.on_commit(lambda: send(task, *args), robust=True)


def send(task: Any, *args: Any, countdown: float = 0) -> bool:
    """Send a task now, to be run after ``countdown`` seconds; False when the broker cannot be reached."""
    from kombu.exceptions import OperationalError as BrokerDown

    try:
        task.apply_async(args=args, countdown=countdown or None, retry=False)
    except (BrokerDown, OSError):
        return False
    return True

"""The Celery application.

PostgreSQL is the queue of record: a message in the broker only wakes a lane (``foundation.lanes``), and what is to be
done is found by its state. The broker may therefore be lost whole without losing anything.
"""

import os
import threading
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_ready
from kombu import Exchange, Queue

from foundation.draining import LANES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# one queue an urgency; a worker without --queues serves all of them
app.conf.task_queues = tuple(Queue(lane, Exchange(lane), routing_key=lane) for lane in LANES)
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator,unused-ignore]
def drop_dead_connections(**_: Any) -> None:
    """Replace a connection the database closed under us (CELERY_DB_REUSE_MAX keeps healthy ones open)."""
    from django.db import close_old_connections

    close_old_connections()


@worker_ready.connect  # type: ignore[untyped-decorator,unused-ignore]
def give_signs_of_life(sender: Any = None, **_: Any) -> None:
    """Note every few seconds that somebody serves these lanes: the status page tells when nobody does."""
    from foundation.lanes import PULSE_SECONDS, pulse

    lanes = tuple(sender.app.amqp.queues.consume_from)

    def go_on() -> None:
        never = threading.Event()
        pulse(*lanes)
        while not never.wait(PULSE_SECONDS):
            pulse(*lanes)

    threading.Thread(target=go_on, name="pulse", daemon=True).start()

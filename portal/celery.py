"""The Celery application.

PostgreSQL is the queue of record: a task carries an id, loads the row and calls a service, and the sweepers on the
beat schedule find unfinished work by its state. The broker may therefore be lost whole without losing anything.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator,unused-ignore]
def drop_dead_connections(**_: Any) -> None:
    """Replace a connection the database closed under us (CELERY_DB_REUSE_MAX keeps healthy ones open)."""
    from django.db import close_old_connections

    close_old_connections()

from celery import shared_task

from foundation.tasks import PortalTask
from helpdesk import visits


@shared_task(base=PortalTask)
def flush_visits() -> None:
    visits.visits_flush()

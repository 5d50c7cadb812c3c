from celery import shared_task

from foundation.tasks import PortalTask
from notifications import services


@shared_task(base=PortalTask)
def deliver(message_id: int) -> None:
    services.message_deliver(message_id=message_id)


@shared_task(base=PortalTask)
def sweep() -> None:
    services.sweep()

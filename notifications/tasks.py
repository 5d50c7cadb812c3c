from celery import shared_task

from foundation.tasks import PortalTask
from notifications import services


@shared_task(base=PortalTask)
def deliver() -> None:
    services.drain()


@shared_task(base=PortalTask)
def sweep() -> None:
    """The beat's look into the outbox: whatever is due is delivered, also when every wake-up was lost."""
    services.drain()

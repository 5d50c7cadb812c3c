from celery import shared_task

from audit import services
from foundation.tasks import PortalTask


@shared_task(base=PortalTask)
def seal() -> None:
    services.seal()

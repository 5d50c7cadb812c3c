from uuid import UUID

from celery import shared_task

from foundation.tasks import PortalTask
from verification import services


@shared_task(base=PortalTask)
def run_check(check_id: str) -> None:
    services.check_run(check_id=UUID(check_id))


@shared_task(base=PortalTask)
def sweep() -> None:
    services.sweep()

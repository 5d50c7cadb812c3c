from uuid import UUID

from celery import shared_task

from foundation.tasks import PortalTask
from verification import services


@shared_task(base=PortalTask)
def run_checks(subject: str) -> None:
    services.checks_run(subject=UUID(subject))


@shared_task(base=PortalTask)
def sweep() -> None:
    services.sweep()

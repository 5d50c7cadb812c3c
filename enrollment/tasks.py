from uuid import UUID

from celery import shared_task

from enrollment import services
from foundation.tasks import PortalTask


@shared_task(base=PortalTask)
def assess(version_id: str) -> None:
    services.application_assess(version_id=UUID(version_id))


@shared_task(base=PortalTask)
def sweep() -> None:
    services.assess_sweep()


@shared_task(base=PortalTask)
def lapse() -> None:
    services.lapse_sweep()
    services.visits_sweep()


@shared_task(base=PortalTask)
def sweep_documents() -> None:
    services.uploads_sweep()
    services.files_sweep()

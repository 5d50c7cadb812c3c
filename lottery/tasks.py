from celery import shared_task

from foundation.errors import Refused
from foundation.tasks import PortalTask
from lottery import services


@shared_task(base=PortalTask)
def compute_run(run_id: int) -> None:
    """Compute a requested run; why it could not be done stands on the run."""
    try:
        services.run_work(run_id=run_id)
    except Refused:
        return


@shared_task(base=PortalTask)
def publish_run(run_id: int) -> None:
    """Publish a confirmed run and tell the families."""
    try:
        services.run_publish(run_id=run_id)
    except Refused:
        return
    services.run_tell(run_id=run_id)


@shared_task(base=PortalTask)
def tell_run(run_id: int) -> None:
    services.run_tell(run_id=run_id)


@shared_task(base=PortalTask)
def sweep() -> None:
    services.runs_sweep()

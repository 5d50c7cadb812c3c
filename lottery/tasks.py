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
def carry_out_fill(fill_id: int) -> None:
    """Offer the freed seats of a confirmed filling."""
    services.fill_carry_out(fill_id=fill_id)


@shared_task(base=PortalTask)
def sweep() -> None:
    services.runs_sweep()
    services.afterwards_sweep()


@shared_task(base=PortalTask)
def simulate_round(whatif_id: int) -> None:
    """Make a simulation that was asked for; why it could not be made stands on it."""
    services.whatif_work(whatif_id=whatif_id)


@shared_task(base=PortalTask)
def sweep_whatif() -> None:
    services.whatif_sweep()

from celery import shared_task

from accounts.models import Account
from foundation.errors import Refused
from foundation.tasks import PortalTask
from lottery import services


@shared_task(base=PortalTask)
def compute_run(round_id: int, official_id: int) -> None:
    """Compute a large round outside the request. A refusal (already published, another run at work) ends it."""
    try:
        services.run_compute(official=Account.objects.get(pk=official_id), round_id=round_id)
    except Refused:
        return

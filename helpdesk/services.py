"""The door of the helpdesk."""

from collections.abc import Iterable

from django.db import transaction

from helpdesk.models import ServicePoint


@transaction.atomic
def service_points_store(*, points: Iterable[ServicePoint]) -> None:
    """Insert or update service points by district and name."""
    ServicePoint.objects.bulk_create(
        list(points),
        update_conflicts=True,
        unique_fields=["district", "name"],
        update_fields=["level", "address", "hours", "phone"],
    )

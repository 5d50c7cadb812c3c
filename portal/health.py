"""The components of the whole site, for /health/: those of the families' status page, the runs and the line."""

from django.conf import settings
from django.core.cache import cache

from enrollment.public.status.health import Component
from enrollment.public.status.selectors import components
from foundation import clock
from lottery.admission.models import AdmissionRun
from portal.gate.line import waiting_now

FRESH_SECONDS = 3  # several watchers ask at the same time


def site_components() -> tuple[Component, ...]:
    """At most three seconds old. Raises DatabaseError."""
    found: tuple[Component, ...] | None = cache.get("health")
    if found is None:
        found = _read()
        cache.set("health", found, FRESH_SECONDS)
    return found


def _read() -> tuple[Component, ...]:
    begun = AdmissionRun.objects.filter(state__in=AdmissionRun.WORKING).order_by("started_at")
    oldest = begun.values_list("started_at", flat=True).first()
    age = None if oldest is None else round((clock.now() - oldest).total_seconds(), 1)
    found = components(age)
    if not settings.GATE:
        return found
    waiting = waiting_now()
    line = Component("line", "good", {"families_waiting": waiting, "shared": waiting is not None})
    return (*found, line)

"""What every public template may use."""

import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from enrollment.models import Season

FRESH_SECONDS = 60


@lru_cache(maxsize=1)
def _synthetic(_minute: int) -> bool:
    return Season.objects.filter(synthetic=True).exists()


def holds_synthetic() -> bool:
    """Whether synthetic families live in this database; asked at most once a minute."""
    return settings.DEMO or _synthetic(int(time.monotonic()) // FRESH_SECONDS)


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "DEMO": settings.DEMO,
        "SYNTHETIC": holds_synthetic(),
        "LANGUAGE_CHOICES": settings.LANGUAGES,
        "current_path": request.get_full_path(),
    }

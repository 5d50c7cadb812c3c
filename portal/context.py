"""What every public template may use."""

import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.sessions import idle_seconds, is_elder
from enrollment.assisted.carried import HELP
from enrollment.public.ways import bar_ways, header_ways
from enrollment.seasons.models import Season
from helpdesk.announcing import announcements_now
from portal.shell import menu

FRESH_SECONDS = 60


@lru_cache(maxsize=1)
def stored_synthetic(_minute: int) -> bool:
    return Season.objects.filter(synthetic=True).exists()


def holds_synthetic() -> bool:
    """Whether synthetic families live in this database; asked at most once a minute."""
    return settings.DEMO or stored_synthetic(int(time.monotonic()) // FRESH_SECONDS)


def environment(_request: HttpRequest) -> list[str] | None:
    """The label at the top of every staff page."""
    return [str(_("Synthetic data")), "warning"] if holds_synthetic() else None


def site(request: HttpRequest) -> dict[str, object]:
    elder = is_elder(request)
    terminal = getattr(request, "terminal", None) is not None
    # a terminal's start page waits for the next person without an end
    ends = request.user.is_authenticated or (terminal and request.path != reverse("enrollment:terminal"))
    return {
        "ELDER": elder,
        "TERMINAL": terminal,
        "HELPED": bool(request.session.get(HELP)) and request.user.is_authenticated,
        "ACTING": getattr(request, "acting", None),
        "LOOK": " ".join(name for name, on in (("elder", elder), ("terminal", terminal)) if on),
        "SESSION_SECONDS": idle_seconds(request) if ends else 0,
        "DEMO": settings.DEMO,
        "SYNTHETIC": holds_synthetic(),
        "ANNOUNCEMENTS": announcements_now,
        "LANGUAGE_CHOICES": settings.LANGUAGES,
        "current_path": request.get_full_path(),
        "STAFF_MENU": menu(request),
        "HEADER_WAYS": list(header_ways(request)),
        "BAR_WAYS": list(bar_ways(request)),
    }

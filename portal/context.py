"""What every public template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"DEMO": settings.DEMO, "LANGUAGE_CHOICES": settings.LANGUAGES, "current_path": request.get_full_path()}

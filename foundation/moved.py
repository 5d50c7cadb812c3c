"""URLs that have changed: whoever comes by the old one is sent on, with what was sent along.

A page that was opened before an upgrade, a link somebody kept and a program written last year go on working.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse


def moved(name: str) -> Callable[..., HttpResponse]:
    """A view that sends on to the address of this name, method and body kept (308). The route itself takes no name:
    nothing links to it.
    """

    def view(request: HttpRequest, **parts: object) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "")
        target = reverse(name, kwargs=parts) + (f"?{asked}" if asked else "")
        return HttpResponsePermanentRedirect(target, preserve_request=True)

    return view

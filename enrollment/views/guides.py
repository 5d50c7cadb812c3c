"""Pages of words for everybody: whom to call, how to apply, what the portal promises."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """The bureau, the service points and the schools, by district, one tap each."""
    return render(request, "public/contacts.html")

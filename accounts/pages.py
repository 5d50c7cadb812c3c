"""Who may see a page: decorators for guardians' and staff's views. What is not one's own is answered with 404."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from accounts.services import language_keep
from accounts.staff_site import is_verified_staff
from foundation.errors import NotAllowed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class GuardianRequest(HttpRequest):
    """A request whose user is known to be a guardian (for types only)."""

    guardian: Account


class StaffRequest(HttpRequest):
    """A request whose user is verified staff (for types only)."""

    account: Account


def guardian_page(view: Callable[Concatenate[GuardianRequest, P], HttpResponse]) -> View[P]:
    """Only a signed-in guardian; others sign in first and come back."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
            return _sign_in("/sign-in/", request)
        request.guardian = user  # type: ignore[attr-defined]
        language_keep(account=user, language=request.LANGUAGE_CODE)
        return _answered(request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type]

    return wrapped


def staff_page(view: Callable[Concatenate[StaffRequest, P], HttpResponse]) -> View[P]:
    """Only staff who gave a one-time password in this session; the door checks their scope."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, Account) or not is_verified_staff(request):
            return _sign_in("/staff/sign-in/", request)
        request.account = user  # type: ignore[attr-defined]
        return _answered(request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type]

    return wrapped


def _sign_in(door: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{door}?{urlencode({'next': request.path})}")


def _answered(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return page()
    except NotAllowed as refused:
        return render(request, "portal/not_found.html", {"message": refused.message}, status=404)

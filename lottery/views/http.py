"""Who may see a page of the lottery, and in which of the two stored languages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from foundation.errors import NotAllowed

P = ParamSpec("P")


def language_of(request: HttpRequest) -> str:
    """ "zh" or "en": the two languages in which results are stored."""
    return "en" if (request.LANGUAGE_CODE or "").startswith("en") else "zh"


class GuardianRequest(HttpRequest):
    """A request whose user is known to be a guardian (for types only)."""

    guardian: Account


def guardian_page(
    view: Callable[Concatenate[GuardianRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only a signed-in guardian; others sign in first and come back. What is not their own is answered with 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
            return redirect(f"/sign-in/?next={request.path}")
        request.guardian = user  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        except NotAllowed as refused:
            return render(request, "portal/not_found.html", {"message": refused.message}, status=404)

    return wrapped


class StaffRequest(HttpRequest):
    """A request whose user is verified staff (for types only)."""

    account: Account


def staff_page(
    view: Callable[Concatenate[StaffRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only staff who gave a one-time password in this session; outside their scope is answered with 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        verified = getattr(user, "is_verified", None)
        if not isinstance(user, Account) or not user.is_staff or verified is None or not verified():
            return redirect(f"/staff/sign-in/?next={request.path}")
        request.account = user  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        except NotAllowed as refused:
            return render(request, "portal/not_found.html", {"message": refused.message}, status=404)

    return wrapped

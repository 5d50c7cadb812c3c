"""What the family's views share: only guardians, and refusals as pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from accounts.services import language_keep
from foundation.errors import NotAllowed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class GuardianRequest(HttpRequest):
    """A request whose user is known to be a guardian (for types only)."""

    guardian: Account


def guardian_page(view: Callable[Concatenate[GuardianRequest, P], HttpResponse]) -> View[P]:
    """Only a signed-in guardian; others go to the sign-in page and come back. Not one's own is answered with 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
            return redirect(f"/sign-in/?next={request.path}")
        request.guardian = user  # type: ignore[attr-defined]
        language_keep(account=user, language=request.LANGUAGE_CODE)
        try:
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        except NotAllowed as refused:
            return render(request, "portal/not_found.html", {"message": refused.message}, status=404)

    return wrapped

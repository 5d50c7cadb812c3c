"""Who may see a page, and what pressing a button on it does: decorators for guardians' and staff's views.

What is not one's own is answered with 404; what is refused comes back on the page that asked.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from accounts.acting import Acting
from accounts.models import Account
from accounts.polls import asks_again, over
from accounts.services import language_keep
from accounts.sessions import keep_form, kept_form
from accounts.staff_site import is_verified_staff
from audit.services import record
from foundation.acting import using
from foundation.errors import NotAllowed, NotOffered, Refusal, Refused

P = ParamSpec("P")
K = TypeVar("K")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class GuardianRequest(HttpRequest):
    """A request whose user is known to be a guardian (for types only)."""

    guardian: Account
    operator: Account | None


class StaffRequest(HttpRequest):
    """A request whose user is verified staff (for types only)."""

    account: Account


def guardian_page(view: Callable[Concatenate[GuardianRequest, P], HttpResponse]) -> View[P]:
    """Only a signed-in guardian, or a clerk within an open visit; others sign in first and come back."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if is_verified_staff(request):
            return _assisted(request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type]
        if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
            return _sign_in("/sign-in/", request)
        request.guardian, request.operator = user, None  # type: ignore[attr-defined]
        language_keep(account=user, language=request.LANGUAGE_CODE)
        return _answered(request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type]

    return wrapped


def guardian_form(view: Callable[Concatenate[GuardianRequest, P], HttpResponse]) -> View[P]:
    """A guardian's page whose form only saves: sent after the session had ended, it is done after signing in again.

    Not for what is final (submitting, accepting, withdrawing): these are pressed again by the person.
    """
    inner = guardian_page(view)

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            keep_form(request)
        elif request.method == "GET" and request.user.is_authenticated:
            typed = kept_form(request)
            if typed is not None:
                request.method, request.POST = "POST", typed  # type: ignore[assignment]
        return inner(request, *args, **kwargs)

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


def tried(request: HttpRequest, step: Callable[[], object], said: str | Promise | None) -> Refused | None:
    """Carry out what was pressed, and say so on the next page; the refusal, for this page to show, where there is one.

    ``said`` is the sentence; a step that returns one of its own is given "", and one whose page shows itself what
    became of it None.
    """
    try:
        done = step()
    except Refused as refused:
        return refused
    if said is not None:
        messages.success(request, str(said or done), extra_tags="good")
    return None


def pressed(request: HttpRequest, step: Callable[[], object], said: str | Promise | None) -> None:
    """``tried`` where nothing was typed that would have to come back: the next page says also why it was refused."""
    refused = tried(request, step, said)
    if refused is not None:
        tell_refusal(request, refused)


def tell_refusal(request: HttpRequest, refused: Refusal) -> None:
    """The next page says why it was not done."""
    messages.error(request, refused.message, extra_tags="bad")


def taken(
    request: StaffRequest, steps: Mapping[str, Callable[[StaffRequest, K], str]], name: str, of: K
) -> Refused | None:
    """``tried`` with the step of that name, which returns its sentence. Raises Http404 for a step there is not."""
    if name not in steps:
        raise Http404
    return tried(request, lambda: steps[name](request, of), "")


@contextmanager
def hiding() -> Iterator[None]:
    """What is not one's own is not found: for pages that no guard above answers for, as those of the staff site."""
    try:
        yield
    except NotAllowed as hidden:
        raise Http404 from hidden


def _sign_in(door: str, request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back; that the session had ended is told there."""
    ended = {"ended": "1"} if request.method == "POST" or "idle" in request.GET else {}
    return redirect(f"{door}?{urlencode({'next': request.path, **ended})}")


def _assisted(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """The one place where staff come to a family's page: within an open visit, and only what its consent covers."""
    acting: Acting | None = getattr(request, "acting", None)
    name = request.resolver_match.view_name if request.resolver_match else ""
    if acting is None or name not in acting.pages:
        over = getattr(request, "visit_over", "")
        return render(request, "accounts/refused.html", {"acting": acting, "over": over}, status=403)
    request.guardian, request.operator = acting.guardian, acting.operator  # type: ignore[attr-defined]
    with using(acting.assist):
        if request.method == "GET" and "HX-Request" not in request.headers:  # a page that asks again is seen once
            record(
                actor=acting.operator,
                action="visit.view",
                object_type="account",
                object_id=acting.guardian.pk,
                district=acting.assist.district,
                details={"page": name},
            )
        return _answered(request, page)


def _answered(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return page()
    except NotAllowed as refused:
        if asks_again(request):
            return over(request, refused.message)
        return render(request, "portal/not_found.html", {"message": refused.message}, status=404)
    except NotOffered as closed:
        return render(request, "portal/not_offered.html", {"message": closed.message}, status=404)

"""Response headers that hold on every page."""

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.polls import polite
from accounts.sessions import KEPT
from accounts.staff_site import is_verified_staff
from enrollment.assisted.carried import TERMINAL_COOKIE, VISIT
from enrollment.assisted.terminals.services import terminal_of
from enrollment.assisted.visits.selectors import acting_in
from enrollment.assisted.visits.services import visit_end
from enrollment.public.status.selectors import reachable
from enrollment.public.status.views import down
from foundation import events
from schools.switches import offered

# Own files only; the admin theme (Alpine) evaluates expressions and styles inline, the public pages do neither.
PUBLIC_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
ADMIN_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def public_policy() -> str:
    """The policy of public pages; the one site that gives the tiles of the map is let in, where there is one."""
    tiles = urlsplit(settings.MAP_TILES)
    if not tiles.netloc:
        return PUBLIC_POLICY
    return PUBLIC_POLICY.replace("img-src 'self' data:", f"img-src 'self' data: {tiles.scheme}://{tiles.netloc}")


class Named:
    """Every request has an id: the proxy's or a new one. It stands in every line of the log and in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with events.named(request.headers.get("X-Request-ID", "")) as name:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = name
        return response


class SecurityHeaders:
    """Content security policy; pages of signed-in people are never kept by caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # a quoted cookie may spell a NUL; it is none of ours, and PostgreSQL refuses to look for such a session
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        response = self.get_response(request)
        admin = request.path.startswith("/admin/")
        response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY if admin else public_policy())
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response


class StatusAlways:
    """The status page answers without a database, also for who is signed in: nothing asks who that is before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == reverse("enrollment:status") and not reachable():
            return down()
        return self.get_response(request)


class Polls:
    """A page that asks again by itself ends with a sentence, whoever refuses it: a guard, a terminal, an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return polite(request, self.get_response(request))


class Visits:
    """A clerk with an open visit: the request knows for whom and by whose consent; ``accounts.pages`` decides."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        named = request.session.get(VISIT) if user.is_authenticated else None
        if named and isinstance(user, Account) and is_verified_staff(request):
            if request.path == "/sign-out/":  # whoever leaves the desk leaves the visit
                visit_end(operator=user, visit_id=UUID(named))
            request.acting, request.visit_over = acting_in(user, UUID(named))  # type: ignore[attr-defined]
        return self.get_response(request)


class Terminals:
    """A browser that is a terminal: short sessions, nothing kept, nothing downloaded, back to its start page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(TERMINAL_COOKIE, "")
        terminal = terminal_of(cookie) if cookie else None
        request.terminal = terminal  # type: ignore[attr-defined]
        if terminal is None:
            return self.get_response(request)
        if not offered("terminals", terminal.district_id):
            words = {"message": _("This terminal is out of service.")}
            return render(request, "portal/not_offered.html", words, status=404)
        start = reverse("enrollment:terminal")
        idle = "idle" in request.GET
        lost = request.path == "/" or (request.path.startswith("/my/") and not request.user.is_authenticated)
        if request.method == "GET" and request.path != start and (idle or lost):
            return redirect(f"{start}?over=1" if idle else start)
        if not request.session.get("terminal"):
            request.session["terminal"] = True
        response = self.get_response(request)
        return self._clean(request, response)

    def _clean(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What a shared browser may not keep: pages, files, what a person typed after the session had ended."""
        if "attachment" in response.headers.get("Content-Disposition", "") or response.headers.get(
            "Content-Type", ""
        ).startswith("application/pdf"):
            response = render(request, "enrollment/assisted/terminal_print.html", {}, status=403)
        signed_in = getattr(request.user, "is_authenticated", False)  # the API puts None for nobody
        if not signed_in and not request.session.is_empty():
            request.session.pop(KEPT, None)
            request.session.set_expiry(settings.TERMINAL_SECONDS)
        if request.path == "/sign-out/" and request.method == "POST":
            response = redirect(f"{reverse('enrollment:terminal')}?over=1")
        response.headers["Cache-Control"] = "no-store"
        return response

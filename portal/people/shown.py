"""How the people's pages are drawn: in the staff site, with a QR code where a link or a key is shown."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account, Role
from accounts.people.ranks import offered_roles, role_name
from accounts.people.selectors import Person
from accounts.staff_site import staff_site
from portal.middleware import ADMIN_POLICY
from portal.people.forms import ROWS
from portal.people.places import Names, places_offered, role_line, role_words

OWN: Final = frozenset({"me", "codes", "password"})  # the pages of one's own account


def page(request: HttpRequest, name: str, context: dict[str, Any], *, refused: str = "") -> HttpResponse:
    """A page of the staff site; 422 where something was refused."""
    heading = _("My account and leave") if name in OWN else _("People")
    whole = {**staff_site.each_context(request), "title": heading, **context, "refused": refused}
    response = render(request, f"portal/people/{name}.html", whole, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = ADMIN_POLICY
    return response


def said(request: HttpRequest, text: str) -> None:
    """Tell on the next page what was done."""
    messages.success(request, text)


def qr(text: str) -> SafeString:
    """A QR code as an inline drawing; its text is ours."""
    import segno  # not at the top: only these pages draw a code

    drawn = segno.make(text, error="m").svg_inline(scale=5, border=4, omitsize=True, dark="#111", light="#fff")
    return mark_safe(drawn)  # noqa: S308 - made by segno of a link or a key, no part of it is typed


def row_of(person: Person, names: Names) -> dict[str, Any]:
    """One person of a list."""
    return {"person": person, "roles": [role_line(one, names) for one in person.held]}


def choices(actor: Account, posted: Any = None) -> dict[str, Any]:
    """What the form of roles offers: only what this person may give."""
    typed = posted or {}
    rows = [
        {
            "at": at,
            **{name: typed.get(f"{name}-{at}", "") for name in ("role", "place", "from", "until")},
        }
        for at in range(ROWS)
    ]
    roles = [one for name in offered_roles(actor) for one in role_options(name)]
    return {"role_rows": rows, "role_choices": roles, "place_groups": places_offered(actor)}


def role_options(role: str) -> list[tuple[str, str]]:
    """A role as the form offers it; an officer is one of a department."""
    if role != Role.Name.DEPARTMENT:
        return [(role, role_name(role))]
    return [(f"{role}:{one}", role_words(role, one)) for one in Department.values]

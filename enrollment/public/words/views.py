"""Pages of words for everybody: whom to call, how to apply, notices, what the portal promises, checking a print."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.forms.fields import FormField
from enrollment.public.page_views import counted
from enrollment.public.ways import ALL
from enrollment.public.words.guides import GUIDES
from enrollment.public.words.page import Page
from enrollment.public.words.statements import STATEMENTS

GUIDE_OF = {page.slug: page for page in GUIDES}


STATEMENT_OF = {page.slug: page for page in STATEMENTS}


MOST_TYPED = 60  # characters of a number or code


@require_safe
@counted("contacts")
def contacts(request: HttpRequest) -> HttpResponse:
    """The bureau, the service points and the schools, by district, one tap each."""
    return render(request, "enrollment/public/contacts.html")


@require_safe
@counted("help")
def help_(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and the way to every page there is for everybody."""
    return render(request, "enrollment/public/help.html", {"groups": ALL})


@require_safe
@counted("notices")
def notices(request: HttpRequest) -> HttpResponse:
    """What the bureau has published in its own words, newest first."""
    return render(request, "enrollment/public/notices.html")


@require_safe
@counted("guides")
def guides(request: HttpRequest) -> HttpResponse:
    """How to apply, and a page for each situation."""
    return render(request, "enrollment/public/guides.html", {"first": GUIDES[0], "situations": GUIDES[1:]})


@require_safe
@counted("guide")
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    return _words(request, GUIDE_OF.get(slug), "guide")


@require_safe
@counted("about")
def statement(request: HttpRequest, slug: str) -> HttpResponse:
    return _words(request, STATEMENT_OF.get(slug), "statement")


def _words(request: HttpRequest, page: Page | None, kind: str) -> HttpResponse:
    if page is None:
        raise Http404
    return render(request, "enrollment/public/words.html", {"page": page, "kind": kind})


@require_http_methods(["GET", "HEAD", "POST"])
def check_by_hand(request: HttpRequest) -> HttpResponse:
    """For those without a camera: number and code of a receipt or letter by hand, as printed below the QR code."""
    typed = {name: request.POST.get(name, "")[:MOST_TYPED] for name in ("number", "code")}
    number = re.sub(r"[^0-9A-Z-]", "", typed["number"].upper())[:24]
    code = re.sub(r"[^0-9A-Za-z]", "", typed["code"])[:32]
    errors = {}
    if request.method == "POST":
        kind = "receipt" if request.POST.get("kind") == "receipt" else "letter"
        if number and code:
            return redirect("enrollment:check-print", kind, number, code)
        errors = {
            "number": "" if number else _("Please type the number as it stands on the print."),
            "code": "" if code else _("Please type the code as it stands on the print."),
        }
    fields = [
        FormField("number", _("Number of the print"), typed["number"], "", errors.get("number", "")),
        FormField(
            "code", _("Code of the print"), typed["code"], _("It stands below the QR code."), errors.get("code", "")
        ),
    ]
    context = {"fields": fields, "kind": request.POST.get("kind", "letter")}
    return render(request, "enrollment/public/check_by_hand.html", context, status=422 if errors else 200)

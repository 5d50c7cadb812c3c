"""Adding children the household register knows: for whoever's identity is assured."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import identifiers
from accounts.assured import assured_person
from accounts.pages import GuardianRequest, guardian_page
from enrollment.filing.drafts.registers import RegisterAnswer, register_children
from enrollment.filing.drafts.services import child_add
from enrollment.filing.views.home import begin
from foundation.errors import Refusal


@guardian_page
@require_http_methods(["GET", "POST"])
def register(request: GuardianRequest) -> HttpResponse:
    """Pick a child of one's own household instead of typing it; who is not assured types."""
    if assured_person(request.guardian) is None:
        return redirect("enrollment:child-add")
    found, refused = None, None
    try:
        found = register_children(guardian=request.guardian)
        if request.POST.get("child"):
            return _add_picked(request, found)
    except Refusal as problem:
        refused = problem
    context = {
        "found": found,
        "children": [
            {"index": child.index, "name": child.name, "number": identifiers.mask("id", child.id_number)}
            for child in (found.children if found else ())
        ],
        "refused": refused,
    }
    return render(request, "enrollment/filing/child_register.html", context, status=422 if refused else 200)


def _add_picked(request: GuardianRequest, found: RegisterAnswer) -> HttpResponse:
    child = next((one for one in found.children if one.index == request.POST["child"]), None)
    if child is None:
        messages.error(request, _("Please pick one of the answers."), extra_tags="bad")
        return redirect("enrollment:register")
    # A register that cannot print a character prints a stand-in, and the family typed nothing: staff who settle the
    # name need what the register printed, so it is kept as the description of that character.
    printed = _("The register prints: %(name)s") % {"name": child.name}
    added = child_add(guardian=request.guardian, name=child.name, id_number=child.id_number, name_character=printed)
    return begin(request, added)

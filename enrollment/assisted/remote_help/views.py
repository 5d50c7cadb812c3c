"""Remote help: the family's page with its code, and the helper's page with what is missing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page
from accounts.polls import STOP_ASKING
from accounts.scopes import scope
from enrollment.assisted.carried import HELP
from enrollment.assisted.remote_help.selectors import help_counts, help_of, help_pages, hints_of
from enrollment.assisted.remote_help.services import (
    ABILITY,
    help_ask,
    help_end,
    help_join,
    helper_session,
    hint_leave,
    live,
)
from enrollment.filing.views.wizard import page_title
from enrollment.forms.fields import FormField
from enrollment.seasons.selectors import own_draft
from foundation.errors import NotAllowed, Refusal, Refused
from schools.switches import refuse_unless_offered


@guardian_page
@require_http_methods(["GET", "POST"])
def ask(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Ask for help: a code to read out on the telephone; what the helper may see is ticked here."""
    draft = own_draft(request.guardian, draft_id)
    refuse_unless_offered("remote_help", draft.round.season.district_id)
    code, refused = "", ""
    if request.method == "POST":
        try:
            session, code = help_ask(
                guardian=request.guardian, draft_id=draft_id, show_answers=request.POST.get("show") == "yes"
            )
        except Refused as problem:
            refused = problem.message
        else:
            request.session[HELP] = str(session.public_id)
    context = {
        "draft": draft,
        "code": f"{code[:3]} {code[3:]}" if code else "",
        "session": help_of(request.guardian),
        "refused": refused,
    }
    return render(request, "enrollment/assisted/help_ask.html", context, status=422 if refused else 200)


@guardian_page
@require_GET
def panel(request: GuardianRequest) -> HttpResponse:
    """The helper's words beside the form; asked for every few seconds while the help runs."""
    named = request.session.get(HELP)
    session = help_of(request.guardian, UUID(named)) if named else None
    running = live(session)
    if not running:
        request.session.pop(HELP, None)
    context = {"session": session, "running": running, "hints": hints_of(session) if session and running else []}
    if not request.headers.get("HX-Request"):
        return render(request, "enrollment/assisted/help_panel.html", context)
    return render(request, "enrollment/assisted/_help_panel.html", context, status=200 if running else STOP_ASKING)


@guardian_page
@require_POST
def end(request: GuardianRequest) -> HttpResponse:
    """The family ends the help."""
    session = help_of(request.guardian)
    if session is not None:
        help_end(account=request.guardian, session_id=session.public_id)
    request.session.pop(HELP, None)
    messages.success(request, _("The help is ended. The helper sees nothing any more."), extra_tags="good")
    return redirect("enrollment:home")


@staff_page
@require_http_methods(["GET", "POST"])
def join(request: StaffRequest) -> HttpResponse:
    """Type the code the family reads out."""
    if not scope(request.account).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    error = ""
    if request.method == "POST":
        try:
            session = help_join(helper=request.account, code=request.POST.get("code", ""))
        except Refusal as refused:
            error = refused.message
        else:
            return redirect("enrollment:help-session", session.public_id)
    field = FormField(
        "code", _("Code of the family"), "", _("Six digits, read out by the family."), error, mode="numeric", css="code"
    )
    context = {"field": field, "counts": help_counts(request.account)}
    return render(request, "enrollment/assisted/help_join.html", context, status=422 if error else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def session(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """What is answered, missing or wrong; a word can be left on each question."""
    running = helper_session(request.account, session_id)
    refused, typed = "", {name: request.POST.get(name, "") for name in ("field", "text")}
    if request.method == "POST":
        try:
            hint_leave(helper=request.account, session_id=session_id, **typed)
        except Refused as problem:
            refused = problem.message
        else:
            return redirect("enrollment:help-session", session_id)
    pages = [(page, page_title(page.name)) for page in help_pages(running)]
    context = {
        "session": running,
        "pages": pages,
        "hints": hints_of(running),
        "refused": refused,
        "typed": typed,
        "questions": [(one.name, one.label) for page, _words in pages for one in page.questions],
    }
    return render(request, "enrollment/assisted/help_session.html", context, status=422 if refused else 200)


@staff_page
@require_POST
def helper_end(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """The helper ends the help."""
    help_end(account=request.account, session_id=session_id)
    return redirect("enrollment:help-join")

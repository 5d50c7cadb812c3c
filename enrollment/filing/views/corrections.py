"""The corrections loop: a returned application opens the named items, and only these."""

import uuid
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import GuardianRequest, guardian_page
from enrollment.documents.views import documents_context, keep
from enrollment.filing import form
from enrollment.filing.asked import questions_for
from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import InvalidAnswers, Submission, application_submit
from enrollment.filing.views.wizard import page_context
from enrollment.forms import posted
from enrollment.forms.fields import form_field
from enrollment.seasons.days.deadlines import remaining
from enrollment.seasons.models import Draft
from enrollment.seasons.selectors import open_items, own_application
from foundation.errors import Refusal, Refused
from foundation.posted import sent_key


@guardian_page
@require_http_methods(["GET", "POST"])
def correct(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """Correct the items a reviewer named, all on one page, and submit the new version."""
    application = own_application(request.guardian, application_id)
    returned = open_items(application)
    if returned is None:
        return redirect("enrollment:application", application_id)
    draft = Draft.objects.select_related("child", "round__season__district", "round__policy").get(
        child=application.child, round=application.round
    )
    refused, problems, fields = "", {}, questions_for(draft)
    if request.method == "POST":
        typed = posted.answers(request.POST, fields)
        if "choices" in returned.items:
            typed["choices"] = posted.schools(request.POST)
        try:
            unfit = keep(request, draft)
            draft = draft_save(guardian=request.guardian, draft_id=draft.public_id, answers=typed)
            if unfit:
                raise Refused(_("One of the files could not be taken. Please look at it again."), code="file")
            submission = Submission(draft.public_id, sent_key(request.POST.get("client_token", "")))
            application_submit(guardian=request.guardian, submission=submission)
        except InvalidAnswers as invalid:
            refused, problems = invalid.message, dict(invalid.errors)
        except Refusal as problem:
            refused = problem.message
        else:
            return redirect("enrollment:application", application_id)
    context = {
        **page_context(draft, "choices", problems),
        **documents_context(request, draft, returned.items),
        "left": remaining(returned.deadline),
        "application": application,
        "returned": returned,
        "questions": [
            form_field(field, draft.answers, problems)
            for field in form.shown(form.opened(returned.items, fields), draft.answers)
        ],
        "choices_open": "choices" in returned.items,
        "refused": "" if problems else refused,
        "client_token": str(uuid.uuid4()),
    }
    return render(request, "enrollment/filing/correct.html", context, status=422 if refused else 200)

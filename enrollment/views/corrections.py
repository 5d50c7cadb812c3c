"""The corrections loop: a returned application opens the named items, and only these."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import GuardianRequest, guardian_page
from enrollment import form, posted, selectors, services
from enrollment.models import Draft, ReturnRequest
from enrollment.services.submission import InvalidAnswers, Submission
from enrollment.views.documents import documents_context, keep
from enrollment.views.shown import remaining, shown
from enrollment.views.wizard import page_context
from foundation import clock
from foundation.errors import Refused


@guardian_page
@require_http_methods(["GET", "POST"])
def correct(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """Correct the items a reviewer named, all on one page, and submit the new version."""
    application = selectors.own_application(request.guardian, application_id)
    returned = selectors.open_items(application)
    if returned is None:
        return redirect("enrollment:application", application_id)
    draft = Draft.objects.select_related("child", "round__season__district", "round__policy").get(
        child=application.child, round=application.round
    )
    refused, problems = "", {}
    if request.method == "POST":
        typed = posted.answers(request.POST, form.FIELDS)
        if "choices" in returned.items:
            typed["choices"] = posted.schools(request.POST)
        try:
            unfit = keep(request, draft)
            draft = services.draft_save(guardian=request.guardian, draft_id=draft.public_id, answers=typed)
            if unfit:
                raise Refused(_("One of the files could not be taken. Please look at it again."), code="file")
            submission = Submission(draft.public_id, UUID(request.POST.get("client_token", "")))
            services.application_submit(guardian=request.guardian, submission=submission)
        except InvalidAnswers as invalid:
            refused, problems = invalid.message, dict(invalid.errors)
        except ValueError as problem:
            refused = problem.message if isinstance(problem, Refused) else _("Please press the button again.")
        else:
            return redirect("enrollment:application", application_id)
    context = {
        **page_context(draft, "choices", problems),
        **documents_context(request, draft, returned.items),
        "left": remaining(max(timedelta(), ends(returned) - clock.now())),
        "application": application,
        "returned": returned,
        "questions": [shown(field, draft.answers, problems) for field in form.opened(returned.items)],
        "choices_open": "choices" in returned.items,
        "refused": refused,
        "client_token": str(uuid.uuid4()),
    }
    return render(request, "enrollment/correct.html", context, status=422 if refused else 200)


def ends(returned: ReturnRequest) -> datetime:
    """The first instant after the deadline's minute."""
    return returned.deadline.replace(second=0, microsecond=0) + timedelta(minutes=1)

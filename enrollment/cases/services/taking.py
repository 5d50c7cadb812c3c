"""Taking a department's opinion as a settled fact, with the department as its source, on the day of the answer."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.cases.models import JointCase, Opinion
from enrollment.cases.selectors import fact_question, newest_opinions
from enrollment.cases.services.steps import case_in_care, case_step
from enrollment.cases.states import JointCaseEvent
from enrollment.judging.judgement import gather, judge
from enrollment.judging.services import store
from enrollment.review.settling import settled
from enrollment.seasons.models import ApplicationState, ApplicationVersion
from foundation import clock
from foundation.errors import Refused

TAKEN_IN = (ApplicationState.VERIFIED, ApplicationState.ATTENTION, ApplicationState.IN_REVIEW)


@transaction.atomic
def opinion_take(*, reviewer: Account, case_id: UUID, opinion_id: int) -> JointCase:
    """Settle the fact on what a department holds, and judge the version again; the decision stays the reviewer's.

    The answer that was shown is named: a department that corrected it meanwhile is read first. Raises NotAllowed,
    Refused (no such answer any more, no value in it, the family changed its statements, decided already).
    """
    case = case_in_care(reviewer, case_id)
    opinion = next((one for one in newest_opinions(case) if one.pk == opinion_id), None)
    if opinion is None:
        raise Refused(_("This answer was corrected meanwhile. Please read it again."), code="changed")
    application = case.application
    if application.state not in TAKEN_IN:
        text = _("This application is “%(state)s”: nothing is settled in it now.")
        raise Refused(text % {"state": application.get_state_display()}, code="illegal_step")
    if application.version != case.version:
        text = _("The family changed its statements after the question. Ask again, or close the case.")
        raise Refused(text, code="version")
    value = _value(case, opinion)
    version = ApplicationVersion.objects.select_related(
        "application__child", "application__round__season__district__parent", "policy"
    ).get(application=application, number=application.version)
    row = {
        "value": value,
        "by": reviewer.username,
        "at": opinion.at.astimezone(clock.SHANGHAI).isoformat(),
        "reason": opinion.reason,
        "source": opinion.enquiry.department,
    }
    version.settled = {**version.settled, case.fact: row}
    ApplicationVersion.objects.filter(pk=version.pk).update(settled=version.settled)
    known = gather([version])[version.pk]
    case_step(case, JointCaseEvent.TAKE, reviewer, enquiry=opinion.enquiry)
    store(version, judge(version, known), known)
    return case


def _value(case: JointCase, opinion: Opinion) -> object:
    """The value of an opinion in the form of its fact. Raises Refused where it has none."""
    question = fact_question(case)
    if question is None or opinion.verdict == Opinion.Verdict.UNKNOWN or not opinion.value:
        text = _("This answer names no value that could be taken over. Decide on the application itself.")
        raise Refused(text, code="value")
    values, errors = settled([question], {question.name: opinion.value})
    if errors:
        raise Refused(errors[question.name], code="value")
    return values[question.name]

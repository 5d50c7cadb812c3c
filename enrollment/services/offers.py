"""After publication: what the family answers, and what happens when it does not."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.models import Application
from enrollment.services.transitions import application_step
from foundation import clock
from foundation.errors import NotAllowed, Refused

ANSWERS = {"accept", "decline"}


@transaction.atomic
def offer_answer(*, guardian: Account, application_id: UUID, answer: str) -> Application:
    """Accept or decline the published place. Raises NotAllowed, Refused (no offer, too late, unknown answer)."""
    application = (
        Application.objects.select_for_update(of=("self",)).filter(pk=application_id, guardian=guardian).first()
    )
    if application is None:
        raise NotAllowed(_("There is no such application in your account."))
    if answer not in ANSWERS:
        raise Refused(_("Please accept or decline."), code="answer", field="answer")
    offer = getattr(application, "offer", None)
    if application.state == "offered" and offer is not None and clock.deadline_passed(offer.answer_by):
        raise Refused(_("The time to answer is over. Please call the bureau."), code="late")
    return application_step(application=application, event=answer, actor=guardian)


def lapse_sweep(limit: int = 1000) -> int:
    """Let offers lapse whose answer is overdue, and hand overdue corrections to a person. Returns how many."""
    now, changed = clock.now(), 0
    for state, event in (("offered", "lapse"), ("returned", "lapse_return")):
        due = Application.objects.filter(state=state, next_step_by__lt=now).order_by("next_step_by")
        for pk in list(due.values_list("pk", flat=True)[:limit]):
            with transaction.atomic():
                application = Application.objects.select_for_update(skip_locked=True).filter(pk=pk, state=state).first()
                if application is None or application.next_step_by is None:
                    continue
                if clock.deadline_passed(application.next_step_by, now):
                    application_step(application=application, event=event, actor=None)
                    changed += 1
    return changed

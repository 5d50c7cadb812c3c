"""Reads of appeals: those of an application with their documents, and in whose care one is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.scopes import Scope
from enrollment.appeals.models import Appeal
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import Application, ApplicationState, Offer, Transition
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import Refused

PUBLISHED_STATES: Final = (
    ApplicationState.WAITING,
    ApplicationState.OFFERED,
    ApplicationState.ACCEPTED,
    ApplicationState.DECLINED,
    ApplicationState.LAPSED,
)

# a result concerns every school of a round, so a school's own reviewer does not decide on it
ABILITY: Final = {Appeal.Subject.NOT_ELIGIBLE: Ability.APPLICATION_REVIEW, Appeal.Subject.RESULT: Ability.ROUND_CONFIRM}


def appeals_of(application: Application) -> list[Appeal]:
    """The appeals of an application, newest first, each with its steps and its documents."""
    return list(application.appeals.order_by("-pk").prefetch_related("events", "documents"))


@dataclass(frozen=True, slots=True)
class MayAppeal:
    """What an appeal would be against now, and until when it may be made."""

    subject: Appeal.Subject
    offer: Offer | None
    until: datetime


def may_appeal(application: Application, appeals: Collection[Appeal]) -> MayAppeal | Refused:
    """Whether its family may appeal now, or why not; ``appeals`` are all of the application.

    The one answer for the service and for every page that offers it: a page that knows less offers what is refused.
    """
    decided = _decided(application)
    if decided is None and application.state != ApplicationState.APPEALED:
        return Refused(_("There is no decision to appeal against now."), code="illegal_step")
    if decided is None or any(one.is_open for one in appeals):
        return open_already()
    subject, offer, at = decided
    same = [one for one in appeals if (one.subject, one.offer_id) == (subject, offer.pk if offer else None)]
    if any(one.state in {Appeal.State.UPHELD, Appeal.State.DISMISSED} and one.filed_at >= at for one in same):
        text = _(
            "This appeal was decided. If you still see it otherwise, you can ask for administrative reconsideration "
            "or go to court; the bureau tells you how."
        )
        return Refused(text, code="decided")
    days = rules_of(application.round.season).appeal_within
    until = at + timedelta(days=days)
    if clock.deadline_passed(until):
        text = _("The time to appeal is over (%(days)d days). Please call the bureau: a person will help.")
        return Refused(text % {"days": days}, code="late")
    return MayAppeal(subject, offer, until)


def open_already() -> Refused:
    """What a family hears that appeals while an appeal of it is being decided."""
    return Refused(_("You have appealed already; it is being decided. Nothing was filed twice."), code="open")


def _decided(application: Application) -> tuple[Appeal.Subject, Offer | None, datetime] | None:
    """The decision that stands now, and when it was made; None while there is none to appeal against."""
    if application.state == ApplicationState.NOT_ELIGIBLE:
        refused = Transition.objects.filter(application=application, event=ApplicationEvent.REFUSE).last()
        return Appeal.Subject.NOT_ELIGIBLE, None, refused.at if refused else application.state_at
    offer = application.offer if application.state in PUBLISHED_STATES else None
    return None if offer is None else (Appeal.Subject.RESULT, offer, offer.published_at)


def may_decide(reach: Scope, appeal: Appeal) -> bool:
    """Whether the appeal is in this person's care."""
    application = appeal.application
    return reach.may(
        ABILITY[Appeal.Subject(appeal.subject)],
        district=application.district_code,
        school=application.review_school_id or "",
    )

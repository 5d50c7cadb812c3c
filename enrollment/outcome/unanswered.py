"""Reads of places that nobody answers: the list of families to call, and one of them with its number."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.outcome.models import PlaceLook, Reminder
from enrollment.outcome.services.reminders import ABILITY
from enrollment.seasons.models import Application, ApplicationState, Offer
from foundation import clock
from foundation.errors import NotAllowed

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A place that waits for its family, as the list shows it."""

    application: Application
    offer: Offer
    phone: str  # masked
    overdue: bool


@dataclass(frozen=True, slots=True)
class UnansweredPage:
    places: tuple[Unanswered, ...]
    count: int

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.places)


def _waiting(official: Account) -> QuerySet[Application]:
    """Places whose call is due or whose time is over, and that nobody has looked at."""
    mine = scope(official).rows(Application.objects.all(), ABILITY, district="district_code", school="")
    newest = Offer.objects.filter(application=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = mine.filter(state=ApplicationState.OFFERED).annotate(place=newest)
    called = Reminder.objects.filter(offer=OuterRef("place"), way=Reminder.Way.CALL)
    looked = PlaceLook.objects.filter(offer=OuterRef("place"))
    return rows.filter(Q(Exists(called)) | Q(next_step_by__lt=clock.running_minute()), ~Exists(looked))


def unanswered(official: Account) -> UnansweredPage:
    """The list, the most urgent first. Raises NotAllowed."""
    if not scope(official).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    rows = _waiting(official).select_related("child", "guardian", "round__season").order_by("next_step_by", "pk")
    found = []
    for one in rows[:SHOWN]:
        offer = one.offer
        if offer is not None and offer.school is not None:
            phone = identifiers.mask("mobile", one.guardian.phone or "")
            found.append(Unanswered(one, offer, phone, clock.deadline_passed(offer.answer_by)))
    return UnansweredPage(tuple(found), rows.count())


@dataclass(frozen=True, slots=True)
class CallSheet:
    """Everything for one call. The whole number is shown to whoever has to call it, and that is recorded."""

    application: Application
    offer: Offer
    phone: str
    reminders: tuple[Reminder, ...]
    looks: tuple[PlaceLook, ...]
    overdue: bool


def call_sheet(official: Account, application_id: UUID) -> CallSheet:
    """Raises NotAllowed (nothing waits there, or it is not in care)."""
    rows = Application.objects.select_related("child", "guardian", "round__season__district")
    one = rows.filter(pk=application_id, state=ApplicationState.OFFERED).first()
    offer = one.offer if one else None
    if one is None or offer is None or not scope(official).may(ABILITY, district=one.district_code):
        raise NotAllowed(_("There is no such place in your care, or its family has answered."))
    record(
        actor=official,
        action="place.number",
        object_type="application",
        object_id=one.pk,
        district=one.district_code,
    )
    looks = PlaceLook.objects.filter(offer=offer).select_related("by").order_by("-pk")
    said = Reminder.objects.filter(offer=offer).order_by("number")
    return CallSheet(
        one, offer, one.guardian.phone or "", tuple(said), tuple(looks), clock.deadline_passed(offer.answer_by)
    )

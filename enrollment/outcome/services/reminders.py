"""Places that nobody answers: reminded twice by text, then on the list of families to call; and a person looks.

A place lapses only when its time is over and somebody has looked at it (``PlaceLook``). Each reminder is said once: its
row and its message are made in one transaction, and its number is unique for the place. Who could not be reminded in
time (a worker stood still) hears the newest reminder that is due, not three at once.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.guardians.services.decision_messages import tell
from enrollment.outcome.models import PlaceLook, Reminder
from enrollment.seasons.models import Application, ApplicationState, Offer, Round
from enrollment.seasons.selectors import no_application_in_care
from enrollment.seasons.states import RoundState
from foundation import clock
from foundation.errors import Refused

ABILITY: Final = Ability.APPLICATION_REVIEW
WAYS: Final = (Reminder.Way.TEXT, Reminder.Way.TEXT, Reminder.Way.CALL)
USUAL: Final = (4, 2, 1)  # sevenths of the time to answer that are left
BATCH, LONGEST_NOTE = 500, 300


def lefts(round_: Round) -> tuple[timedelta, ...]:
    """How long before its end a place is reminded, the earliest first: the round's own days, or the usual sevenths."""
    if round_.reminders:
        return tuple(timedelta(days=days) for days in round_.reminders)
    return tuple(timedelta(days=round_.answer_days) * part / 7 for part in USUAL)


def reminders_sweep() -> bool:
    """Say every reminder that is due, a batch of each; True when there may be more."""
    more = False
    for round_ in Round.objects.filter(state=RoundState.PUBLISHED):
        for number, left in reversed(tuple(enumerate(lefts(round_), start=1))):
            due = _due(round_, number, left)
            for offer in due:
                _remind(offer, number)
            more = more or len(due) == BATCH
    return more


def _due(round_: Round, number: int, left: timedelta) -> list[int]:
    """Unanswered places whose moment of this reminder has come, and that have heard neither it nor a later one."""
    now = clock.now()
    rows = Offer.objects.filter(
        application__round=round_,
        application__state=ApplicationState.OFFERED,
        application__next_step_by=F("answer_by"),
        school__isnull=False,
        answer_by__gte=clock.running_minute(now),
        answer_by__lte=now + left,
        published_at__lte=F("answer_by") - left,  # of a shorter time the early reminders are left out
    )
    return list(rows.exclude(reminders__number__gte=number).order_by("answer_by").values_list("pk", flat=True)[:BATCH])


def _remind(offer_id: int, number: int) -> None:
    with transaction.atomic():
        offer = Offer.objects.select_related("school", "application__child", "application__guardian").get(pk=offer_id)
        locked = Application.objects.select_for_update(skip_locked=True).filter(pk=offer.application_id).first()
        if locked is None or locked.state != ApplicationState.OFFERED or offer.school is None:
            return
        way = WAYS[number - 1]
        _row, made = Reminder.objects.get_or_create(
            offer=offer, number=number, defaults={"way": way, "at": clock.now()}
        )
        if made and way == Reminder.Way.TEXT:
            application = offer.application
            tell(
                application=application,
                key=f"remind:{offer.pk}:{number}",
                template="answer_reminder",
                params={
                    "child": application.child.name,
                    "receipt": application.receipt,
                    "school": offer.school.name,
                    "deadline": clock.written(offer.answer_by),
                },
                deadline=offer.answer_by,
            )


@transaction.atomic
def place_look(*, official: Account, application_id: UUID, result: str, note: str = "") -> PlaceLook:
    """Put down that one looked at a place nobody answered, and what came of the call. Raises NotAllowed, Refused."""
    application = Application.objects.select_for_update(of=("self",)).filter(pk=application_id).first()
    if application is None or not scope(official).may(ABILITY, district=application.district_code):
        raise no_application_in_care()
    if result not in PlaceLook.Result.values:
        raise Refused(_("Say what came of it."), code="result", field="result")
    if len(note.strip()) > LONGEST_NOTE:
        raise Refused(_("At most %(most)d characters.") % {"most": LONGEST_NOTE}, code="long", field="note")
    offer = application.offer
    if application.state != ApplicationState.OFFERED or offer is None:
        raise Refused(_("The family has answered, or the place is not theirs any more."), code="answered")
    made = PlaceLook.objects.create(
        offer=offer, by=official, at=clock.now(), result=result, note=note.replace("\0", "").strip()
    )
    record(
        actor=official,
        action="place.look",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"offer": offer.pk, "result": result},
    )
    return made


def places_look(*, official: Account, applications: Collection[UUID], note: str) -> int:
    """Look at several places, with one word why they may lapse; how many. Who answered meanwhile is left out.

    Raises NotAllowed, Refused.
    """
    if not applications:
        raise Refused(_("Choose at least one place."), code="none", field="place")
    if not note.strip():
        raise Refused(_("Say in a sentence what was tried."), code="note", field="note")
    done = 0
    for pk in applications:
        try:
            place_look(official=official, application_id=pk, result=PlaceLook.Result.LOOKED, note=note)
        except Refused as refused:
            if refused.code != "answered":
                raise
        else:
            done += 1
    return done

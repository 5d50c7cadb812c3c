"""Call-backs: a family leaves its number once; the queue goes by level, oldest first."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from accounts.services import phone_checked
from audit.services import record
from enrollment.privacy.own_data import time_of
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from helpdesk.contacts import public_districts
from helpdesk.models import CallBack, ServicePoint
from schools.switches import refuse_unless_offered

ABILITY: Final = Ability.HELP_GIVE
MOST_A_DAY: Final = 3
RESULTS: Final = (CallBack.State.DONE, CallBack.State.NOT_REACHED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a family says: number, district, which level, about what, and when it can be reached."""

    phone: str
    district: str
    level: str
    topic: str
    best_time: str


def _checked(wish: Wish) -> str:
    """The number to call. Raises Refused with everything that is wrong."""
    wrong: dict[str, str] = {}
    number = ""
    try:
        number = phone_checked(wish.phone)
    except Refused as refused:
        wrong["phone"] = refused.message
    for field, value, allowed in (
        ("district", wish.district, [one.code for one in public_districts()]),
        ("level", wish.level, ServicePoint.Level.values),
        ("topic", wish.topic, CallBack.Topic.values),
        ("best_time", wish.best_time, CallBack.BestTime.values),
    ):
        if value not in allowed:
            wrong[field] = _("Please choose one of the answers.")
    if wrong:
        field, message = next(iter(wrong.items()))
        raise Refused(message, code="choice", field=field, fields=wrong)
    return number


def call_ask(*, wish: Wish) -> CallBack:
    """Queue a call. A number that waits already waits once. Raises Refused (a field; three times a day)."""
    number = _checked(wish)
    refuse_unless_offered("call_back", wish.district)
    index, now = blind_index("call", number), clock.now()
    asked = CallBack.objects.filter(phone_index=index, asked_at__gt=now - timedelta(days=1)).count()
    waiting = CallBack.objects.filter(phone_index=index, state=CallBack.State.WAITING).first()
    if waiting is not None:
        return waiting
    if asked >= MOST_A_DAY:
        text = _("This number asked for a call three times today. Please call the bureau.")
        raise Refused(text, code="too_often", field="phone")
    fields = {"district_id": wish.district, "level": wish.level, "topic": wish.topic, "best_time": wish.best_time}
    try:
        with transaction.atomic():
            made = CallBack.objects.create(phone=number, phone_index=index, asked_at=now, **fields)
            record(actor=None, action="call.ask", object_type="call", object_id=made.pk, district=wish.district)
    except IntegrityError:  # the same form twice at once
        return CallBack.objects.get(phone_index=index, state=CallBack.State.WAITING)
    return made


@transaction.atomic
def call_end(*, helper: Account, call_id: UUID, result: str) -> CallBack:
    """Put down what came of a call, once. Raises NotAllowed, Refused."""
    call = CallBack.objects.filter(public_id=call_id).first()
    if call is None or not scope(helper).may(ABILITY, district=call.district_id):
        raise NotAllowed(_("There is no such call."))
    if result not in RESULTS:
        raise Refused(_("Please choose one of the answers."), code="choice", field="result")
    changed = CallBack.objects.filter(pk=call.pk, state=CallBack.State.WAITING).update(
        state=result, done_by=helper, done_at=clock.now()
    )
    if not changed:
        raise Refused(_("A colleague has just called this family."), code="changed")
    record(
        actor=helper,
        action="call.done",
        object_type="call",
        object_id=call.pk,
        district=call.district_id,
        details={"result": result},
    )
    return call


def _mine(helper: Account) -> QuerySet[CallBack]:
    return scope(helper).rows(CallBack.objects.all(), ABILITY, district="district__code")


def queue(helper: Account, level: str = "") -> list[CallBack]:
    """The calls that wait in a helper's places, oldest first; of one level if named. Every look is recorded."""
    rows = _mine(helper).filter(state=CallBack.State.WAITING).select_related("district").order_by("asked_at")
    found = list(rows.filter(level=level)[:50] if level in ServicePoint.Level.values else rows[:50])
    if found:
        details = {"calls": len(found)}
        record(actor=helper, action="call.list", object_type="call", object_id="", details=details)
    return found


def counts(helper: Account) -> dict[str, int]:
    """How many calls wait, were made, and reached nobody."""
    rows = dict(_mine(helper).values_list("state").annotate(n=Count("pk")).order_by())
    return {state: rows.get(state, 0) for state in CallBack.State.values}


def calls_to(person: Account) -> list[dict[str, Any]]:
    """The call-backs asked for with this person's number, for the copy of their own data."""
    mine = {"phone_index": blind_index("call", person.phone)} if person.phone else {"pk__in": ()}
    return [
        {
            "asked_at": time_of(one.asked_at),
            "topic": one.get_topic_display(),
            "best_time": one.get_best_time_display(),
            "state": one.get_state_display(),
            "done_at": time_of(one.done_at),
        }
        for one in CallBack.objects.filter(**mine).order_by("pk")
    ]

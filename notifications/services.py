"""The door of the outbox: queue in the caller's transaction, deliver after the commit, and what people do about it.

Handing over is in ``notifications.delivering``, what becomes of texts in ``notifications.receipts``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.bulk import insert_new
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from notifications import lines
from notifications.channels.chosen import carrier_rules
from notifications.delivering import BATCH, LIFE, messages_deliver, overdue_expire, segments
from notifications.models import UNREACHED, Delivery, Message
from notifications.quiet import due_at
from notifications.receipts import fates_ask, receipt_note
from notifications.templates import render

# the door for what stands in other modules
__all__ = ["fates_ask", "messages_deliver", "overdue_expire", "receipt_note", "segments"]

DUE_STATES = (Message.State.QUEUED, Message.State.SENDING)  # not handed over yet
CALL_TIME: Final = timedelta(days=1)  # before a deadline: whom no text reached is called by then
LEAST_LIFE: Final = timedelta(hours=1)
AGAIN_FROM: Final = (*UNREACHED, Message.State.SENT)  # from which a person may have a message sent again
SHORTEST_REASON: Final = 4
LONGEST_REASON: Final = 200
# why carriers would drop a text, and what to do
OBJECTIONS: Final = {
    "length": lazy("The text message would be longer than %(what)s characters. Please shorten it."),
    "link": lazy(
        "Carriers do not deliver texts with links (%(what)s). Please leave it out: the portal shows the rest."
    ),
    "word": lazy("Carriers do not deliver texts with the word %(what)s. Please use another word."),
}


def end_of_life(now: datetime, deadline: datetime | None) -> datetime:
    """When a text is given up and the family is called instead: a day before its deadline, if there is a day."""
    if deadline is None:
        return now + LIFE
    return min(now + LIFE, max(deadline - CALL_TIME, min(deadline, now + LEAST_LIFE)))


def message_queue(
    *,
    key: str,
    template: str,
    params: Mapping[str, Any],
    account: Account | None = None,
    phone: str = "",
    district: str = "",
    secret: bool = False,
    ends: datetime | None = None,
    deadline: datetime | None = None,
) -> Message | None:
    """Queue one message in the current transaction, in the recipient's language.

    ``key`` names the event: a second call with the same key changes nothing and returns None. An account without a
    phone has nothing queued (None). ``ends``: after it the text serves nobody and is not sent, as a code that is no
    longer valid; ``deadline``: until when the family has to act on it (see ``end_of_life``). Raises KeyError for an
    unknown template.
    """
    number = phone or (account.phone if account else "") or ""
    if not number:
        return None
    now = clock.now()
    made = _unsaved(
        template=template,
        params=params,
        account=account,
        now=now,
        key=key,
        phone=number,
        district_code=district,
        secret=secret,
        urgency=Message.Urgency.CODE if secret else Message.Urgency.FAMILY,
        expires_at=ends or end_of_life(now, deadline),
    )
    new = insert_new([made])
    if not new:
        return None
    made.pk = new[0]
    ring_on_commit("codes" if secret else "messages")
    return made


def _unsaved(
    *, template: str, params: Mapping[str, Any], account: Account | None, now: datetime, **fields: Any
) -> Message:
    """A message in its recipient's language, due now or after the night. Raises KeyError for an unknown template."""
    language = account.language if account else translation.get_language() or "zh-hans"
    with translation.override(language):
        body = render(template, params)
    first = due_at(template, now, fields["expires_at"])
    due = {"next_attempt_at": first, "created_at": first}
    return Message(template=template, account=account, language=language, body=body, **due, **fields)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of many; see ``message_queue``."""

    key: str
    template: str
    params: Mapping[str, Any]
    account: Account
    district: str = ""
    deadline: datetime | None = None  # until when the family has to act on it


def messages_queue(outgoing: Sequence[Outgoing], *, urgency: Message.Urgency = Message.Urgency.FAMILY) -> int:
    """Queue many messages in the current transaction, each in its recipient's language; how many had a phone.

    ``urgency`` says what may go before them: results of a whole round wait for what concerns one family.

    Raises KeyError for an unknown template; a key that exists already changes nothing.
    """
    now = clock.now()
    rows = [
        _unsaved(
            template=one.template,
            params=one.params,
            account=one.account,
            now=now,
            key=one.key,
            phone=one.account.phone,
            district_code=one.district,
            urgency=urgency,
            expires_at=end_of_life(now, one.deadline),
        )
        for one in outgoing
        if one.account.phone
    ]
    insert_new(rows)
    ring_on_commit("messages")
    return len(rows)


def codes_deliver() -> bool:
    """Hand over one batch of sign-in codes; True when there may be more."""
    return messages_deliver(codes=True) == BATCH


def others_deliver() -> bool:
    """Hand over one batch of everything but codes, the most urgent first; True when there may be more."""
    return messages_deliver(codes=False) == BATCH


def drain() -> int:
    """Deliver until nothing is due; returns how many messages were claimed."""
    total = 0
    while count := messages_deliver():
        total += count
    return total


def unreached(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Of these messages those that reached nobody and are to be told by telephone; a code is simply over."""
    return rows.filter(state__in=UNREACHED, secret=False)


def text_check(*, template: str, params: Mapping[str, Any], language: str, field: str = "") -> None:
    """Whether carriers will deliver this message, before anything is decided with it. Raises Refused for ``field``.

    Every typed word that goes into a text is checked where it is typed: a text that a carrier drops tells nobody.
    """
    with translation.override(language):
        text = render(template, params)
    if found := carrier_rules().objections(text):
        said = " ".join(str(OBJECTIONS[one.kind]) % {"what": one.what} for one in found)
        raise Refused(said, code="carrier", field=field)


@transaction.atomic
def message_send_again(*, actor: Account, message_id: int, reason: str) -> Message:
    """Queue a message once more that did not reach the family, or of which it says so. Raises NotAllowed, Refused."""
    why = _reason(reason)
    message = _in_care(actor, message_id)
    if message.secret:
        raise Refused(_("A code is not sent again. The family asks for a new one."), code="secret")
    if message.state not in AGAIN_FROM:
        raise Refused(_("This message is on its way or has arrived. Nothing was sent."), code="state")
    now = clock.now()
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.QUEUED,
        phone=number_now(message),
        urgency=Message.Urgency.FAMILY,
        copy=F("copy") + 1,
        attempts=0,
        unsure=False,
        next_attempt_at=now,
        expires_at=now + LIFE,
        ask_at=None,
    )
    _note(actor, message, Delivery.Outcome.AGAIN, why)
    ring_on_commit(lines.MESSAGES)
    message.refresh_from_db()
    return message


def number_now(message: Message) -> str:
    """The family's number of today, which may be another than the one the text went to."""
    return (message.account.phone if message.account else "") or message.phone


@transaction.atomic
def message_mark_told(*, actor: Account, message_id: int, note: str) -> Message:
    """A person told the family by telephone: who was reached is noted. Raises NotAllowed, Refused."""
    said = _reason(note)
    message = _in_care(actor, message_id)
    if message.state not in UNREACHED:
        raise Refused(_("This message waits for no call."), code="state")
    Message.objects.filter(pk=message.pk).update(state=Message.State.TOLD)
    _note(actor, message, Delivery.Outcome.TOLD, said)
    message.refresh_from_db()
    return message


def _reason(text: str) -> str:
    reason = text.replace("\0", "").strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        refusal = _("Please write in a few words why, or whom you reached (at most %(most)d characters).")
        raise Refused(refusal % {"most": LONGEST_REASON}, code="reason", field="reason")
    return reason


def _in_care(actor: Account, message_id: int) -> Message:
    """The message, locked, if the person's scope reaches it. Raises NotAllowed."""
    rows = scope(actor).rows(Message.objects.all(), Ability.APPLICATION_REVIEW, district="district_code")
    message = rows.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        raise NotAllowed(_("There is no such message in your care."))
    return message


def _note(actor: Account, message: Message, outcome: Delivery.Outcome, detail: str) -> None:
    Delivery.objects.create(
        message=message, channel=Delivery.PERSON, outcome=outcome, detail=detail, segments=0, at=clock.now()
    )
    record(
        actor=actor,
        action=f"message.{outcome}",
        object_type="message",
        object_id=message.pk,
        district=message.district_code,
    )

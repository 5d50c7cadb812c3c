"""The door of the outbox: queue in the caller's transaction, deliver after the commit.

A message is claimed by compare-and-set before it is handed to a channel. A process killed between the hand-over and
the note of it leaves the message in ``sending``; whether the family has it is then not known, so the sweeper asks the
channel by the message's key before it tries again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import translation

from accounts.models import Account
from foundation import clock
from foundation.bulk import insert_new
from foundation.lanes import ring_on_commit
from notifications.channels import Channel, ChannelError, channel
from notifications.models import Delivery, Message
from notifications.templates import render

CLAIM_MINUTES = 1
MAX_ATTEMPTS = 6
DUE_STATES = (Message.State.QUEUED, Message.State.SENDING)  # not handed over yet
BATCH = 200

# One statement: taken and leased at once, the most urgent first; rows another worker is at are passed over.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM notifications_message
        WHERE state IN ('queued', 'sending') AND next_attempt_at <= %(now)s {only}
        ORDER BY urgency, next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications_message m SET state = 'sending', attempts = attempts + 1, next_attempt_at = %(leased)s
    FROM due WHERE m.id = due.id RETURNING m.*
"""
SENT = """
    UPDATE notifications_message SET state = 'sent', sent_at = %s WHERE id = ANY(%s) AND state = 'sending' RETURNING id
"""


def message_queue(
    *,
    key: str,
    template: str,
    params: Mapping[str, Any],
    account: Account | None = None,
    phone: str = "",
    district: str = "",
    secret: bool = False,
) -> Message | None:
    """Queue one message in the current transaction, in the recipient's language.

    ``key`` names the event: a second call with the same key changes nothing and returns None. An account without a
    phone has nothing queued (None). Raises KeyError for an unknown template.
    """
    number = phone or (account.phone if account else "") or ""
    if not number:
        return None
    language = account.language if account else translation.get_language() or "zh-hans"
    with translation.override(language):
        body = render(template, params)
    now = clock.now()
    made = Message(
        key=key,
        account=account,
        phone=number,
        template=template,
        language=language,
        body=body,
        district_code=district,
        secret=secret,
        urgency=Message.Urgency.CODE if secret else Message.Urgency.FAMILY,
        next_attempt_at=now,
        created_at=now,
    )
    new = insert_new([made])
    if not new:
        return None
    made.pk = new[0]
    ring_on_commit("codes" if secret else "messages")
    return made


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of many; see ``message_queue``."""

    key: str
    template: str
    params: Mapping[str, Any]
    account: Account
    district: str = ""


def messages_queue(outgoing: Sequence[Outgoing], *, urgency: Message.Urgency = Message.Urgency.FAMILY) -> int:
    """Queue many messages in the current transaction, each in its recipient's language; how many had a phone.

    ``urgency`` says what may go before them: results of a whole round wait for what concerns one family.

    Raises KeyError for an unknown template; a key that exists already changes nothing.
    """
    now = clock.now()
    rows = []
    for one in outgoing:
        if not one.account.phone:
            continue
        with translation.override(one.account.language):
            body = render(one.template, one.params)
        rows.append(
            Message(
                key=one.key,
                account=one.account,
                phone=one.account.phone,
                template=one.template,
                language=one.account.language,
                body=body,
                district_code=one.district,
                urgency=urgency,
                next_attempt_at=now,
                created_at=now,
            )
        )
    insert_new(rows)
    ring_on_commit("messages")
    return len(rows)


def codes_deliver() -> bool:
    """Hand over one batch of sign-in codes; True when there may be more."""
    return messages_deliver(codes=True) == BATCH


def others_deliver() -> bool:
    """Hand over one batch of everything but codes, the most urgent first; True when there may be more."""
    return messages_deliver(codes=False) == BATCH


def messages_deliver(*, limit: int = BATCH, codes: bool | None = None) -> int:
    """Claim due messages and hand each to the channel; returns how many were claimed.

    ``codes`` takes only sign-in codes (True) or everything else (False). The claim is a lease: what a killed worker
    held becomes due again, and is asked for at the channel before it is sent a second time.
    """
    claimed = _claim(limit, codes)
    if not claimed:
        return 0
    via, sent, until = channel(), [], time.monotonic() + CLAIM_MINUTES * 30
    for at, message in enumerate(claimed):
        if time.monotonic() > until:
            # past half of the lease the rest goes back: another worker must never hold what this one still sends
            _put_back(claimed[at:])
            break
        if (delivery := _hand_over(message, via)) is not None:
            sent.append(delivery)
    if sent:
        _note_sent(sent)
    return len(claimed)


def _claim(limit: int, codes: bool | None) -> list[Message]:
    """Lease due messages; each says how often it was tried before this time."""
    now = clock.now()
    only = {None: "", True: "AND urgency = 0", False: "AND urgency > 0"}[codes]
    given = {"now": now, "leased": now + timedelta(minutes=CLAIM_MINUTES), "limit": limit}
    claimed = list(Message.objects.raw(CLAIM.format(only=only), given))
    for message in claimed:
        message.attempts -= 1
    return sorted(claimed, key=lambda message: (message.urgency, message.pk))


def _put_back(messages: Sequence[Message]) -> None:
    Message.objects.filter(pk__in=[message.pk for message in messages], state=Message.State.SENDING).update(
        state=Message.State.QUEUED, attempts=F("attempts") - 1, next_attempt_at=clock.now()
    )


def _hand_over(message: Message, via: Channel) -> Delivery | None:
    """Send one claimed message; None when the channel did not take it (which is noted at once)."""
    what = {"key": message.key, "phone": message.phone, "body": message.body}
    try:
        # an earlier attempt may have been killed after the hand-over: ask before saying it twice
        reference = (via.find(**what) if message.attempts else "") or via.send(**what)
    except ChannelError as problem:
        _note_failed(message, via, problem)
        return None
    return Delivery(
        message=message,
        channel=via.name,
        reference=reference,
        outcome="sent",
        segments=segments(message.body),
        at=clock.now(),
    )


def _note_sent(deliveries: Sequence[Delivery]) -> None:
    ids = [delivery.message_id for delivery in deliveries]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SENT, [clock.now(), ids])
            changed = {pk for (pk,) in cursor.fetchall()}
        Delivery.objects.bulk_create([delivery for delivery in deliveries if delivery.message_id in changed])


def _note_failed(message: Message, via: Channel, problem: ChannelError) -> None:
    now, attempts = clock.now(), message.attempts + 1
    final = problem.permanent or attempts >= MAX_ATTEMPTS
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
            state=Message.State.FAILED if final else Message.State.QUEUED,
            next_attempt_at=now + timedelta(seconds=30 * 2**attempts),
        )
        Delivery.objects.create(
            message=message,
            channel=via.name,
            outcome="failed" if final else "retry",
            detail=str(problem)[:200],
            segments=0,
            at=now,
        )


def drain() -> int:
    """Deliver until nothing is due; returns how many messages were claimed."""
    total = 0
    while count := messages_deliver():
        total += count
    return total


def segments(body: str) -> int:
    """SMS segments of a UCS-2 text: 70 UTF-16 units alone, 67 each when joined."""
    units = len(body.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)

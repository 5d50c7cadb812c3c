"""The door of the outbox: queue in the caller's transaction, deliver after the commit.

A message is claimed by compare-and-set before it is handed to a channel. A process killed between the hand-over and
the note of it leaves the message in ``sending``; whether the family has it is then not known, so the sweeper asks the
channel by the message's key before it tries again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from accounts.models import Account
from foundation import clock
from foundation.tasks import enqueue, send
from notifications.channels import Channel, ChannelError, channel
from notifications.models import Delivery, Message
from notifications.templates import render

CLAIM_MINUTES = 2
MAX_ATTEMPTS = 6


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
    rows = Message.objects.bulk_create(
        [
            Message(
                key=key,
                account=account,
                phone=number,
                template=template,
                language=language,
                body=body,
                district_code=district,
                secret=secret,
                next_attempt_at=now,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    made = Message.objects.filter(key=key, created_at=now).first() if rows else None
    if made is not None:
        from notifications.tasks import deliver

        enqueue(deliver, made.pk)
    return made


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of many; see ``message_queue``."""

    key: str
    template: str
    params: Mapping[str, Any]
    account: Account
    district: str = ""


def messages_queue(outgoing: Sequence[Outgoing]) -> int:
    """Queue many messages in the current transaction, each in its recipient's language; how many had a phone.

    The sweeper hands them to the workers: a publication must not wait for the broker. Raises KeyError for an unknown
    template; a key that exists already changes nothing.
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
                next_attempt_at=now,
                created_at=now,
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)


def message_deliver(*, message_id: int) -> bool:
    """Claim and send one due message; False when somebody else has it or it is not due."""
    now = clock.now()
    due = Q(state=Message.State.QUEUED) | Q(state=Message.State.SENDING)
    claimed = (
        Message.objects.filter(due, pk=message_id, next_attempt_at__lte=now)
        # the lease: another worker leaves it alone until then
        .update(
            state=Message.State.SENDING,
            attempts=F("attempts") + 1,
            next_attempt_at=now + timedelta(minutes=CLAIM_MINUTES),
        )
    )
    if not claimed:
        return False
    message = Message.objects.get(pk=message_id)
    via = channel()
    try:
        what = {"key": message.key, "phone": message.phone, "body": message.body}
        # an earlier attempt may have been killed after the hand-over: ask before saying it twice
        reference = (via.find(**what) if message.attempts > 1 else "") or via.send(**what)
    except ChannelError as problem:
        _failed(message, via, problem)
        return False
    _sent(message, via, reference)
    return True


def _sent(message: Message, via: Channel, reference: str) -> None:
    now = clock.now()
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
            state=Message.State.SENT, sent_at=now
        )
        if changed:
            Delivery.objects.create(
                message=message,
                channel=via.name,
                reference=reference,
                outcome="sent",
                segments=segments(message.body),
                at=now,
            )


def _failed(message: Message, via: Channel, problem: ChannelError) -> None:
    now = clock.now()
    final = problem.permanent or message.attempts >= MAX_ATTEMPTS
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
            state=Message.State.FAILED if final else Message.State.QUEUED,
            next_attempt_at=now + timedelta(seconds=30 * 2**message.attempts),
        )
        Delivery.objects.create(
            message=message,
            channel=via.name,
            outcome="failed" if final else "retry",
            detail=str(problem)[:200],
            segments=0,
            at=now,
        )


def sweep(limit: int = 500) -> int:
    """Send every due message to a worker again: after a lost broker nothing waits for ever. Returns how many."""
    from notifications.tasks import deliver

    due = Message.objects.filter(
        state__in=[Message.State.QUEUED, Message.State.SENDING],
        next_attempt_at__lte=clock.now() - timedelta(seconds=5),
    ).order_by("next_attempt_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    return sum(send(deliver, pk) for pk in ids)


def segments(body: str) -> int:
    """SMS segments of a UCS-2 text: 70 UTF-16 units alone, 67 each when joined."""
    units = len(body.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)

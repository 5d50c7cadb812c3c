"""What became of texts after the hand-over: the channel says it by a signed call, or is asked after a while.

Steps go forward only: a late "sent" changes nothing, "delivered" is the last word.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from foundation import clock
from foundation.bulk import insert_new
from foundation.loops import loop_of
from notifications import lines
from notifications.channels import Channel, Fate, NoAnswerError
from notifications.channels.chosen import channel
from notifications.delivering import ASK_AFTER, segments
from notifications.lines import MESSAGES
from notifications.models import Delivery, Message

ASKED_AT_ONCE: Final = 64
LONGEST_NUMBER: Final = 18  # digits of a key that PostgreSQL can hold
ASK_LEASE: Final = timedelta(minutes=5)
# after the hand-over; then it stays "sent", which is what is known
ASK_TIMES: Final = (ASK_AFTER, timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
# From which states a fate leads on. Of a text that nobody had noted any word is news, for the saying it belongs to; of
# a noted one only its end, and while the message waits to be sent again only that it arrived after all.
OPEN: Final = (
    Message.State.QUEUED,
    Message.State.SENDING,
    Message.State.FAILED,
    Message.State.EXPIRED,
    Message.State.UNCLEAR,
)
BEFORE: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    Message.State.SENT: ((), OPEN),
    Message.State.DELIVERED: (
        (*OPEN, Message.State.SENT, Message.State.UNDELIVERED),
        (*OPEN, Message.State.SENT, Message.State.UNDELIVERED),
    ),
    Message.State.UNDELIVERED: ((Message.State.SENT, Message.State.UNCLEAR), (*OPEN, Message.State.SENT)),
}
TAKE: Final = """
    UPDATE notifications_message m SET ask_at = %(leased)s
    FROM (
        SELECT id FROM notifications_message WHERE ask_at <= %(now)s ORDER BY ask_at LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ) due WHERE m.id = due.id RETURNING m.id, m.sent_at
"""


@transaction.atomic
def receipt_note(*, channel_name: str, mark: str, fate: Fate) -> bool:
    """Note what a channel says of a text; ``mark`` is what it was given with it. False when there is no such message.

    A text that nobody had noted was handed over by a worker that was killed, or whose answer was lost: the call is the
    proof of it, and the message is not sent again.
    """
    known = Delivery.objects.filter(channel=channel_name, reference=fate.reference).values_list("message_id").first()
    number = known[0] if known else _number(mark)
    message = Message.objects.select_for_update().filter(pk=number).first() if number is not None else None
    if message is None:
        return False
    if known is None:
        # the row is locked: whoever handed it over notes its answer after this and finds the text noted
        made = Delivery(
            message=message,
            channel=channel_name,
            reference=fate.reference,
            outcome=Delivery.Outcome.SENT,
            detail="known by its receipt",
            segments=segments(message.body),
            at=clock.now(),
        )
        insert_new([made])
    news = known is None and mark == f"{message.pk}.{message.copy}"
    _settle(message.pk, channel_name, fate, news=news)
    return True


def _number(mark: str) -> int | None:
    number, _dot, _copy = mark.partition(".")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else None


def _settle(message_id: int, channel_name: str, fate: Fate, *, news: bool = False) -> None:
    """Move a message on to a fate, from states before it; a text that was sent again since speaks for itself."""
    texts = Delivery.objects.filter(message_id=message_id, channel=channel_name).exclude(reference="")
    mine = texts.filter(reference=fate.reference)
    now = clock.now()
    if fate.state != Message.State.SENT:
        detail = f"{channel_name} {fate.code}".strip() if fate.code else ""
        mine.exclude(outcome=Delivery.Outcome.DELIVERED).update(outcome=fate.state, detail=detail, at=now)
    newest = texts.order_by("-pk").values_list("reference", flat=True).first()
    if fate.state != Message.State.DELIVERED and newest != fate.reference:
        return
    rows = Message.objects.filter(pk=message_id, state__in=BEFORE[fate.state][news])
    if fate.state == Message.State.SENT:
        rows.update(state=Message.State.SENT, sent_at=now, unsure=False, ask_at=now + ASK_AFTER)
    else:
        rows.filter(sent_at=None).update(sent_at=now)
        rows.update(state=fate.state, unsure=False, ask_at=None)


def fates_ask() -> bool:
    """Ask the channel what became of texts whose receipt did not come; True when there may be more."""
    via = channel()
    if not via.receipts or not lines.is_open(via.name, MESSAGES):
        return False
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"now": now, "leased": now + ASK_LEASE, "limit": ASKED_AT_ONCE})
        due: dict[int, datetime] = dict(cursor.fetchall())
    if not due:
        return False
    texts = Delivery.objects.filter(message_id__in=due, channel=via.name).exclude(reference="").order_by("pk")
    newest = dict(texts.values_list("message_id", "reference"))
    work = loop_of("carrier").submit(_fates(via, list(newest.values())))
    found = work.result(timeout=(1 + len(newest)) * settings.SMS_TIMEOUT_SECONDS)
    for key, sent_at in due.items():
        fate = found.get(newest.get(key, ""))
        if fate is not None and fate.state != Message.State.SENT:
            _settle(key, via.name, fate)
        else:
            Message.objects.filter(pk=key, ask_at=now + ASK_LEASE).update(ask_at=_next_time(sent_at, now))
    return len(due) == ASKED_AT_ONCE


def _next_time(sent_at: datetime | None, now: datetime) -> datetime | None:
    """When to ask again; None when enough was asked."""
    if sent_at is None:
        return None
    return next((sent_at + after for after in ASK_TIMES if sent_at + after > now), None)


async def _fates(via: Channel, references: Sequence[str]) -> dict[str, Fate]:
    """The fates that are known; whoever cannot be asked now is asked later."""
    found: dict[str, Fate] = {}
    waiting = iter(references)

    async def one_after_another() -> None:
        for reference in waiting:
            try:
                found[reference] = await via.fate(reference)
            except NoAnswerError:
                continue

    await asyncio.gather(*(one_after_another() for _place in range(min(via.window, len(references)))))
    return found

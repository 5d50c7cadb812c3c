"""Handing messages over: taken under a lease, many at once on one loop, each ending in a true state.

A message is leased by one statement. A process killed between the hand-over and the note of it leaves the message in
``sending``: whether the family has it is then not known, and when the lease is over the channel is asked before it is
said again. Only answers count as attempts. Whatever a channel does (nonsense, silence, a fault of its code), each
message of the batch has an outcome, and none waits for another.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.db import connection
from psycopg2.extras import execute_values

from foundation import clock, events
from foundation.crypto import CryptoError, decrypt
from foundation.loops import loop_of
from notifications import lines
from notifications.channels import Channel, Fate, Letter, NoAnswerError
from notifications.channels.chosen import carrier_rules, channel
from notifications.lines import CODES, MESSAGES
from notifications.models import Delivery, Message
from notifications.outcomes import Answer, Kind, Next, after_the_end, following

logger = logging.getLogger(__name__)

BATCH: Final = 256
LIFE: Final = timedelta(hours=72)  # of a message whose end nobody named
ASK_AFTER: Final = timedelta(minutes=10)  # after the hand-over, when no receipt came by itself
# A hand-over begins only while its answer still comes within the lease; both in times of SMS_TIMEOUT_SECONDS.
LEASES: Final = {CODES: (2.5, 1.0), MESSAGES: (5.5, 3.5)}
BREAKER_FAILURES: Final = 16
BREAKER_SECONDS: Final = 5.0
ASK_TIMES: Final = 1.4  # of SMS_TIMEOUT_SECONDS: as long as asking for one message may take
URGENCIES: Final = {CODES: (0,), MESSAGES: (5, 9)}  # the second is looked at when the first leaves room
ORDER: Final = random.Random()  # noqa: S311 - spreads retries, decides nothing

# the states that the statements below name, under these names
NAMED: Final[dict[str, str]] = {
    "queued": Message.State.QUEUED,
    "sending": Message.State.SENDING,
    "sent": Message.State.SENT,
    "expired": Message.State.EXPIRED,
}
# One statement: taken and leased at once; rows another worker is at are passed over. What was being sent when its lease
# ended belonged to a worker that is gone.
CLAIM: Final = """
    WITH due AS MATERIALIZED (
        SELECT id, state, next_attempt_at FROM notifications_message
        WHERE state IN (%(queued)s, %(sending)s) AND urgency = %(urgency)s AND next_attempt_at <= %(now)s
        ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications_message m
    SET state = %(sending)s, unsure = m.unsure OR due.state = %(sending)s, next_attempt_at = %(leased)s
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.key, m.copy, m.phone, m.body, m.urgency, m.attempts, m.unsure, m.created_at, m.expires_at,
        due.next_attempt_at
"""
# A text of the provider that another message is known by leaves this one as it was; its worker then asks again.
TAKEN: Final = """
    WITH said (id, channel, reference, detail, segments) AS (VALUES %s),
    mine AS MATERIALIZED (  -- locked first, as whoever notes a receipt does
        SELECT m.id FROM notifications_message m JOIN said ON m.id = said.id WHERE m.state = '{sending}' FOR UPDATE OF m
    ),
    noted AS (
        INSERT INTO notifications_delivery (message_id, channel, reference, outcome, detail, segments, at)
        SELECT said.id, said.channel, said.reference, 'sent', said.detail, said.segments, '{now}'::timestamptz
        FROM said JOIN mine ON mine.id = said.id
        ON CONFLICT DO NOTHING RETURNING message_id
    )
    UPDATE notifications_message m
    SET state = '{sent}', sent_at = '{now}', attempts = m.attempts + 1, unsure = false, ask_at = {ask}
    FROM noted WHERE m.id = noted.message_id AND m.state = '{sending}' RETURNING m.id
"""
OTHERS: Final = """
    WITH said (id, state, due, counted, unsure, channel, outcome, detail) AS (VALUES %s),
    moved AS (
        UPDATE notifications_message m
        SET state = said.state, next_attempt_at = said.due, attempts = m.attempts + said.counted, unsure = said.unsure
        FROM said WHERE m.id = said.id AND m.state = '{sending}' RETURNING m.id
    )
    INSERT INTO notifications_delivery (message_id, channel, reference, outcome, detail, segments, at)
    SELECT said.id, said.channel, '', said.outcome, said.detail, 0, '{now}'::timestamptz
    FROM said JOIN moved ON moved.id = said.id WHERE said.outcome <> ''
"""
OVERDUE: Final = """
    WITH late AS MATERIALIZED (
        SELECT id FROM notifications_message
        WHERE state = %(queued)s AND NOT unsure AND coalesce(expires_at, created_at + %(life)s) <= %(now)s
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ),
    moved AS (
        UPDATE notifications_message m SET state = %(expired)s FROM late WHERE m.id = late.id RETURNING m.id
    )
    INSERT INTO notifications_delivery (message_id, channel, reference, outcome, detail, segments, at)
    SELECT id, %(channel)s, '', 'expired', 'held', 0, %(now)s FROM moved
"""
OVERDUE_AT_ONCE: Final = 2_000
OTHERS_ROW: Final = "(%s::bigint, %s, %s::timestamptz, %s::int, %s::boolean, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message under this worker's lease. ``due``: when it was due, to be put back to."""

    id: int
    letter: Letter
    urgent: bool
    attempts: int
    unsure: bool
    ends: datetime
    due: datetime

    def going_back(self) -> "Done":
        """Nothing was done with it."""
        return Done(self, Next(Message.State.QUEUED, unsure=self.unsure))


@dataclass(frozen=True, slots=True)
class Done:
    """What becomes of one claimed message."""

    message: Claimed
    next: Next
    reference: str = ""
    detail: str = ""


@dataclass(slots=True)
class Gate:
    """How much of a batch may still begin: until a time, and until the provider says, or shows, that nothing goes.

    After so many answers in a row of which none is one, it is left in peace: what has not begun goes back uncounted, so
    an outage of hours writes no row for each of a hundred thousand messages and each try.
    """

    until: float  # of time.monotonic
    window: int
    closed: Answer | None = None
    answers: int = 0
    good: bool = False  # some answer spoke of a message, not of the settings
    failing: int = 0  # answers in a row that were none

    def open(self) -> bool:
        return self.closed is None and time.monotonic() < self.until

    def heard(self, answer: Answer) -> Answer:
        self.answers += 1
        if answer.kind in {Kind.HELD, Kind.THROTTLED}:
            if self.closed is None or answer.kind is Kind.HELD:
                self.closed = answer
        elif answer.kind in {Kind.TAKEN, Kind.REFUSED}:
            self.good, self.failing = True, 0
        else:
            self.failing += 1
            if answer.retry_after is not None or self.failing >= BREAKER_FAILURES:
                rest = BREAKER_SECONDS if answer.retry_after is None else answer.retry_after
                self.closed = self.closed or Answer(Kind.THROTTLED, retry_after=rest)
        return answer


@dataclass(slots=True)
class Windows:
    """How many hand-overs this process has under way at once, by lane: halved when throttled, grown while it is not."""

    sizes: dict[str, int] = field(default_factory=dict)

    def of(self, lane: str, most: int) -> int:
        return min(most, self.sizes.get(lane, most))

    def learn(self, lane: str, gate: Gate, most: int) -> None:
        if gate.closed is not None and gate.closed.kind is Kind.THROTTLED:
            self.sizes[lane] = max(1, gate.window // 2)
        elif gate.answers:
            self.sizes[lane] = min(most, gate.window + max(1, gate.window // 8))


WINDOWS: Final = Windows()


def messages_deliver(*, limit: int = BATCH, codes: bool | None = None) -> int:
    """Claim due messages and hand each to the channel; returns how many were claimed.

    ``codes`` takes only sign-in codes (True) or everything else (False). The claim is a lease: what a killed worker
    held becomes due again, and is asked for at the channel before it is sent a second time.
    """
    lanes = {None: (CODES, MESSAGES), True: (CODES,), False: (MESSAGES,)}[codes]
    return sum(_batch(lane, limit) for lane in lanes)


def _batch(lane: str, limit: int) -> int:
    via = channel()
    limit = lines.room(via.name, lane, limit)
    if not limit:
        return 0
    if problems := via.check_config():
        lines.hold(via.name, " ".join(problems)[:200])  # without credentials nobody's number leaves the house
        return 0
    lease, begin = (times * settings.SMS_TIMEOUT_SECONDS for times in LEASES[lane])
    gate = Gate(time.monotonic() + begin, WINDOWS.of(lane, via.window))
    rows = _claim(lane, limit, lease)
    if not rows:
        return 0
    claimed, done = _readable(rows)
    done += _work(via, claimed, gate, patience=2 * lease)
    _learn(via, lane, gate)
    store(via, done)
    return len(rows)


def overdue_expire() -> bool:
    """While the channel is held nothing is taken: what is past its end goes to the people who call all the same.

    True when there may be more.
    """
    name = channel().name
    if lines.held([name]) is None:
        return False
    given: dict[str, Any] = {"now": clock.now(), "life": LIFE, "channel": name, "limit": OVERDUE_AT_ONCE, **NAMED}
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, given)
        return bool(cursor.rowcount == OVERDUE_AT_ONCE)


def _learn(via: Channel, lane: str, gate: Gate) -> None:
    """What the answers said about the channel itself, before the messages: a held one is not tried by another lane."""
    WINDOWS.learn(lane, gate, via.window)
    if gate.closed is not None and gate.closed.kind is Kind.HELD:
        lines.hold(via.name, gate.closed.detail)
    elif gate.good:
        lines.works(via.name)
    if gate.closed is not None and gate.closed.kind is Kind.THROTTLED:
        lines.throttle(via.name, lane, gate.closed.retry_after or 0.0)


def _claim(lane: str, limit: int, lease: float) -> list[tuple[Any, ...]]:
    """Lease due messages, the most urgent first."""
    now = clock.now()
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for urgency in URGENCIES[lane]:
            given: dict[str, Any] = {"urgency": urgency, "now": now, "limit": limit - len(found), **NAMED}
            cursor.execute(CLAIM, given | {"leased": now + timedelta(seconds=lease)})
            found += cursor.fetchall()
            if len(found) >= limit:
                break
    return found


def _readable(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Claimed], list[Done]]:
    """The messages in their turn, and those that cannot be decrypted: a lost key must not stop the others."""
    claimed, broken = [], []
    for key, event, copy, phone, body, urgency, attempts, unsure, created, expires, due in sorted(rows, key=_turn):
        named = event if not copy else f"{event}#{copy}"
        try:
            letter = Letter(f"{key}.{copy}", named, decrypt(phone), decrypt(body), created)
        except (CryptoError, ValueError):
            letter = Letter(f"{key}.{copy}", named, "", "", created)
        one = Claimed(key, letter, urgency == Message.Urgency.CODE, attempts, unsure, expires or created + LIFE, due)
        if letter.phone:
            claimed.append(one)
        else:
            broken.append(
                Done(one, Next(Message.State.FAILED, counted=True, outcome="failed"), detail="cannot be decrypted")
            )
    return claimed, broken


def _turn(row: tuple[Any, ...]) -> tuple[int, datetime, int]:
    """By urgency, then by how long it has been due."""
    return row[5], row[10], row[0]


def _work(via: Channel, claimed: Sequence[Claimed], gate: Gate, patience: float) -> list[Done]:
    """Hand over what is new, ask for what may be there already, hand over what is not."""
    now, rules = clock.now(), carrier_rules()
    done, ask, send = [], [], []
    for one in claimed:
        if one.unsure:
            ask.append(one)
        elif one.ends <= now:
            done.append(Done(one, Next(Message.State.EXPIRED, outcome="expired")))
        elif found := rules.objections(one.letter.body):
            said = "carriers: " + ", ".join(f"{objection.kind} {objection.what}" for objection in found)
            done.append(Done(one, Next(Message.State.FAILED, counted=True, outcome="failed"), detail=said[:200]))
        else:
            send.append(one)
    sent, asked = loop_of("carrier").submit(_round(via, send, ask, gate)).result(timeout=patience)
    known, missing = _known(via, asked, now)
    again: list[tuple[Claimed, Answer | None]] = []
    if missing:
        again, _none = loop_of("carrier").submit(_round(via, missing, (), gate)).result(timeout=patience)
    done += known
    done += [_answered(one, answer, now) for one, answer in chain(sent, again)]
    return done


def _answered(one: Claimed, answer: Answer | None, now: datetime) -> Done:
    if answer is None:
        return one.going_back()
    if answer.kind is not Kind.TAKEN:
        events.refused("carrier", answer.detail or answer.kind, kind=answer.kind, message=one.id, attempts=one.attempts)
    left = (one.ends - now).total_seconds()
    then = following(answer, attempts=one.attempts, urgent=one.urgent, left=left, chance=ORDER.random())
    return Done(one, then, answer.reference, answer.detail)


Found = list[tuple[Claimed, "list[Fate] | Answer | None"]]


def _known(via: Channel, asked: Found, now: datetime) -> tuple[list[Done], list[Claimed]]:
    """Of the messages that were asked for: what is settled, and those the provider has not and that are still wanted.

    A text that another message is known by is that one's: of two equal texts to one number each has its own.
    """
    references = {fate.reference for _one, found in asked if isinstance(found, list) for fate in found}
    known = Delivery.objects.filter(channel=via.name, reference__in=references)
    taken = set(known.values_list("reference", flat=True)) if references else set()
    done, missing = [], []
    for one, found in asked:
        if found is None:
            done.append(one.going_back())
        elif isinstance(found, Answer):
            done.append(_not_known(one, found, now))
        elif fate := next((fate for fate in found if fate.reference not in taken), None):
            taken.add(fate.reference)
            done.append(Done(one, following(Answer(Kind.TAKEN), **_NOTHING), fate.reference, "found by asking"))
        elif one.ends <= now:
            done.append(Done(one, Next(after_the_end(now, one.ends, known=True), outcome="expired")))
        else:
            missing.append(replace(one, unsure=False))
    return done, missing


_NOTHING: Final[dict[str, Any]] = {"attempts": 0, "urgent": False, "left": 0.0, "chance": 0.0}


def _not_known(one: Claimed, answer: Answer, now: datetime) -> Done:
    """The provider could not say whether it has the message: it stays unsure, whatever the answer was."""
    if now >= one.ends and (state := after_the_end(now, one.ends, known=False)):
        return Done(one, Next(state, outcome=state), detail=answer.detail)
    if answer.kind in {Kind.HELD, Kind.THROTTLED}:
        return Done(one, replace(one.going_back().next, outcome="held" if answer.kind is Kind.HELD else ""))
    then = _answered(one, replace(answer, kind=Kind.DOUBTFUL), now)
    return replace(then, next=replace(then.next, unsure=True))


async def _round(
    via: Channel, send: Sequence[Claimed], ask: Sequence[Claimed], gate: Gate
) -> tuple[list[tuple[Claimed, Answer | None]], Found]:
    """Send and ask, so many at once as the window lets; None for what was not begun."""
    sent: list[tuple[Claimed, Answer | None]] = []
    asked: Found = []
    # who was asked for may be late already, so the questions go first
    waiting: Iterator[tuple[bool, Claimed]] = chain(((True, one) for one in ask), ((False, one) for one in send))

    async def one_after_another() -> None:
        for asking, one in waiting:
            if asking:
                asked.append((one, await _ask(via, one, gate) if gate.open() else None))
            else:
                sent.append((one, await _send(via, one, gate) if gate.open() else None))

    await asyncio.gather(*(one_after_another() for _place in range(min(gate.window, len(send) + len(ask)))))
    return sent, asked


async def _send(via: Channel, one: Claimed, gate: Gate) -> Answer:
    try:
        return gate.heard(await via.send(one.letter))
    except Exception as fault:  # whatever a channel's code does, the message may have been handed over
        logger.exception("the channel %s failed", via.name)
        return gate.heard(Answer(Kind.DOUBTFUL, detail=type(fault).__name__))


async def _ask(via: Channel, one: Claimed, gate: Gate) -> list[Fate] | Answer:
    try:
        async with asyncio.timeout(ASK_TIMES * settings.SMS_TIMEOUT_SECONDS):  # of all its pages: within the lease
            found = await via.find(one.letter)
    except TimeoutError:
        return gate.heard(Answer(Kind.DOUBTFUL, detail="no list in time", silent=True))
    except NoAnswerError as problem:
        return gate.heard(problem.answer)
    except Exception as fault:
        logger.exception("the channel %s failed", via.name)
        return gate.heard(Answer(Kind.DOUBTFUL, detail=type(fault).__name__))
    gate.good, gate.failing = True, 0
    return found


def store(via: Channel, done: Sequence[Done]) -> None:
    """Write what became of a batch: what was taken in one statement, everything else in another."""
    now = clock.now()
    taken = [one for one in done if one.reference]
    others = [one for one in done if not one.reference]
    with connection.cursor() as cursor:
        if taken:
            ask = f"'{(now + ASK_AFTER).isoformat()}'" if via.receipts else "NULL"
            rows = [
                (one.message.id, via.name, one.reference, one.detail[:200], segments(one.message.letter.body))
                for one in taken
            ]
            noted = execute_values(
                cursor.cursor,
                TAKEN.format(now=now.isoformat(), ask=ask, **NAMED),
                rows,
                page_size=len(rows),
                fetch=True,
            )
            kept = {key for (key,) in noted}
            # whose reference another message has: it is asked for again, and then has one of its own or is sent
            others += [_lost(one) for one in taken if one.message.id not in kept]
        if others:
            rows_of_others = [_other_row(via, one, now) for one in others]
            statement = OTHERS.format(now=now.isoformat(), **NAMED)
            execute_values(cursor.cursor, statement, rows_of_others, template=OTHERS_ROW, page_size=len(rows_of_others))


def _lost(one: Done) -> Done:
    return Done(one.message, Next(Message.State.QUEUED, wait=1.0, unsure=True))


def _other_row(via: Channel, one: Done, now: datetime) -> tuple[Any, ...]:
    then = one.next
    back = then.state == Message.State.QUEUED and not then.wait
    due = one.message.due if back else now + timedelta(seconds=then.wait)
    return (
        one.message.id, then.state, due, int(then.counted), then.unsure, via.name, then.outcome, one.detail[:200],
    )  # fmt: skip


def segments(body: str) -> int:
    """SMS segments of a UCS-2 text: 70 UTF-16 units alone, 67 each when joined."""
    units = len(body.encode("utf-16-be")) // 2
    return 1 if units <= 70 else math.ceil(units / 67)

"""The outbox: each event tells a family once, whatever breaks in between."""

import json
import re
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import Settings

from accounts.models import Account
from foundation import clock
from foundation.loops import loop_of
from notifications.channels import Letter
from notifications.channels.chosen import carrier_rules
from notifications.channels.console import ConsoleChannel
from notifications.delivering import LIFE
from notifications.models import Delivery, Message
from notifications.services import (
    Outgoing,
    drain,
    end_of_life,
    message_queue,
    messages_deliver,
    messages_queue,
    segments,
)
from notifications.templates import TEMPLATES, render
from tests import factories
from tests.threads import at_once
from tests.waiting import patience

pytestmark = pytest.mark.django_db
T = TypeVar("T")
PARAMS = {"child": "合成小明", "receipt": "26-0000-0000-0"}


def result(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives; in a loop of its own, because a browser of another test may hold this thread's."""
    return loop_of("tests").submit(work).result(patience())


@pytest.fixture(autouse=True)
def own_telephone_network(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def queued(key: str = "event:1", account: Account | None = None) -> Message:
    made = message_queue(key=key, template="received", params=PARAMS, account=account or factories.guardian())
    assert made is not None
    return made


def received() -> list[dict[str, Any]]:
    path = ConsoleChannel().path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_message_is_delivered_once_and_noted() -> None:
    message = queued()
    assert messages_deliver() == 1
    assert messages_deliver() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)
    assert [line["body"] for line in received()] == [message.body]
    assert Delivery.objects.get().outcome == "sent"


def test_the_same_event_is_queued_once() -> None:
    parent = factories.guardian()
    queued(account=parent)
    assert message_queue(key="event:1", template="received", params=PARAMS, account=parent) is None
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_event_from_ten_processes_is_one_message() -> None:
    parent = factories.guardian()

    def queue() -> Message | None:
        with transaction.atomic():
            return message_queue(key="event:1", template="received", params=PARAMS, account=parent)

    made = at_once([queue] * 10)
    assert len([message for message in made if message is not None]) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once() -> None:
    queued()
    results = at_once([messages_deliver] * 4)
    assert sorted(results, key=str) == [0, 0, 0, 1]
    assert len(received()) == 1


def left_by_a_killed_worker(message: Message) -> None:
    """It claimed the message, and was killed before its note."""
    Message.objects.filter(pk=message.pk).update(state="sending", next_attempt_at=clock.now())


def letter(key: str, phone: str = "19900000001", body: str = "") -> Letter:
    return Letter("1.0", key, phone, body, clock.now())


def test_a_crash_after_the_hand_over_is_not_repeated() -> None:
    message = queued()
    result(ConsoleChannel().send(letter(message.key, message.phone, message.body)))
    left_by_a_killed_worker(message)
    assert drain() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, len(received())) == ("sent", 1, 1)


def test_a_crash_before_the_hand_over_is_made_good() -> None:
    message = queued()
    left_by_a_killed_worker(message)
    assert drain() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, len(received())) == ("sent", 1, 1)


def test_what_a_worker_holds_is_not_taken_before_its_lease_ends() -> None:
    message, now = queued(), clock.now()
    left_by_a_killed_worker(message)
    Message.objects.update(next_attempt_at=now + timedelta(seconds=5))
    assert messages_deliver() == 0
    with clock.at(now + timedelta(seconds=5)):
        assert messages_deliver() == 1


def test_one_key_is_not_mistaken_for_the_beginning_of_another() -> None:
    channel = ConsoleChannel()
    result(channel.send(letter("event:10", body='"key": "event:1"')))
    assert result(channel.find(letter("event:1"))) == []
    assert [fate.reference for fate in result(channel.find(letter("event:10")))] == ["event:10"]


def test_a_text_past_its_end_is_not_sent() -> None:
    now = clock.now()
    with clock.at(now - timedelta(minutes=6)):
        code = message_queue(
            key="code",
            template="sign_in_code",
            params={"code": "123456"},
            account=factories.guardian(),
            secret=True,
            ends=clock.now() + timedelta(minutes=5),
        )
    assert code is not None
    assert drain() == 1
    code.refresh_from_db()
    assert (code.state, received()) == ("expired", [])


def test_codes_go_first() -> None:
    queued("event:1")
    with clock.at(clock.now() + timedelta(seconds=0)):
        message_queue(key="code", template="sign_in_code", params={"code": "1"}, phone="19900000001", secret=True)
    drain()
    assert [line["key"] for line in received()] == ["code", "event:1"]


@pytest.mark.parametrize(
    ("deadline", "life"),
    [(None, LIFE), (timedelta(days=9), LIFE), (timedelta(days=3), timedelta(days=2)),
     (timedelta(hours=24), timedelta(hours=1)), (timedelta(minutes=20), timedelta(minutes=20))],
)  # fmt: skip
def test_a_family_that_no_text_reaches_can_be_called_a_day_before_its_deadline(
    deadline: timedelta | None, life: timedelta
) -> None:
    now = clock.now()
    assert end_of_life(now, None if deadline is None else now + deadline) == now + life


def test_a_message_that_cannot_be_decrypted_stops_no_other() -> None:
    lost, good = queued("event:1"), queued("event:2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_message SET phone = 'gone.AAAA' WHERE id = %s", [lost.pk])
    assert drain() == 2
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {lost.pk: "failed", good.pk: "sent"}
    assert Delivery.objects.get(message_id=lost.pk).detail == "cannot be decrypted"


def test_the_text_is_in_the_language_of_the_family_and_needs_a_phone() -> None:
    english, silent = factories.guardian(), factories.guardian()
    english.language, silent.phone = "en", None
    message = queued(account=english)
    assert message.body.startswith("[Enrollment] We have received")
    assert message_queue(key="event:2", template="received", params=PARAMS, account=silent) is None
    with pytest.raises(KeyError):
        message_queue(key="event:3", template="poem", params={}, account=english)


def test_no_template_is_dropped_by_carriers() -> None:
    for template, message in TEMPLATES.items():
        names = re.findall(r"%\((\w+)\)s", str(message))
        for language in ("zh-hans", "en"):
            with translation.override(language):
                assert carrier_rules().objections(render(template, dict.fromkeys(names, "x"))) == ()


def test_what_carriers_drop_is_not_handed_over(settings: Settings) -> None:
    message = queued()
    settings.SMS_BLOCKED_WORDS = ["合成小明"]
    drain()
    message.refresh_from_db()
    assert (message.state, received()) == ("failed", [])
    assert Delivery.objects.get().detail == "carriers: word 合成小明"


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_segments_of_a_text(length: int, parts: int) -> None:
    assert segments("好" * length) == parts


def test_an_emoji_counts_twice() -> None:
    assert segments("好" * 69 + "😀") == 2


def test_many_messages_are_queued_once_each_and_drained() -> None:
    parents = [factories.guardian() for _ in range(5)]
    outgoing = [Outgoing(f"event:{parent.pk}", "received", PARAMS, parent) for parent in parents]
    messages_queue(outgoing)
    messages_queue(outgoing)
    assert Message.objects.count() == 5
    assert drain() == 5
    assert drain() == 0
    assert sorted(line["key"] for line in received()) == sorted(one.key for one in outgoing)


def test_a_worker_gives_back_what_it_cannot_send_within_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        queued(f"event:{number}")
    due = list(Message.objects.order_by("pk").values_list("next_attempt_at", flat=True))
    monkeypatch.setattr("notifications.delivering.LEASES", {"codes": (5, -1), "messages": (5, -1)})
    assert messages_deliver() == 3
    monkeypatch.undo()
    assert received() == []
    rows = list(Message.objects.order_by("pk").values_list("state", "attempts", "unsure"))
    assert rows == [("queued", 0, False)] * 3
    assert list(Message.objects.order_by("pk").values_list("next_attempt_at", flat=True)) == due
    assert drain() == 3
    assert len(received()) == 3


def test_a_typed_sentence_does_not_end_twice() -> None:
    with translation.override("zh-hans"):
        text = render("not_eligible", {"child": "合成小明", "receipt": "26-0000", "reason": "请联系居住地教育局。"})
    assert "教育局。如" in text

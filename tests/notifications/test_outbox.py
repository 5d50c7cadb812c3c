"""The outbox: each event tells a family once, whatever breaks in between."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import Settings

from accounts.models import Account
from foundation import clock
from notifications.channels import ChannelError
from notifications.channels.console import ConsoleChannel
from notifications.models import Delivery, Message
from notifications.services import (
    CLAIM_MINUTES,
    MAX_ATTEMPTS,
    Outgoing,
    drain,
    message_queue,
    messages_deliver,
    messages_queue,
    segments,
)
from notifications.templates import TEMPLATES, render
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db
PARAMS = {"child": "合成小明", "receipt": "26-0000-0000-0"}


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


def test_a_crash_after_the_hand_over_is_not_repeated() -> None:
    message, now = queued(), clock.now()
    # the worker claimed and sent it, then was killed before its note
    ConsoleChannel().send(key=message.key, phone=message.phone, body=message.body)
    Message.objects.filter(pk=message.pk).update(
        state="sending", attempts=1, next_attempt_at=now + timedelta(minutes=CLAIM_MINUTES)
    )
    assert messages_deliver() == 0
    with clock.at(now + timedelta(minutes=CLAIM_MINUTES)):
        assert drain() == 1
    message.refresh_from_db()
    assert (message.state, len(received())) == ("sent", 1)


def test_a_crash_before_the_hand_over_is_made_good() -> None:
    message, now = queued(), clock.now()
    Message.objects.filter(pk=message.pk).update(
        state="sending", attempts=1, next_attempt_at=now + timedelta(minutes=CLAIM_MINUTES)
    )
    with clock.at(now + timedelta(minutes=CLAIM_MINUTES)):
        assert messages_deliver() == 1
    assert len(received()) == 1


def test_one_key_is_not_mistaken_for_the_beginning_of_another() -> None:
    channel = ConsoleChannel()
    channel.send(key="event:10", phone="19900000001", body='"key": "event:1"')
    assert channel.find(key="event:1", phone="19900000001", body="") == ""
    assert channel.find(key="event:10", phone="19900000001", body="") == "event:10"


def test_a_channel_that_is_down_is_tried_again_and_then_given_up(settings: Settings, tmp_path: Path) -> None:
    settings.SMS_CHANNEL = "twilio"
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""  # the client refuses to be made: no network here
    message, at = queued(), clock.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.at(at):
            assert messages_deliver() == 1
        message.refresh_from_db()
        assert message.attempts == attempt
        assert message.state == ("failed" if attempt == MAX_ATTEMPTS else "queued")
        assert message.next_attempt_at > at
        at = message.next_attempt_at
    assert [row.outcome for row in Delivery.objects.order_by("pk")] == ["retry"] * (MAX_ATTEMPTS - 1) + ["failed"]
    with clock.at(at):
        assert messages_deliver() == 0


def test_the_text_is_in_the_language_of_the_family_and_needs_a_phone() -> None:
    english, silent = factories.guardian(), factories.guardian()
    english.language, silent.phone = "en", None
    message = queued(account=english)
    assert message.body.startswith("[Enrollment] We have received")
    assert message_queue(key="event:2", template="received", params=PARAMS, account=silent) is None
    with pytest.raises(KeyError):
        message_queue(key="event:3", template="poem", params={}, account=english)


def test_no_template_carries_a_link_or_a_word_that_carriers_block() -> None:
    for template, message in TEMPLATES.items():
        names = re.findall(r"%\((\w+)\)s", str(message))
        text = render(template, dict.fromkeys(names, "x"))
        assert "://" not in text
        assert "摇号" not in text
        assert "抽签" not in text


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_segments_of_a_text(length: int, parts: int) -> None:
    assert segments("好" * length) == parts


def test_an_emoji_counts_twice() -> None:
    assert segments("好" * 69 + "😀") == 2


def test_an_error_says_whether_trying_again_helps() -> None:
    assert ChannelError("x").permanent is False
    assert ChannelError("x", permanent=True).permanent is True


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
    monkeypatch.setattr("notifications.services.CLAIM_MINUTES", -1)  # the lease was over before the first was sent
    assert messages_deliver() == 3
    monkeypatch.undo()
    assert received() == []
    assert {(message.state, message.attempts) for message in Message.objects.all()} == {("queued", 0)}
    assert drain() == 3
    assert len(received()) == 3


def test_a_typed_sentence_does_not_end_twice() -> None:
    with translation.override("zh-hans"):
        text = render("not_eligible", {"child": "合成小明", "receipt": "26-0000", "reason": "请联系居住地教育局。"})
    assert "教育局。如" in text

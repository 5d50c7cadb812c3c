"""The outbox against a carrier that misbehaves: every message ends in a true state, none is said twice."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from foundation import clock
from notifications.channels.twilio import TwilioChannel
from notifications.lines import held
from notifications.models import ChannelState, Delivery, Message
from notifications.services import drain, message_queue, messages_deliver
from tests.carrier import TOKEN, Carrier
from tests.servers import answering

pytestmark = pytest.mark.django_db(transaction=True)


def queue(count: int, *, phone: str = "", body: str = "", secret: bool = False) -> list[Message]:
    made = [
        message_queue(
            key=f"event:{number}",
            template="received",
            params={"child": "合成小明", "receipt": body or f"26-{number:04d}"},
            phone=phone or f"1990000{number:04d}",
            secret=secret,
        )
        for number in range(count)
    ]
    return [one for one in made if one is not None]


def let_time_pass(most: int = 60) -> None:
    """Deliver until nothing waits, each retry at its time."""
    at = clock.now()
    for _look in range(most):
        with clock.at(at):
            drain()
        waiting = Message.objects.filter(state__in=["queued", "sending"]).order_by("next_attempt_at")
        first = waiting.values_list("next_attempt_at", flat=True).first()
        if first is None:
            return
        closed = ChannelState.objects.order_by("-closed_until").values_list("closed_until", flat=True).first()
        at = max(first, closed or first, at + timedelta(milliseconds=1))
    raise AssertionError(f"still waiting: {list(waiting.values_list('state', 'attempts'))}")


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


FAULTS = [
    "error_before", "error_after", "reset_before", "reset_after", "html_before", "html_after", "slow", "throttle",
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone_loses_and_doubles_nothing(carrier: Carrier, settings: Settings, fault: str) -> None:
    settings.SMS_TIMEOUT_SECONDS = 0.6
    carrier.knobs(faults={fault: 0.5}, slow=1.2, seed=3)
    queue(12)
    let_time_pass()
    assert states() == {"sent": 12}
    texts = carrier.texts()
    assert Counter(text["to"] for text in texts) == Counter({f"+861990000{n:04d}": 1 for n in range(12)})
    references = Delivery.objects.exclude(reference="").values_list("reference", flat=True)
    assert sorted(references) == sorted(text["sid"] for text in texts)


def test_of_two_equal_texts_to_one_number_each_is_said(carrier: Carrier) -> None:
    queue(2, phone="19911110000", body="26-0001")
    messages_deliver(limit=1)
    carrier.knobs(faults={"error_before": 1.0})
    messages_deliver(limit=1)
    assert states() == {"sent": 1, "queued": 1}
    carrier.knobs(faults={})
    let_time_pass()
    assert states() == {"sent": 2}
    assert len(carrier.texts()) == 2


def test_two_equal_texts_whose_answers_were_both_lost_are_two(carrier: Carrier) -> None:
    queue(2, phone="19911110001", body="26-0002")
    carrier.knobs(faults={"error_after": 1.0})
    messages_deliver()
    carrier.knobs(faults={})
    let_time_pass()
    assert states() == {"sent": 2}
    assert len(carrier.texts()) == 2
    assert set(Delivery.objects.filter(outcome="sent").values_list("detail", flat=True)) == {"found by asking"}


def test_a_text_that_another_worker_just_had_is_not_taken_from_it(carrier: Carrier) -> None:
    """One worker asks while another has its answer and not yet noted it: the reference is one message's only."""
    one, two = queue(2, phone="19911110002", body="26-0003")
    Message.objects.filter(pk=two.pk).update(next_attempt_at=clock.now() + timedelta(hours=1))
    messages_deliver()
    sid = carrier.texts()[-1]["sid"]
    # the other message took it by asking, before the first one's worker noted its answer
    Delivery.objects.update(message=two)
    Message.objects.filter(pk=one.pk).update(state="sending", sent_at=None)
    Message.objects.filter(pk=two.pk).update(state="sent", next_attempt_at=clock.now())
    Message.objects.filter(pk=one.pk).update(next_attempt_at=clock.now())
    let_time_pass()
    assert states() == {"sent": 2}
    assert len(carrier.texts()) == 2
    assert Delivery.objects.filter(reference=sid).count() == 1


def test_wrong_credentials_hold_the_queue_and_cost_no_attempt(carrier: Carrier, settings: Settings) -> None:
    carrier.knobs(token="rotated")
    queue(30)
    now = clock.now()
    assert drain() == 30
    assert states() == {"queued": 30}
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}
    hold = held()
    assert hold is not None
    assert hold.why == "Twilio 401 20003"
    # one of them is tried now and then
    with clock.at(now + timedelta(seconds=40)):
        assert messages_deliver() == 1
        assert messages_deliver() == 0
    settings.TWILIO_AUTH_TOKEN = "rotated"
    with clock.at(now + timedelta(seconds=80)):
        assert drain() == 30
    assert held() is None
    assert states() == {"sent": 30}


def test_without_settings_nothing_leaves_the_house(settings: Settings) -> None:
    settings.SMS_CHANNEL, settings.TWILIO_ACCOUNT_SID = "twilio", ""
    queue(3)
    with answering(b"{}", 404) as server:
        settings.TWILIO_BASE_URL = server.url
        assert drain() == 0
        assert server.requests == []
    assert states() == {"queued": 3}
    hold = held()
    assert hold is not None
    assert "TWILIO_ACCOUNT_SID" in hold.why


def test_throttling_is_obeyed_and_costs_no_attempt(carrier: Carrier) -> None:
    carrier.knobs(faults={"throttle": 1.0}, retry_after=90)
    queue(20)
    now = clock.now()
    drain()
    assert states() == {"queued": 20}
    carrier.knobs(faults={})
    with clock.at(now + timedelta(seconds=60)):
        assert messages_deliver() == 0
        code = queue_code()
        assert messages_deliver() == 1  # codes have a lane of their own
    with clock.at(now + timedelta(seconds=100)):
        assert drain() == 20
    assert states() == {"sent": 21}
    assert set(Message.objects.exclude(pk=code.pk).values_list("attempts", flat=True)) == {1}


def queue_code() -> Message:
    made = message_queue(
        key="code", template="sign_in_code", params={"code": "123456"}, phone="19922220000", secret=True
    )
    assert made is not None
    return made


def test_a_number_that_is_refused_is_final_and_says_why(carrier: Carrier) -> None:
    carrier.knobs(refused="0003")
    queue(5)
    drain()
    assert states() == {"sent": 4, "failed": 1}
    assert Delivery.objects.get(outcome="failed").detail == "Twilio 400 21211"


def test_a_long_outage_loses_nothing(carrier: Carrier, settings: Settings) -> None:
    queue(3)
    up, settings.TWILIO_BASE_URL = settings.TWILIO_BASE_URL, "http://127.0.0.1:1"
    at = clock.now()
    for _quarter in range(4 * 24):
        at += timedelta(minutes=15)
        with clock.at(at):
            drain()
    assert states() == {"queued": 3}
    settings.TWILIO_BASE_URL = up
    with clock.at(at + timedelta(minutes=15)):
        drain()
    assert states() == {"sent": 3}


def test_an_outage_is_not_paid_for_by_every_message(carrier: Carrier) -> None:
    carrier.knobs(faults={"error_before": 1.0})
    queue(200)
    at = clock.now()
    for _look in range(10):
        at += timedelta(seconds=6)
        with clock.at(at):
            messages_deliver()
    assert Delivery.objects.count() <= 10 * (16 + 64)
    assert Message.objects.filter(attempts=0, state="queued").count() >= 100
    carrier.knobs(faults={})
    let_time_pass()
    assert states() == {"sent": 200}
    assert len(carrier.texts()) == 200


def test_a_named_time_of_an_overloaded_provider_is_obeyed(settings: Settings) -> None:
    settings.SMS_CHANNEL, settings.TWILIO_FROM = "twilio", "+15005550006"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", TOKEN
    queue(3)
    now = clock.now()
    with answering(b"{}", 503, {"Retry-After": "120"}) as server:
        settings.TWILIO_BASE_URL = server.url
        drain()
        asked = len(server.requests)
        with clock.at(now + timedelta(seconds=60)):
            assert messages_deliver() == 0
        assert len(server.requests) == asked


def test_a_text_nobody_could_hand_over_ends_and_says_so(carrier: Carrier, settings: Settings) -> None:
    queue(2)
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    drain()
    with clock.at(clock.now() + timedelta(hours=73)):
        drain()
    assert states() == {"expired": 2}


def test_whether_a_text_went_may_stay_unknown_and_is_said_so(carrier: Carrier, settings: Settings) -> None:
    carrier.knobs(faults={"error_after": 1.0})
    queue(1)
    drain()
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    ends = clock.now() + timedelta(hours=73)
    with clock.at(ends):
        drain()
    assert Message.objects.get().unsure
    with clock.at(ends + timedelta(hours=30)):
        drain()
    assert states() == {"unclear": 1}


def test_a_fault_of_the_channels_code_stops_no_other(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(6)
    send = TwilioChannel.send

    async def faulty(self: TwilioChannel, letter: object) -> object:
        if letter.phone.endswith("0002"):  # type: ignore[attr-defined]
            raise KeyError("sid")
        return await send(self, letter)  # type: ignore[arg-type]

    monkeypatch.setattr(TwilioChannel, "send", faulty)
    drain()
    assert states() == {"sent": 5, "queued": 1}
    assert Delivery.objects.get(outcome="retry").detail == "KeyError"


def test_workers_side_by_side_say_each_thing_once(carrier: Carrier) -> None:
    queue(120)

    def work() -> None:
        try:
            while messages_deliver(limit=9):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states() == {"sent": 120}
    assert len(carrier.texts()) == 120


def test_the_token_of_tests_is_used(carrier: Carrier) -> None:
    carrier.knobs(token=TOKEN)
    queue(1)
    drain()
    assert states() == {"sent": 1}

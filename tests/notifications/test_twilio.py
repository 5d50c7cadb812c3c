"""The Twilio channel against a local HTTP server in place of Twilio's."""

import json
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from foundation import clock
from foundation.loops import loop_of
from notifications.channels import Fate, Letter, NoAnswerError
from notifications.channels.twilio import TwilioChannel, fate_of
from notifications.channels.twilio.errors import CONFIGURATION, PERMANENT, THROTTLED, error_code
from notifications.outcomes import Answer, Kind
from tests.servers import Script, answering

T = TypeVar("T")


@pytest.fixture(autouse=True)
def sender(settings: Settings) -> None:
    settings.TWILIO_FROM, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "+15005550006", "AC1", "token"
    settings.TWILIO_CALLBACK_URL = ""
    settings.SMS_TIMEOUT_SECONDS = 5.0


def channel(settings: Settings, url: str) -> TwilioChannel:
    settings.TWILIO_BASE_URL = url
    return TwilioChannel()


def run(work: Coroutine[Any, Any, T]) -> T:
    return loop_of("carrier").submit(work).result(timeout=60)


def letter(body: str = "好", phone: str = "19900000001") -> Letter:
    return Letter("7.0", "k", phone, body, clock.now())


def send(settings: Settings, body: bytes, status: int) -> tuple[Answer, Script]:
    with answering(body, status) as server:
        return run(channel(settings, server.url).send(letter())), server


def message(sid: str, body: str, **more: Any) -> dict[str, Any]:
    return {"sid": sid, "body": body, "status": "queued", "date_created": "", **more}


def test_a_message_goes_to_the_number_in_international_form(settings: Settings) -> None:
    settings.TWILIO_CALLBACK_URL = "https://portal.example"
    answer, server = send(settings, json.dumps(message("SM1", "好")).encode(), 201)
    assert answer == Answer(Kind.TAKEN, "SM1")
    method, path, sent = server.requests[0]
    assert (method, path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    form = {name: value for name, (value,) in parse_qs(sent.decode()).items()}
    callback = "https://portal.example/messages/status/twilio/7.0/"
    assert form == {"To": "+8619900000001", "From": "+15005550006", "Body": "好", "StatusCallback": callback}


def test_a_messaging_service_is_named_as_one(settings: Settings) -> None:
    settings.TWILIO_FROM = "MG" + "1" * 32
    _answer, server = send(settings, json.dumps(message("SM1", "好")).encode(), 201)
    assert parse_qs(server.requests[0][2].decode())["MessagingServiceSid"] == [settings.TWILIO_FROM]


CLASSES = [
    *((400, str(code), Kind.HELD) for code in sorted(CONFIGURATION)),
    *((400, str(code), Kind.REFUSED) for code in sorted(PERMANENT)),
    *((400, str(code), Kind.THROTTLED) for code in sorted(THROTTLED)),
    *((status, None, Kind.HELD) for status in (301, 302, 401, 403, 404, 405)),
    *((status, None, Kind.REFUSED) for status in (400, 413, 415, 422)),
    *((status, None, Kind.DOUBTFUL) for status in (200, 201, 204, 408, 409, 500, 502, 503, 504)),
    (401, "20003", Kind.HELD),
    (403, "21610", Kind.REFUSED),
    (429, "20429", Kind.THROTTLED),
    (429, None, Kind.THROTTLED),
    (400, "99999", Kind.REFUSED),
]


@pytest.mark.parametrize(("status", "code", "kind"), CLASSES)
def test_errors_are_classed_and_hold_no_number(settings: Settings, status: int, code: str | None, kind: Kind) -> None:
    error = {"code": int(code) if code else None, "message": "The number +8619900000001 is not valid"}
    answer, _server = send(settings, b"" if status == 204 else json.dumps(error).encode(), status)
    assert answer.kind is kind
    assert answer.detail == f"Twilio {status} {code or ''}".strip()


@pytest.mark.parametrize(
    "body",
    [
        {"type": "https://www.twilio.com/docs/api/errors/21211", "title": "Invalid", "status": 400, "detail": "x"},
        {"more_info": "https://www.twilio.com/docs/errors/21211", "status": 400},
        {"code": "21211"},
        {"code": 21211, "type": "about:blank"},
    ],
)
def test_both_shapes_of_an_error_are_read(settings: Settings, body: dict[str, Any]) -> None:
    assert error_code(body) == "21211"
    assert send(settings, json.dumps(body).encode(), 400)[0] == Answer(Kind.REFUSED, detail="Twilio 400 21211")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"sid": null}', b'{"sid": 7}', b'{"sid": ""}', b"\xff\xfe", b"[" * 9999,
     json.dumps({"sid": "S" * 81}).encode()],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 201])
def test_a_success_without_a_message_is_doubtful(settings: Settings, status: int, body: bytes) -> None:
    assert send(settings, body, status)[0].kind is Kind.DOUBTFUL


def test_nobody_listening_took_nothing(settings: Settings) -> None:
    with answering() as server:
        gone = server.url
    assert run(channel(settings, gone).send(letter())).kind is Kind.TRANSIENT
    assert run(channel(settings, "http://").send(letter())).kind is Kind.TRANSIENT


def found(settings: Settings, page: Any, status: int = 200, body: str = "好") -> list[Fate]:
    with answering(json.dumps(page).encode(), status) as server:
        return run(channel(settings, server.url).find(letter(body)))


def test_texts_of_these_words_are_found_with_their_state_and_time(settings: Settings) -> None:
    now = clock.now()
    old, new = ((now - timedelta(minutes=ago)).strftime("%a, %d %b %Y %H:%M:%S +0800") for ago in (30, 1))
    page = {
        "messages": [
            message("SM5", "好", date_created=new, status="undelivered", error_code=30003),
            message("SM4", "other", date_created=new),
            message("SM3", "好", direction="inbound", date_created=new),
            message("SM2", "Sent from your Twilio trial account - 好", date_created=new, status="delivered"),
            message("SM1", "好", date_created=old),
            message("SM6", "好", date_created=new, to="+8619900000009"),
            "nonsense",
        ],
        "next_page_uri": None,
    }
    assert found(settings, page) == [Fate("SM2", "delivered"), Fate("SM5", "undelivered", "30003")]
    assert found(settings, page, body="never sent") == []


@pytest.mark.parametrize(("page", "status"), [({}, 200), ([], 200), ({"messages": 1}, 200), ({}, 500), ({}, 401)])
def test_who_cannot_be_asked_is_not_taken_for_a_no(settings: Settings, page: Any, status: int) -> None:
    with pytest.raises(NoAnswerError):
        found(settings, page, status)


def test_what_every_status_says() -> None:
    under_way = ("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered", "new-one")
    assert {fate_of(status, "", "S").state for status in under_way} == {"sent"}
    assert {fate_of(status, "", "S").state for status in ("delivered", "read")} == {"delivered"}
    assert {fate_of(status, "", "S").state for status in ("undelivered", "failed", "canceled")} == {"undelivered"}


def test_missing_settings_are_named(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = ""
    assert len(TwilioChannel().check_config()) == 3
    settings.TWILIO_FROM = "+15005550006"
    assert len(TwilioChannel().check_config()) == 2


@pytest.mark.parametrize("url", ["http://carrier.example", "http://127.0.0.1:8020", "carrier.example", ""])
def test_texts_and_the_token_are_sent_to_no_address_in_clear(settings: Settings, url: str) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = "x"
    settings.LOCAL, settings.TWILIO_BASE_URL = False, url
    assert [problem for problem in TwilioChannel().check_config() if "TWILIO_BASE_URL" in problem]
    settings.TWILIO_BASE_URL = "https://carrier.example"
    assert TwilioChannel().check_config() == []

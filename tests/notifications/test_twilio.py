"""The Twilio channel against a local HTTP server in place of Twilio's."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.channels import ChannelError
from notifications.channels.twilio import MAX_CHARACTERS, TwilioChannel
from tests.servers import answering

TWILIO = "https://api.twilio.com"


class Redirected(TwilioHttpClient):  # type: ignore[misc,unused-ignore]
    """Twilio's own HTTP client, sent to another host."""

    def __init__(self, base: str) -> None:
        super().__init__(pool_connections=False, timeout=5)
        self.base = base

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().request(method, uri.replace(TWILIO, self.base), *args, **kwargs)


class LocalChannel(TwilioChannel):
    def __init__(self, base: str) -> None:
        self.base = base

    def _client(self) -> Client:
        return Client("AC" + "0" * 32, "token", http_client=Redirected(self.base))


@pytest.fixture(autouse=True)
def sender(settings: Settings) -> None:
    settings.TWILIO_FROM = "+15005550006"


def message(sid: str, body: str) -> dict[str, str]:
    return {"sid": sid, "body": body, "status": "queued"}


def test_a_message_goes_to_the_number_in_international_form() -> None:
    with answering(json.dumps(message("SM1", "好")).encode(), 201) as server:
        assert LocalChannel(server.url).send(key="k", phone="19900000001", body="好") == "SM1"
        method, path, sent = server.requests[0]
    assert (method, path.rsplit("/", 1)[1]) == ("POST", "Messages.json")
    assert parse_qs(sent.decode())["To"] == ["+8619900000001"]


@pytest.mark.parametrize("body", ["x" * (MAX_CHARACTERS + 1), "see https://example.org"])
def test_what_carriers_refuse_is_not_sent_at_all(body: str) -> None:
    with answering(b"{}", 201) as server:
        with pytest.raises(ChannelError) as problem:
            LocalChannel(server.url).send(key="k", phone="19900000001", body=body)
        assert server.requests == []
    assert problem.value.permanent


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (404, True), (429, False), (500, False), (503, False)])
def test_errors_say_whether_trying_again_helps_and_hold_no_number(status: int, *, permanent: bool) -> None:
    error = {"code": 21211, "message": "The number +8619900000001 is not valid", "status": status}
    with answering(json.dumps(error).encode(), status) as server, pytest.raises(ChannelError) as problem:
        LocalChannel(server.url).send(key="k", phone="19900000001", body="好")
    assert problem.value.permanent is permanent
    assert str(problem.value) == f"Twilio {status} 21211"


def test_nobody_listening_is_not_permanent() -> None:
    with answering() as server:
        gone = server.url
    with pytest.raises(ChannelError) as problem:
        LocalChannel(gone).send(key="k", phone="19900000001", body="好")
    assert not problem.value.permanent


def test_an_earlier_hand_over_is_found_by_its_text() -> None:
    page = {"messages": [message("SM1", "other"), message("SM2", "好")], "next_page_uri": None, "page_size": 20}
    with answering(json.dumps(page).encode()) as server:
        channel = LocalChannel(server.url)
        assert channel.find(key="k", phone="19900000001", body="好") == "SM2"
        assert channel.find(key="k", phone="19900000001", body="never sent") == ""


def test_missing_settings_are_named(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = ""
    assert len(TwilioChannel().check_config()) == 3
    settings.TWILIO_FROM = "+15005550006"
    assert len(TwilioChannel().check_config()) == 2

"""The lines of refusals: one object a line, with the request's id, and no digits of anybody."""

import json
import logging

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from foundation import events


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(events.Line().format(record)) for record in caplog.records]


def test_a_refusal_is_one_line_with_its_facts(caplog: pytest.LogCaptureFixture) -> None:
    with events.named("given-by-a-proxy"):
        events.refused("carrier", "HTTP 503", channel="twilio", attempt=2)
        text = events.Line().format(caplog.records[-1])
    assert "\n" not in text
    shown = json.loads(text)
    assert shown["logger"] == "portal.refused.carrier"
    assert (shown["message"], shown["channel"], shown["attempt"]) == ("HTTP 503", "twilio", 2)
    assert shown["request"] == "given-by-a-proxy"


@given(st.from_regex(r"\A(\+86)?1[3-9]\d{9}\Z|\A\d{17}[\dX]\Z|\A\d{6}\Z"), st.text(max_size=30), st.text(max_size=30))
def test_no_number_of_a_person_gets_into_a_line(number: str, before: str, after: str) -> None:
    record = logging.makeLogRecord({"msg": f"{before}{number}", "facts": {"why": f"{number}{after}"}, "name": "x"})
    assert "".join(c for c in number if c.isdigit()) not in events.Line().format(record)


@pytest.mark.parametrize(
    "given_id", ["", "short", "a b c d e f g h", "x" * 65, "<script>alert(1)</script>", "中文中文中文中文"]
)
def test_an_id_that_is_none_is_replaced(given_id: str) -> None:
    with events.named(given_id) as name:
        assert name != given_id
        assert events.request_id() == name
    assert events.request_id() == ""


@pytest.mark.django_db
def test_every_answer_carries_the_id_of_its_request() -> None:
    assert Client().get("/health/", headers={"x-request-id": "abcdefgh-1"}).headers["X-Request-ID"] == "abcdefgh-1"
    assert len(Client().get("/health/").headers["X-Request-ID"]) == 32

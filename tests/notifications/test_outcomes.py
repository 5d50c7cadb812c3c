"""What each answer leads to, as a table; carriers' rules; pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from notifications.outcomes import ASK_ON, Answer, Kind, after_the_end, back_off, following, retry_after
from notifications.rules import Rules

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
MAINLAND = Rules(500, links=False, words=("摇号", "抽签"))


@pytest.mark.parametrize(
    ("kind", "state", "counted", "unsure", "outcome"),
    [
        (Kind.TAKEN, "sent", True, False, "sent"),
        (Kind.REFUSED, "failed", True, False, "failed"),
        (Kind.HELD, "queued", False, False, "held"),
        (Kind.THROTTLED, "queued", False, False, ""),
        (Kind.TRANSIENT, "queued", True, False, "retry"),
        (Kind.DOUBTFUL, "queued", True, True, "retry"),
    ],
)
def test_every_answer_leads_on(kind: Kind, state: str, outcome: str, *, counted: bool, unsure: bool) -> None:
    then = following(Answer(kind), attempts=3, urgent=False, left=9000, chance=0.5)
    assert (then.state, then.counted, then.unsure, then.outcome) == (state, counted, unsure, outcome)


@given(some.sampled_from(Kind), some.integers(0, 5000), some.booleans(), some.floats(-1e6, 1e6), some.floats(0, 1))
def test_no_number_of_answers_ends_a_message_that_may_still_be_sent(
    kind: Kind, attempts: int, urgent: bool, left: float, chance: float
) -> None:
    then = following(Answer(kind), attempts=attempts, urgent=urgent, left=left, chance=chance)
    assert (then.state == "failed") is (kind is Kind.REFUSED)
    assert 0 <= then.wait <= 900
    if left > 0:
        assert then.wait <= left


def test_a_silent_request_is_left_to_end_and_a_named_time_is_obeyed() -> None:
    silent = Answer(Kind.DOUBTFUL, silent=True)
    assert following(silent, attempts=0, urgent=True, left=300, chance=0).wait >= 15
    told = Answer(Kind.DOUBTFUL, retry_after=120)
    assert following(told, attempts=0, urgent=False, left=9000, chance=0).wait == 120


def test_waits_grow_and_stay_bounded() -> None:
    waits = [back_off(attempts, urgent=False, chance=1) for attempts in range(12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5, 900)
    assert back_off(50, urgent=True, chance=0) == 22.5


def test_past_its_end_a_message_is_asked_for_a_day() -> None:
    ends = NOW - timedelta(hours=1)
    assert after_the_end(NOW, ends, known=True) == "expired"
    assert after_the_end(NOW, ends, known=False) == ""
    assert after_the_end(ends + ASK_ON, ends, known=False) == "unclear"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", None), ("soon", None), ("0", 0), ("30", 30), ("999999", 3600), ("-5", None), ("³", None),
     ("Mon, 01 Jun 2026 08:01:00 GMT", 60), ("Mon, 01 Jun 2026 07:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_read_as_http_writes_it(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    ["请看 https://example.org", "see www.example.org", "点ｗｗｗ．example．org", "www .gov", "t.cn/abc", "edu.cn 登录",
     "请登录enroll.gov.cn。",
     "FTP://x", "weixin://dl", "http\u200b://a", "sub.domain.example.top"],
)  # fmt: skip
def test_links_of_every_kind_are_found(text: str) -> None:
    assert [one.kind for one in MAINLAND.objections(text)] == ["link"]


@pytest.mark.parametrize("text", ["参加摇号", "摇 号", "摇\u200b号", "公开抽签"])
def test_filtered_words_are_found_however_they_are_spaced(text: str) -> None:
    assert [one.kind for one in MAINLAND.objections(text)] == ["word"]


@pytest.mark.parametrize(
    "text",
    ["请于2026-06-20 17:00前更正：户口簿。", "e.g. the deed. Please call.", "面积89.5平方米",
     "St. Mary No.5", "不动产权第0012345号。com", "3.14", "x" * 500],
)  # fmt: skip
def test_plain_words_pass(text: str) -> None:
    assert MAINLAND.objections(text) == ()


def test_the_rules_are_data() -> None:
    assert [one.what for one in Rules(10).objections("x" * 11)] == ["10"]
    assert Rules(10, links=True).objections("www.a.cn") == ()
    assert Rules(10).objections("摇号") == ()

"""Which dates fit together, and which may still change: the rules as a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from enrollment.seasons.days.dates import RoundDates, Span, Standing, Wrong, contradictions, refusals
from enrollment.seasons.states import ROUND
from enrollment.seasons.words import DATE_WRONG, wrong_words
from foundation.clock import SHANGHAI
from foundation.days import moment_said


def at(day: str, time: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"2027-{day}T{time}").replace(tzinfo=SHANGHAI)


NOW = at("03-01", "12:00")
MAIN = RoundDates("primary", "main", at("06-20"), at("07-05", "17:00"), at("07-25", "10:00"), date(2027, 6, 15))
LATER = RoundDates("primary", "supplementary", at("08-10"), at("08-15", "17:00"), at("08-20", "10:00"))
DRAW = Span("draw", date(2027, 7, 20), date(2027, 7, 24))
CHECK_IN = Span("checkin", date(2027, 8, 31), date(2027, 8, 31))


def said(
    rounds: Sequence[RoundDates], calendar: Sequence[Span] = (DRAW, CHECK_IN), new: Sequence[int] = (0, 1)
) -> set[tuple[str, str]]:
    return {(one.place, one.code) for one in contradictions(2027, rounds, calendar, now=NOW, new=new)}


def test_dates_that_fit_are_not_complained_of() -> None:
    assert said([MAIN, LATER]) == set()
    assert said([RoundDates("primary", "main", None, None, None)], [Span("draw", None, None)]) == set()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"closes_at": at("06-20")}, {("rounds.0.closes_at", "closes_first")}),
        ({"opens_at": at("07-06"), "check_on": None}, {("rounds.0.closes_at", "closes_first")}),
        (
            {"results_at": at("07-05", "17:00")},
            {("rounds.0.results_at", "results_first"), ("rounds.0.results_at", "results_before_draw")},
        ),
        ({"results_at": at("07-19", "23:59")}, {("rounds.0.results_at", "results_before_draw")}),
        ({"results_at": at("07-20", "00:00")}, set()),
        ({"closes_at": at("07-20", "08:00")}, {("calendar.0.starts", "draw_first")}),
        ({"closes_at": at("07-19", "23:59")}, set()),
        ({"opens_at": at("03-01", "11:59")}, {("rounds.0.opens_at", "past")}),
        ({"opens_at": NOW}, set()),
        ({"check_on": date(2027, 7, 26)}, {("rounds.0.check_on", "check_late")}),
        ({"answer_days": 0}, {("rounds.0.answer_days", "days")}),
        ({"seat_days": 61}, {("rounds.0.seat_days", "days")}),
        ({"answer_days": 60}, {("calendar.1.starts", "check_in_early")}),
        (
            {"opens_at": datetime(2026, 6, 20, 8, tzinfo=SHANGHAI)},
            {("rounds.0.opens_at", "other_year"), ("rounds.0.opens_at", "past")},
        ),
    ],
)
def test_a_contradiction_is_named_at_its_field(change: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert said([replace(MAIN, **change)]) == expected  # type: ignore[arg-type]


def test_rounds_of_a_stage_follow_one_another_and_stand_once() -> None:
    assert said([MAIN, replace(LATER, opens_at=at("07-25", "09:59"))]) == {("rounds.1.opens_at", "overlap")}
    assert said([MAIN, replace(LATER, opens_at=at("07-25", "10:00"))]) == set()
    assert said([MAIN, replace(LATER, stage="junior", opens_at=at("07-01"))]) == set()
    assert said([MAIN, MAIN]) == {("rounds.1.kind", "twice")}
    assert said([MAIN, replace(MAIN, kind="private")]) == set()  # both kinds file at the same time


def test_lines_of_the_calendar() -> None:
    assert said([], [Span("review", date(2027, 7, 2), date(2027, 7, 1))]) == {("calendar.0.ends", "ends_first")}
    assert said([], [Span("review", date(2026, 7, 1), date(2027, 7, 1))]) == {("calendar.0.starts", "other_year")}
    assert said([MAIN], [Span("draw", date(2027, 7, 5), None)]) == {("calendar.0.starts", "draw_first")}
    assert said([MAIN], [Span("checkin", date(2027, 8, 1), None)]) == set()
    assert said([MAIN], [Span("checkin", date(2027, 7, 31), None)]) == {("calendar.0.starts", "check_in_early")}


def test_only_a_new_round_may_not_begin_in_the_past() -> None:
    gone = replace(MAIN, opens_at=at("02-01"), closes_at=at("03-20"))
    assert said([gone], new=[]) == set()
    assert said([gone], new=[0]) == {("rounds.0.opens_at", "past")}


@pytest.mark.parametrize(
    ("state", "name", "value", "judged", "code"),
    [
        ("planned", "opens_at", at("06-21"), 0, ""),
        ("planned", "opens_at", NOW - timedelta(minutes=1), 0, "past"),
        ("open", "opens_at", at("06-21"), 0, "fixed"),
        ("open", "closes_at", at("07-08"), 0, ""),
        ("open", "closes_at", NOW - timedelta(minutes=1), 0, "past"),
        ("paused", "closes_at", at("07-08"), 3, ""),
        ("closed", "closes_at", at("07-08"), 3, ""),
        ("frozen", "closes_at", at("07-08"), 3, "fixed"),
        ("frozen", "results_at", at("07-28"), 3, ""),
        ("admitted", "results_at", at("07-28"), 3, ""),
        ("published", "results_at", at("07-28"), 3, "fixed"),
        ("published", "answer_days", 9, 3, "fixed"),
        ("published", "seat_days", 5, 3, ""),
        ("open", "check_on", date(2027, 6, 14), 0, ""),
        ("open", "check_on", date(2027, 6, 14), 2, "judged"),
        ("open", "check_on", None, 2, "judged"),
    ],
)
def test_what_may_change_follows_from_how_far_the_round_is(
    state: str, name: str, value: object, judged: int, code: str
) -> None:
    after = replace(MAIN, **{name: value})  # type: ignore[arg-type]
    found = refusals(4, MAIN, after, Standing(state, judged), now=NOW)
    assert [(one.place, one.code) for one in found] == ([(f"rounds.4.{name}", code)] if code else [])
    assert refusals(0, MAIN, MAIN, Standing(state, judged), now=NOW) == ()


def test_every_state_is_ruled_and_every_contradiction_has_words() -> None:
    for state in ROUND.states():
        refusals(0, MAIN, replace(MAIN, seat_days=4), Standing(state), now=NOW)
    for code in DATE_WRONG:
        assert moment_said(NOW) in wrong_words(Wrong("x", code, NOW)) or "%(against)s" not in str(DATE_WRONG[code])

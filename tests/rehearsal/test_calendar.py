"""The calendar of a folder lies around today: in order, with what follows the results still to come."""

from datetime import date

import pytest

from rehearsal.calendar import compressed

OPENS, RESULTS, TODAY = date(2026, 6, 20), date(2026, 7, 25), date(2026, 11, 22)


def days_of(*days: str) -> list[int]:
    rows = [{"key": "x", "zh": "甲", "en": "A", "starts": day, "ends": day} for day in days]
    moved = compressed(rows, opens=OPENS, results=RESULTS, today=TODAY, within=15)
    assert all((row["key"], row["zh"], row["starts"]) == ("x", "甲", row["ends"]) for row in moved)
    return [(date.fromisoformat(row["starts"]) - TODAY).days for row in moved]


@pytest.mark.parametrize(
    ("day", "away"),
    [("2026-05-20", -31), ("2026-06-20", 0), ("2026-07-25", 15), ("2026-07-26", 16), ("2026-08-31", 15 + 37)],
)
def test_before_and_after_the_distances_stay(day: str, away: int) -> None:
    assert days_of(day) == [away]


def test_the_order_of_all_days_stays() -> None:
    moved = days_of(*[date.fromordinal(OPENS.toordinal() + number).isoformat() for number in range(-20, 80)])
    assert moved == sorted(moved)


def test_a_calendar_whose_results_come_at_once_does_not_divide_by_nothing() -> None:
    row = {"key": "x", "starts": "2026-06-20", "ends": "2026-06-22"}
    (moved,) = compressed([row], opens=OPENS, results=OPENS, today=TODAY, within=15)
    assert moved["starts"] == "2026-11-22"

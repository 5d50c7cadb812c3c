"""Days and moments in one form, in the reader's language."""

from datetime import date, datetime

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from foundation import clock
from foundation.days import day_in_full, day_said, moment_in_full, moment_said, plain_said

AT = datetime(2026, 12, 13, 21, 8, tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", ["12月13日（周日）", "12月13日（周日）21:08", "2026年12月13日", "2026年12月13日 21:08"]),
        ("en", ["Sun 13 Dec", "Sun 13 Dec 21:08", "13 Dec 2026", "13 Dec 2026 21:08"]),
    ],
)
def test_a_day_and_a_moment_of_this_year_and_for_years(language: str, said: list[str]) -> None:
    with override(language), clock.at(AT):
        found = [day_said(AT.date()), moment_said(AT), day_in_full(AT.date()), moment_in_full(AT)]
        assert found == said
        assert [plain_said("2026-12-13"), plain_said("2026-12-13 21:08")] == said[:2]


def test_a_day_of_another_year_says_its_year() -> None:
    with override("zh-hans"), clock.at(AT):
        assert day_said(date(2027, 1, 2)) == "2027年1月2日"
        assert plain_said("2027-01-02 08:00") == "2027年1月2日 08:00"


@pytest.mark.parametrize("text", ["", "2026-13-45", "2026-12-13 25:00", "滨湖路2026-12-13号", "2026-12-13T21:08"])
def test_what_is_no_plain_day_stays(text: str) -> None:
    assert plain_said(text) == text


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 - set beside
def test_every_plain_moment_is_said_as_the_moment_it_names(at: datetime) -> None:
    here = at.replace(tzinfo=clock.SHANGHAI)
    with override("zh-hans"):
        assert plain_said(clock.written(here)) == moment_said(here)

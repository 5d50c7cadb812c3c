"""Dates as families write them: read, or asked back in words; never a wrong one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers import MESSAGES, latest, read_date

TODAY = date(2026, 11, 29)
DAYS = st.dates(date(1930, 1, 1), TODAY)
HAN = "〇一二三四五六七八九"


def han(number: int) -> str:
    """1 to 99 as a Chinese numeral."""
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else HAN[tens]) + "十" if tens else "") + (HAN[ones] if ones else "")


FORMS: dict[str, Callable[[date], str]] = {
    "iso": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "dots": lambda d: f"{d.year}.{d.month}.{d.day}",
    "joined": lambda d: f"{d:%Y%m%d}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "spoken": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 号",
    "numerals": lambda d: f"{''.join(HAN[int(c)] for c in str(d.year))}年{han(d.month)}月{han(d.day)}日",
    "full width": lambda d: d.isoformat().translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"}),
    "with a time": lambda d: f"{d.isoformat()}T00:00:00",
    "with a week day": lambda d: f"{d.year}年{d.month}月{d.day}日（周一）",
    "republic": lambda d: f"民国{d.year - 1911}年{d.month}月{d.day}日",
}


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS)
def test_every_way_of_writing_a_day_is_that_day(form: str, day: date) -> None:
    read = read_date(FORMS[form](day), today=TODAY)
    assert (read.value, read.code) == (day.isoformat(), "")


@given(day=st.dates(date(1930, 1, 1), TODAY), mark=st.sampled_from("-./ 年"))
def test_a_year_of_two_digits_is_the_latest_one_that_has_been(day: date, mark: str) -> None:
    read = read_date(f"{day:%y}{mark}{day.month}-{day.day}", today=TODAY)
    year = day.year if day.year > TODAY.year - 100 else day.year + 100
    if date(year, day.month, min(day.day, 28)) > TODAY:
        assert read.code == "date_future"
    elif read.value:
        assert read.value == date(year, day.month, day.day).isoformat()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("22-9-1", "2022-09-01"),
        ("19.8.31", "2019-08-31"),
        ("98-9-1", "1998-09-01"),
        ("民国108年8月31日", "2019-08-31"),
        ("民國元年1月1日", "1912-01-01"),
        ("31/8/2020", "2020-08-31"),
        ("8/31/2020", "2020-08-31"),
        ("5/5/2020", "2020-05-05"),
    ],
)
def test_what_was_stored_as_the_year_22_is_read(typed: str, value: str) -> None:
    assert read_date(typed, today=TODAY).value == value


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("5/6/2020", "date_order"),
        ("1-9-22", "date_order"),
        ("108年8月31日", "date_calendar"),
        ("2020-02-30", "date_none"),
        ("20201301", "date_none"),
        ("0000-00-00", "date_none"),
        ("2027-01-01", "date_future"),
        ("2022年9月", "date_day"),
        ("2022", "date_day"),
        ("八月三十一日", "date"),
        ("去年秋天", "date"),
        ("2020-8-311", "date"),
        ("1/2", "date"),
        ("22", "date"),
        ("", "date"),
        ("9" * 400, "date"),
    ],
)
def test_what_cannot_be_read_one_way_is_asked(typed: str, code: str) -> None:
    read = read_date(typed, today=TODAY)
    assert (read.value, read.code) == ("", code)
    assert MESSAGES[code]


@pytest.mark.parametrize("typed", ["2022年9月", "2022-09", "202209", "2022年9月份", "大约2022年9月", "2022年9月左右"])
def test_about_takes_a_month(typed: str) -> None:
    read = read_date(typed, today=TODAY, about=True)
    assert (read.value, read.exact) == ("2022-09", "month")


@pytest.mark.parametrize("typed", ["2022", "2022年", "二〇二二年", "约2022年"])
def test_about_takes_a_year(typed: str) -> None:
    read = read_date(typed, today=TODAY, about=True)
    assert (read.value, read.exact) == ("2022", "year")


@given(DAYS)
def test_what_is_said_only_about_means_its_last_day_at_the_latest(day: date) -> None:
    assert latest(day.isoformat()) == day
    month, year = latest(f"{day:%Y-%m}"), latest(f"{day:%Y}")
    assert day <= month <= year
    assert (month + timedelta(days=1)).day == 1
    assert (year.month, year.day) == (12, 31)


@given(st.text(max_size=40), st.booleans())
def test_any_text_is_a_day_that_has_been_or_a_sentence(typed: str, about: bool) -> None:
    read = read_date(typed, today=TODAY, about=about)
    assert bool(read.value) != bool(read.code)
    if read.value:
        assert date(1900, 1, 1) <= latest(read.value)
        assert read_date(read.value, today=TODAY, about=about) == read
    else:
        assert read.code in MESSAGES

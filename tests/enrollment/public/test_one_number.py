"""No two pages with two numbers for one fact: what every page says of days and dates, in every state of a round.

The source is the rounds and the calendar of the season. A page may say less than the source, never anything else: each
"still N days" must be the number of days to something that is to come, and each date one of the season's own or of
what happened to the family.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from enrollment.seasons.models import Application, Round, Season
from foundation import clock
from tests import factories
from tests.enrollment.outcome.test_letters import enter

pytestmark = pytest.mark.django_db
PUBLIC = (
    "/",
    "/calendar/",
    "/results/",
    "/help/",
    "/guides/",
    "/policies/",
    "/eligibility/",
    "/find-school/",
    "/schools/",
)
# of the season, in days from its announcement; each distance is another one, so that none is right by chance
OPENS, CLOSES, REVIEW, DRAW, RESULTS, CHECK_IN = 11, 24, 30, 41, 45, 97
MORE_OPENS, MORE_CLOSES, MORE_RESULTS = 62, 69, 75
STATES = {  # name: the day, and the state of the main and of the supplementary round
    "announced": (3, "planned", "planned"),
    "open": (15, "open", "planned"),
    "day before closing": (23, "open", "planned"),
    "closing day": (24, "open", "planned"),
    "closed": (26, "closed", "planned"),
    "drawn": (41, "drawn", "planned"),
    "published": (46, "published", "planned"),
    "published before its day": (43, "published", "planned"),
    "supplementary": (64, "published", "open"),
    "over": (99, "published", "published"),
}
FIRST = date(2027, 3, 1)
DAYS_LEFT = re.compile(r"(?:还剩|还有)\s*(\d+)\s*天|(\d+)\s*天后")
DATES = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:（周(.)）)?")


def at(day: int, hour: int = 9) -> datetime:
    return datetime.combine(FIRST + timedelta(days=day), time(hour, 30), tzinfo=clock.SHANGHAI)


@pytest.fixture
def played() -> Iterator[Application]:
    with clock.at(at(15)):
        place = factories.world()
        season = place.round.season
        rows = [
            ("publish", "公布政策", 0),
            ("review", "审核", REVIEW),
            ("draw", "随机录取", DRAW),
            ("checkin", "报到", CHECK_IN),
        ]
        calendar = [
            {"key": key, "zh": zh, "en": key, "starts": str(at(day).date()), "ends": str(at(day).date())}
            for key, zh, day in rows
        ]
        Season.objects.filter(pk=season.pk).update(calendar=calendar)
        days = {"opens_at": at(OPENS, 8), "closes_at": at(CLOSES, 17), "results_at": at(RESULTS, 10)}
        Round.objects.filter(pk=place.round.pk).update(**days)
        more = {"opens_at": at(MORE_OPENS, 8), "closes_at": at(MORE_CLOSES, 17), "results_at": at(MORE_RESULTS, 10)}
        Round.objects.create(
            season=season, stage="primary", kind="supplementary", policy=place.round.policy, state="planned", **more
        )
        yield factories.application(
            "approved", place=factories.World(Round.objects.get(pk=place.round.pk), place.school, place.other_school)
        )


def still_to_come(today: int, main: str, more: str) -> set[int]:
    """Days from ``today`` to whatever is still ahead, by the source alone."""
    ahead = {CHECK_IN}
    if main == "planned":
        ahead |= {OPENS}
    if main in {"planned", "open"}:
        ahead |= {CLOSES}
    if main != "published":
        ahead |= {REVIEW, DRAW, RESULTS}
    if more == "planned":
        ahead |= {MORE_OPENS}
    if more in {"planned", "open"}:
        ahead |= {MORE_CLOSES}
    if more != "published":
        ahead |= {MORE_RESULTS}
    return {day - today for day in ahead if day >= today}


def words(client: Client, path: str) -> str:
    page = client.get(path, headers={"accept-language": "zh-hans"})
    assert page.status_code == 200, path
    main = re.sub(r"<(script|style).*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", main))


@pytest.mark.parametrize("state", STATES)
def test_every_page_says_the_same_days_and_dates(played: Application, state: str) -> None:
    today, main, more = STATES[state]
    Round.objects.filter(kind="main").update(state=main)
    Round.objects.filter(kind="supplementary").update(state=more)
    days = {0, REVIEW, OPENS, CLOSES, DRAW, RESULTS, MORE_OPENS, MORE_CLOSES, MORE_RESULTS, CHECK_IN}
    known = {at(day).date() for day in days} | {at(15).date()}
    wrong: list[str] = []
    with clock.at(at(today)):
        cache.clear()
        own = (f"/my/applications/{played.pk}/", "/my/", f"/results/{played.round_id}/")
        visits = [(Client(), path) for path in PUBLIC] + [(enter(played.guardian), path) for path in own]
        for client, path in visits:
            said = words(client, path)
            for found in DAYS_LEFT.finditer(said):
                number = int(found[1] or found[2])
                if number not in still_to_come(today, main, more):
                    wrong.append(f"{path}: {found[0]}")
            for year, month, day, weekday in DATES.findall(said):
                named = date(int(year or clock.today().year), int(month), int(day))
                if not year and named not in known:
                    wrong.append(f"{path}: {month}月{day}日")
                if weekday and "一二三四五六日"[named.weekday()] != weekday:
                    wrong.append(f"{path}: {month}月{day}日（周{weekday}）")
    assert wrong == []


@pytest.mark.parametrize("state", ["announced", "open", "closing day"])
def test_the_first_page_the_calendar_and_the_family_count_the_same_days(played: Application, state: str) -> None:
    today, main, _more = STATES[state]
    Round.objects.filter(kind="main").update(state=main)
    with clock.at(at(today)):
        cache.clear()
        front, calendar = words(Client(), "/"), words(Client(), "/calendar/")
        counted = {int(one[0] or one[1]) for one in DAYS_LEFT.findall(calendar)}
        assert {int(one[0] or one[1]) for one in DAYS_LEFT.findall(front)} <= counted
        if state == "closing day":
            assert "今天截止" in calendar
            assert "还剩8小时" in front


def test_after_the_publication_nothing_of_the_draw_is_still_to_come(played: Application) -> None:
    Round.objects.filter(kind="main").update(state="published")
    with clock.at(at(43)):  # two days before the announced day of the results
        for client, path in ((Client(), "/calendar/"), (enter(played.guardian), f"/my/applications/{played.pk}/")):
            said = words(client, path)
            assert "还有2天" not in said, path

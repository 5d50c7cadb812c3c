"""The season's calendar and the policies, for everybody."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from enrollment.public.season.selectors import Phase, calendar_of
from enrollment.seasons.models import PolicyVersion, Round, Season
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.services.seasons import policy_store
from foundation import clock
from policy import scheme_text
from policy.plain import Clause, described
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> factories.World:
    return factories.world()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def test_a_deadline_stands_until_the_end_of_its_minute() -> None:
    phase = Phase("x", at("2026-06-20T08:00"), at("2026-07-05T17:00"), by_minute=True)
    with clock.at(at("2026-06-20T07:59:59")):
        assert (phase.standing, phase.days) == ("coming", 0)
    with clock.at(at("2026-06-18T23:00")):
        assert (phase.standing, phase.days) == ("coming", 2)
    with clock.at(at("2026-07-05T17:00:59")):
        assert (phase.standing, phase.days) == ("now", 0)
    with clock.at(at("2026-07-05T17:01")):
        assert phase.standing == "past"


def test_a_day_stands_until_it_is_over() -> None:
    phase = Phase("x", date(2026, 8, 31), date(2026, 8, 31))
    with clock.at(at("2026-08-31T23:59")):
        assert phase.standing == "now"
    with clock.at(at("2026-09-01T00:00")):
        assert phase.standing == "past"


def test_the_calendar_names_every_round_and_milestone_in_order(client: Client, place: factories.World) -> None:
    today = clock.today()
    late, soon = today + timedelta(days=40), today + timedelta(days=3)
    rows = [("checkin", "报到", late), ("review", "审核", soon), ("apply", "网上报名", soon)]
    Season.objects.update(
        calendar=[
            {"key": key, "zh": zh, "en": key, "starts": day.isoformat(), "ends": day.isoformat()}
            for key, zh, day in rows
        ]
    )
    names = [phase.name for phase in calendar_of(Season.objects.get())]
    assert len(names) == 4  # applications and results of the round, review, check-in
    assert names.index("审核") < names.index("报到")
    page = client.get(reverse("enrollment:calendar")).content.decode()
    assert "还有3天" in page
    assert "报到" in page


@pytest.mark.parametrize(
    ("state", "standing"),
    [("open", ["now", "coming"]), ("closed", ["past", "coming"]), ("published", ["past", "past"])],
)
def test_what_the_office_has_ended_is_over_before_its_time(
    place: factories.World, state: str, standing: list[str]
) -> None:
    Round.objects.update(state=state)
    assert [phase.standing for phase in calendar_of(Season.objects.get())] == standing


def test_the_calendar_file_is_folded_and_in_utc(client: Client, place: factories.World) -> None:
    Round.objects.update(opens_at=at("2026-06-20T08:00"), closes_at=at("2026-07-05T17:00"))
    answer = client.get(reverse("enrollment:calendar-ics"))
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "DTSTART:20260620T000000Z" in lines
    assert "DTEND:20260705T090000Z" in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2


def test_policies_are_public_once_a_round_is_run_by_them(client: Client, place: factories.World) -> None:
    version = place.round.policy
    page = client.get(reverse("enrollment:policies")).content.decode()
    assert "五类办法" in page
    draft = policy_store(
        district=version.district, code="changde", text=scheme_text("changde").replace("count: 2", "count: 3")
    )
    assert client.get(reverse("enrollment:policy", args=["430702", "changde", draft.number])).status_code == 404
    assert client.get(reverse("enrollment:policy-text", args=["430702", "changde", draft.number])).status_code == 404


def said(line: Clause, lang: str) -> list[str]:
    return [line.text.of(lang), *(text for part in line.parts for text in said(part, lang))]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_decides_is_printed_before_what_the_bureau_says_of_it(place: factories.World, language: str) -> None:
    version = place.round.policy
    client = Client(headers={"accept-language": language})
    page = client.get(reverse("enrollment:policy", args=["430702", "changde", version.number])).content.decode()
    lang = language.partition("-")[0]
    cards = page.split('aria-labelledby="group-')[1:]
    plain = described(compiled(version))
    assert len(cards) == len(plain.groups)
    for card, group in zip(cards, plain.groups, strict=True):
        folded, own = card.index("<details"), card.index("own-words")
        lines = said(group.conditions, lang)
        assert lines
        assert [line for line in lines if escape(line) not in card[:folded]] == []
        assert escape(group.rule.of(lang)) in card[own:]
        assert escape(group.rule.of(lang)) not in card[:own]


def test_a_later_version_says_what_changed(client: Client, place: factories.World) -> None:
    changed = scheme_text("changde").replace("count: 2", "count: 3")
    later = policy_store(district=place.round.policy.district, code="changde", text=changed)
    Round.objects.create(
        season=place.round.season,
        stage="junior",
        kind="main",
        policy=later,
        opens_at=place.round.opens_at,
        closes_at=place.round.closes_at,
        results_at=place.round.results_at,
        state="planned",
    )
    newest = client.get(reverse("enrollment:policy-newest", args=["430702", "changde"]))
    assert newest["Location"] == reverse("enrollment:policy", args=["430702", "changde", later.number])
    page = client.get(newest["Location"]).content.decode()
    assert "最多填报3所学校" in page
    assert "<del>每个孩子最多填报2所学校。</del>" in page
    first = client.get(reverse("enrollment:policy", args=["430702", "changde", 1])).content.decode()
    assert "与上一版相比的变化" not in first


def test_the_text_that_judges_is_given_out_whole(client: Client, place: factories.World) -> None:
    version = PolicyVersion.objects.get()
    answer = client.get(reverse("enrollment:policy-text", args=["430702", "changde", version.number]))
    assert answer.content.decode() == version.text


@pytest.mark.parametrize(
    "path", ["/policies/430702/none/", "/policies/430702/changde/99/", "/policies/x%00/changde/1/"]
)
def test_what_is_not_there_is_answered_kindly(client: Client, place: factories.World, path: str) -> None:
    assert client.get(f"/policies/{path}").status_code == 404


def test_a_rehearsal_is_not_shown(client: Client, place: factories.World) -> None:
    Season.objects.update(rehearsal=True)
    assert "尚未公布" in client.get(reverse("enrollment:calendar")).content.decode()
    assert "五类办法" not in client.get(reverse("enrollment:policies")).content.decode()

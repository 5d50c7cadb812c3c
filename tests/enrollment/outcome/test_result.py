"""The moment of the result: the school first, the reason as a rank, and for nobody a refusal without a date."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.outcome.result import BAR, Rank, rank_of, result_of
from enrollment.outcome.without_place import without_place
from enrollment.seasons.days.calendar import after_working_days
from enrollment.seasons.models import AfterRules, Application, Round, Season
from enrollment.seasons.results import explained
from foundation import clock
from foundation.days import day_said
from foundation.errors import NotAllowed
from schools.models import School
from tests import factories
from tests.enrollment.outcome.test_letters import enter, placed
from tests.entering import signed_in
from tests.lottery.factories import ceremony

pytestmark = pytest.mark.django_db


def line(school: str, outcome: str, **changed: Any) -> dict[str, Any]:
    own, last = {"position": 3}, {"position": 20}
    return {"school": school, "outcome": outcome, "own": own, "last": last, "seats": 14, "applied": 40} | changed


def test_the_rank_is_that_of_the_school_that_placed_the_child() -> None:
    told = {"choices": [line("A", "outranked", own={"position": 30}), line("B", "placed")], "coordination": None}
    assert rank_of(told, "B") == Rank(3, 20, 14, 40)
    assert rank_of(told, "A") is None  # a place from a waiting list or a correction has no rank in the run
    assert rank_of(None, "B") is None
    assert rank_of({"choices": [line("B", "placed", own=None)]}, "B") is None


@given(st.integers(1, 9_000), st.integers(0, 9_000), st.integers(0, 9_000))
def test_the_childs_mark_never_stands_beyond_the_last_one_placed(place: int, more: int, others: int) -> None:
    rank = Rank(place, place + more, 1, others)
    assert 0 <= rank.own_at <= rank.placed_to <= BAR


def test_a_played_round_shows_the_school_and_a_rank_that_the_table_confirms() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    ranks = []
    for application in one.round.applications.filter(state="offered"):
        told = explained(application.pk)
        result = result_of(application, told)
        assert result is not None
        assert result.school is not None
        if result.rank is not None:
            row = run.result["schools"][result.school.pk]
            assert (result.rank.seats, result.rank.applied) == (row["seats"], row["applied"])
            assert result.rank.place <= result.rank.last == row["last"]["position"]
            ranks.append(result.rank)
    assert ranks
    shown = one.round.applications.filter(state="offered").exclude(offer__kind="coordination")[0]
    page = enter(shown.guardian).get(f"/my/applications/{shown.pk}/").content.decode()
    assert shown.offer is not None
    assert shown.offer.school is not None
    body = page[page.index("<main") :]
    assert body.index(shown.offer.school.name) < body.index(shown.receipt)
    assert '<h1 class="result-school" id="result">' in page
    assert "rank-own" in page


def test_who_has_no_place_reads_who_does_what_and_when_before_the_reason() -> None:
    application = placed("waiting")
    season = application.round.season
    day = clock.today() + timedelta(days=20)
    row = {"key": "checkin", "zh": "报到", "en": "Check-in", "starts": day.isoformat(), "ends": day.isoformat()}
    Season.objects.filter(pk=season.pk).update(calendar=[row])
    Round.objects.create(
        season=season,
        stage="primary",
        kind="supplementary",
        policy=application.round.policy,
        opens_at=clock.now() + timedelta(days=9),
        closes_at=clock.now() + timedelta(days=12),
        results_at=clock.now() + timedelta(days=15),
        state="planned",
    )
    application.refresh_from_db()
    result = result_of(application, None)
    assert result is not None
    assert [step.who for step in result.steps] == ["教育局", "您（可选）", "学校"]
    assert all(step.last is None or step.last >= clock.today() for step in result.steps)
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/").content.decode()
    assert page.index("教育局正在为孩子安排学校") < page.index("补报名") < page.index("为什么还没有学位")
    assert "未录取" not in page.split("为什么还没有学位")[0]


def promise(application: Application, days: int | None) -> None:
    AfterRules.objects.update_or_create(season=application.round.season, defaults={"place_days": days})


def test_the_day_of_a_place_is_the_seasons_own_and_officials_have_the_same_on_their_list() -> None:
    application = placed("waiting")
    assert application.offer is not None
    official = factories.staff("official")
    desk, path = signed_in(official), "/official/without-place/"
    for days, day in ((None, None), (10, after_working_days(application.offer.published_at, 10, AfterRules()))):
        promise(application, days)
        result = result_of(application, None)
        assert result is not None
        assert [(step.who, step.last) for step in result.steps] == [("教育局", day and clock.day_of(day))]
        page = without_place(official)
        assert [(one.application.pk, one.by, one.overdue) for one in page.children] == [(application.pk, day, False)]
        family = enter(application.guardian).get(f"/my/applications/{application.pk}/").content.decode()
        listed = desk.get(path, headers={"accept-language": "zh-hans"}).content.decode()
        assert application.receipt in listed
        if day is not None:
            said = day_said(clock.day_of(day))
            assert said in family
            assert said in listed
    assert day is not None
    with clock.at(day + timedelta(days=1)):
        assert without_place(official).overdue == 1


def test_the_list_of_children_without_a_place_is_only_for_who_decides_and_asks_little(
    django_assert_max_num_queries: Any,
) -> None:
    place = factories.world()
    mine = [placed("waiting", place=place) for _one in range(3)]
    placed("accepted", place=place)
    official = factories.staff("official")
    with django_assert_max_num_queries(6):
        page = without_place(official)
    assert {one.application.pk for one in page.children} == {one.pk for one in mine}
    assert without_place(factories.staff("official", district="430721")).count == 0
    for role in ("clerk", "notary", "supervisor"):
        with pytest.raises(NotAllowed):
            without_place(factories.staff(role))
        assert signed_in(factories.staff(role)).get("/official/without-place/").status_code == 404


def test_a_day_that_is_over_is_not_promised_any_more() -> None:
    application = placed("waiting")
    promise(application, 10)
    result = result_of(application, None)
    assert result is not None
    assert [step.who for step in result.steps] == ["教育局"]
    assert result.steps[0].last is not None
    later = datetime.combine(result.steps[0].last, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(days=1)
    with clock.at(later):
        after = result_of(application, None)
        assert after is not None
        assert after.steps == ()


@pytest.mark.parametrize("state", ["approved", "declined", "lapsed", "verifying"])
def test_before_the_result_and_after_its_end_there_is_no_moment(state: str) -> None:
    assert result_of(factories.application(state), None) is None


def test_a_signed_in_family_finds_its_own_result_before_everybodys_and_nobody_elses() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    mine, other = one.round.applications.filter(state="offered").order_by("pk")[:2]
    School.objects.filter(pk=mine.offer.school_id).update(name="本家学校")  # type: ignore[union-attr] # it has one
    for path in ("/results/", f"/results/{one.round.pk}/"):
        page = enter(mine.guardian).get(path).content.decode()
        own = page[page.index('data-qa="mine"') :].partition("</section>")[0]
        assert "本家学校" in own
        assert str(mine.pk) in own
        assert str(other.pk) not in page
        assert 'data-qa="mine"' not in enter(factories.guardian()).get(path).content.decode()

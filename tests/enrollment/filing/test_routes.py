"""The two routes and the shared seats, told where a family chooses, looks for its school and reads a school's page."""

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from enrollment.filing.schools import choice_warnings, nearby, results_of, school_options
from enrollment.public.schools.selectors import stage_asked
from enrollment.seasons.days.calendar import bring_words
from enrollment.seasons.models import Draft
from enrollment.seasons.services.seasons import after_rules_store, policy_store
from policy import scheme_text
from schools.matching import AddressRule, Zone
from schools.models import School, SeatPlan
from schools.services import seat_plans_store, zones_store
from tests import factories

pytestmark = pytest.mark.django_db
FEES = "学费每学期6800元（示例）"
ROAD = AddressRule("include", "road", "滨湖路", "all", 1, 99)
OTHER = AddressRule("include", "road", "朗州路", "all", 1, 99)


@pytest.fixture
def place() -> factories.World:
    return factories.world()


def ruled(place: factories.World, **sections: object) -> None:
    """The round goes by the scheme with these sections in the place of its own."""
    text = {**yaml.safe_load(scheme_text("changde")), **sections}
    body = yaml.safe_dump(text, allow_unicode=True)
    place.round.policy = policy_store(district=place.school.district, code="changde", text=body)
    place.round.save()


def private(place: factories.World, kind: str = School.Kind.PRIVATE) -> School:
    """A third school that only the draw ranks at."""
    axes = {"longitude": 111.72, "latitude": 29.03}
    school = School.objects.create(
        code="WL03", district=place.school.district, name="民办示例小学", kind=kind, fees=FEES, **axes
    )
    seat_plans_store(plans=[SeatPlan(school=school, year=factories.YEAR, stage="primary", seats=30)])
    return school


def shared(place: factories.World) -> None:
    """Both public schools are of one big zone, each with a zone of its own."""
    ruled(place, big_zone={"share_percent": 40})
    names = (("Z1", "滨湖路学区", "WL01", ROAD), ("Z2", "朗州路学区", "WL02", OTHER))
    zones_store(
        district=place.school.district,
        zones=[
            Zone(code, name, factories.YEAR, "primary", (school,), (rule,), None, "城东大学区")
            for code, name, school, rule in names
        ],
    )


def choices(family: factories.Family) -> str:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(family.guardian)
    return client.get(reverse("enrollment:page", args=[family.draft.public_id, "choices"])).content.decode()


def test_a_round_of_public_schools_alone_explains_no_second_route(place: factories.World) -> None:
    text = choices(factories.family(place))
    assert 'data-qa="routes"' not in text
    assert 'data-qa="big-zone"' not in text


def test_both_routes_are_explained_where_a_family_chooses(place: factories.World) -> None:
    private(place)
    text = choices(factories.family(place))
    assert 'data-qa="routes"' in text
    for words in ("您填的公办志愿，位次不变", "全部由电脑随机录取", "只安排到公办学校", "后面的志愿不再保留学位", FEES):
        assert words in text, words


@pytest.mark.parametrize(
    ("choice", "words", "others"),
    [
        ({"count": 1, "mechanism": "parallel"}, "本批次只能填一所学校", "位次不变"),
        ({"count": 2, "mechanism": "sequential"}, "两条线分开计算第一志愿", "本批次只能填一所学校"),
    ],
)
def test_what_a_lost_draw_means_follows_the_rules(
    place: factories.World, choice: dict[str, object], words: str, others: str
) -> None:
    private(place)
    ruled(place, choices=choice)
    text = choices(factories.family(place))
    assert words in text
    assert others not in text


def test_who_names_drawn_schools_only_is_told_once(place: factories.World) -> None:
    private(place, School.Kind.MIGRANT)
    draft = Draft.objects.get(pk=factories.family(place).draft.pk)
    options = school_options(draft, nearby(draft))
    drawn = [one for one in options if one.school.is_drawn]
    assert [one.school.pk for one in drawn] == ["WL03"]
    told = [str(text) for text in choice_warnings(draft, drawn, options)]
    assert sum("都只看电脑随机录取" in text for text in told) == 1
    assert not any("都只看电脑随机录取" in text for text in choice_warnings(draft, options, options))


def test_the_schools_of_the_big_zone_come_after_ones_own_and_are_named(place: factories.World) -> None:
    private(place)
    shared(place)
    family = factories.family(place)
    draft = Draft.objects.get(pk=family.draft.pk)
    options = school_options(draft, nearby(draft))
    assert [(one.school.pk, one.in_zone, one.shares) for one in options] == [
        ("WL01", True, False),
        ("WL02", False, True),
        ("WL03", False, False),
    ]
    text = choices(family)
    assert "大学区：城东大学区" in text
    assert "滨湖路小学、朗州路小学最多各拿出40%的学位共享" in text
    assert "大学区共享学位" in text


def test_who_may_not_see_the_home_sees_no_big_zone(place: factories.World) -> None:
    shared(place)
    draft = Draft.objects.get(pk=factories.family(place).draft.pk)
    assert not any(one.shares for one in school_options(draft, None))


def test_a_policy_without_sharing_says_nothing_of_it(place: factories.World) -> None:
    shared(place)
    ruled(place)
    assert 'data-qa="big-zone"' not in choices(factories.family(place))


def test_find_school_and_the_schools_pages_say_it_too(place: factories.World) -> None:
    private(place)
    shared(place)
    client = Client(headers={"accept-language": "zh-hans"})
    asked = {"address": "滨湖路12号", "stage": "primary"}
    found = client.post(reverse("enrollment:find-school"), asked).content.decode()
    assert "大学区：城东大学区" in found
    own = client.get(reverse("enrollment:school", args=["WL01"])).content.decode()
    assert "最多各拿出40%的学位共享" in own
    assert 'data-qa="drawn"' not in own
    drawn = client.get(reverse("enrollment:school", args=["WL03"])).content.decode()
    assert 'data-qa="drawn"' in drawn
    assert "同时填报的公办志愿位次不变" in drawn
    assert FEES in drawn


def test_a_school_of_a_big_zone_with_seats_left_does_not_say_that_everybody_got_one(place: factories.World) -> None:
    factories.application("accepted", place=place, school="WL01")
    client = Client(headers={"accept-language": "zh-hans"})
    address = reverse("enrollment:school", args=["WL01"])
    assert "填报的孩子均已录取" in client.get(address).content.decode()
    shared(place)  # from outside only a share of the seats can be had
    text = client.get(address).content.decode()
    assert "填报的孩子均已录取" not in text
    assert "按志愿没有录满" in text


def test_what_a_stage_brings_is_told_to_that_stage_alone(place: factories.World) -> None:
    season = place.round.season
    both = {"zh": "户口簿", "en": "the register"}
    sheet = {"zh": "入园体检表", "en": "the sheet", "stages": ["kindergarten"]}
    after_rules_store(season=season, rules={"bring": [both, sheet]})
    assert len(bring_words(season, "kindergarten")) == 2
    assert bring_words(season, "primary") == bring_words(season, "junior")
    assert len(bring_words(season, "primary")) == 1


def test_of_a_drawn_school_no_group_is_told_that_came_last(place: factories.World) -> None:
    private(place)
    factories.application("accepted", place=place, school="WL03")
    factories.application("accepted", place=place, school="WL01")
    found = results_of(place.school.district_id, factories.YEAR, "primary")
    assert found["WL01"].last_group
    assert (found["WL03"].admitted, found["WL03"].last_group) == (1, "")


def test_who_names_no_stage_asks_for_primary_school() -> None:
    stages = [("kindergarten", ""), ("primary", ""), ("junior", "")]
    assert [stage_asked(stages, named) for named in ("", "junior", "college")] == ["primary", "junior", "primary"]
    assert stage_asked(stages[:1], "") == "kindergarten"

"""The pages open to everybody: the first page in every state, schools, telephones, guides, status, the open API."""

import html
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from enrollment.public.words.guides import GUIDES
from enrollment.public.words.statements import STATEMENTS
from enrollment.seasons.models import Offer, Round, Season
from foundation import clock
from helpdesk.models import ServicePoint
from helpdesk.services import service_points_store
from schools.matching import AddressRule, Zone
from schools.models import School, SeatPlan
from schools.services import zones_store
from tests import factories
from tests.alive import pulse
from verification.models import DataItem

pytestmark = pytest.mark.django_db
PHONE = "0736-5550001"
HOSTILE = ("\0", "长" * 10_000, "<script>alert(1)</script>", "' OR 1=1 --", "99999999999999999999", "-1", "🏫")


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()
    pulse(0)


@pytest.fixture
def client() -> Client:
    """From a network address of its own: the limit of one test is not another's."""
    return Client(REMOTE_ADDR=f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1")


@pytest.fixture
def place() -> factories.World:
    world = factories.world()
    point = ServicePoint(
        district=world.school.district, name="区招生办", level="district", address="x", hours="9-17", phone=PHONE
    )
    service_points_store(points=[point])
    School.objects.filter(pk="WL01").update(phone="0736-5550101", features="足球队、合唱团")
    return world


def page(client: Client, name: str, *args: object, **query: str) -> str:
    return client.get(reverse(f"enrollment:{name}", args=args), query).content.decode()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "登录并报名"),
        ({"state": "paused", "pause_reason": "系统维护到十点"}, "系统维护到十点"),
        ({"state": "planned"}, "网上报名尚未开始"),
        ({"state": "closed"}, "网上报名已结束"),
        ({"state": "frozen"}, "网上报名已结束"),
        ({"state": "published"}, "录取结果已公布"),
    ],
)
def test_the_first_page_says_how_the_season_stands(
    client: Client, place: factories.World, changed: dict[str, Any], says: str
) -> None:
    Round.objects.update(**changed)
    text = page(client, "landing")
    assert says in text
    assert f'href="tel:{PHONE.replace("-", "")}"' in text
    assert reverse("enrollment:eligibility") in text


def test_the_first_page_without_a_season_offers_the_check(client: Client) -> None:
    text = page(client, "landing")
    assert "招生安排尚未公布" in text
    assert "登录并报名" not in text


def test_the_first_page_shows_neither_rehearsals_nor_past_years(client: Client, place: factories.World) -> None:
    now = clock.now()
    old = Season.objects.create(district=place.school.district, year=factories.YEAR - 1)
    Round.objects.create(
        season=old,
        stage="primary",
        policy=place.round.policy,
        opens_at=now - timedelta(days=400),
        closes_at=now - timedelta(days=390),
        results_at=now - timedelta(days=380),
        state="published",
    )
    assert "录取结果已公布" not in page(client, "landing")
    Season.objects.filter(pk=place.round.season_id).update(rehearsal=True)
    assert "登录并报名" not in page(client, "landing")


def test_a_published_result_is_not_hidden_by_a_later_round(client: Client, place: factories.World) -> None:
    now = clock.now()
    Round.objects.update(state="published")
    Round.objects.create(
        season=place.round.season,
        stage="primary",
        kind="supplementary",
        policy=place.round.policy,
        opens_at=now + timedelta(days=20),
        closes_at=now + timedelta(days=30),
        results_at=now + timedelta(days=40),
    )
    text = page(client, "landing")
    assert "录取结果已公布" in text
    assert "20天后开始" in text


def test_an_open_round_past_its_minute_is_not_offered(client: Client, place: factories.World) -> None:
    with clock.at(place.round.closes_at + timedelta(minutes=1)):
        assert "登录并报名" not in page(client, "landing")


def test_an_address_leads_to_its_school_and_is_in_no_address_bar(client: Client, place: factories.World) -> None:
    answer = client.post(reverse("enrollment:find-school"), {"address": factories.HOME, "stage": "primary"})
    text = answer.content.decode()
    assert "滨湖路小学" in text
    assert "滨湖路学区" in text
    assert reverse("enrollment:school", args=["WL01"]) in text
    assert 'method="post"' in text


def test_near_schools_come_by_distance_and_far_ones_not(client: Client, place: factories.World) -> None:
    answer = client.post(reverse("enrollment:find-school"), {"address": factories.HOME})
    assert "972米" in answer.content.decode()  # one hundredth of a degree of longitude at 29.03 degrees north
    School.objects.filter(pk="WL02").update(longitude=111.8)
    answer = client.post(reverse("enrollment:find-school"), {"address": factories.HOME})
    assert "朗州路小学" not in answer.content.decode()


def test_two_zones_for_one_address_go_to_a_person_with_a_telephone(client: Client, place: factories.World) -> None:
    rule = AddressRule("include", "road", "滨湖路", "all", 1, 99)
    both = [
        Zone("Z1", "滨湖路学区", factories.YEAR, "primary", ("WL01",), (rule,), None),
        Zone("Z2", "朗州路学区", factories.YEAR, "primary", ("WL02",), (rule,), None),
    ]
    zones_store(district=place.school.district, zones=both)
    text = client.post(reverse("enrollment:find-school"), {"address": factories.HOME}).content.decode()
    assert "工作人员" in text
    assert PHONE in text
    assert "可能的学校" in text


def test_an_address_that_cannot_be_read_is_kept_and_explained(client: Client, place: factories.World) -> None:
    answer = client.post(reverse("enrollment:find-school"), {"address": "?"})
    assert answer.status_code == 422
    assert 'value="?"' in answer.content.decode()


def test_a_profile_says_seats_zone_and_telephone_and_no_rank(client: Client, place: factories.World) -> None:
    text = page(client, "school", "WL01")
    assert 'href="tel:07365550101"' in text
    assert "滨湖路的门牌号 1–99" in text
    assert "合唱团" in text
    assert "40" in text
    assert "尚无公布的录取结果" in text


def test_a_profile_tells_the_published_result_and_nobody_by_name(client: Client, place: factories.World) -> None:
    application = factories.family(place).submit()
    now = clock.now()
    Offer.objects.create(
        application=application, school=place.school, kind="choice", run_id=1, published_at=now, answer_by=now
    )
    text = page(client, "school", "WL01")
    assert "2026年录取情况" in text
    assert "计划40个学位，按志愿录取1人。" in text
    assert "符合条件并填报的孩子均已录取" in text
    assert application.receipt not in text


@pytest.mark.parametrize("code", ["NONE", "x%00y", "%F0%9F%8F%AB", "a" * 300])
def test_an_unknown_school_is_answered_kindly(client: Client, place: factories.World, code: str) -> None:
    assert client.get(f"/schools/{code}/").status_code == 404


def test_the_list_of_schools_is_ordered_by_name_and_can_be_searched(client: Client, place: factories.World) -> None:
    SeatPlan.objects.filter(school="WL01").update(seats=400)
    text = page(client, "schools")
    names = [school.name for school in School.objects.order_by("name")]
    assert sorted(names, key=text.index) == sorted(names)
    assert "滨湖路小学" not in page(client, "schools", words="朗州")


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_harm_nothing(client: Client, place: factories.World, typed: str) -> None:
    values = dict.fromkeys(("address", "stage", "season", "words", "number", "code", "kind"), typed)
    for name in ("find-school", "schools"):
        answer = client.get(reverse(f"enrollment:{name}"), values)
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.content.decode()
    for name in ("find-school", "check-by-hand"):
        answer = client.post(reverse(f"enrollment:{name}"), values)
        assert answer.status_code in {200, 302, 422}
        assert "<script>alert" not in answer.content.decode()
    for name in ("api-find-school", "api-schools", "api-calendar", "api-policies"):
        assert client.get(reverse(name), values).status_code in {200, 404, 422}


def test_telephones_are_one_tap_by_district(client: Client, place: factories.World) -> None:
    text = page(client, "contacts")
    assert 'href="tel:07365550001"' in text
    assert 'href="tel:07365550101"' in text
    assert "武陵区" in text


@pytest.mark.parametrize("slug", [one.slug for one in GUIDES])
def test_every_guide_is_there_in_both_languages(client: Client, slug: str) -> None:
    chinese = page(client, "guide", slug)
    client.cookies["django_language"] = "en"
    english = page(client, "guide", slug)
    own = next(one for one in GUIDES if one.slug == slug)
    with translation.override("zh-hans"):
        assert str(own.title) in chinese
        assert str(own.title) not in english
    with translation.override("en"):
        assert str(own.sections[0].lines[0]) in html.unescape(english)


@pytest.mark.parametrize("slug", [one.slug for one in STATEMENTS])
def test_every_statement_is_linked_from_the_page_of_all_pages_and_that_from_every_page(
    client: Client, slug: str
) -> None:
    assert client.get(reverse("enrollment:about", args=[slug])).status_code == 200
    assert reverse("enrollment:about", args=[slug]) in page(client, "help")
    assert reverse("enrollment:help") in page(client, "landing").partition("<footer")[2]


def test_a_page_of_words_that_does_not_exist(client: Client) -> None:
    assert client.get("/guides/none/").status_code == 404
    assert client.get("/about/none/").status_code == 404


def test_a_paper_can_be_checked_by_hand(client: Client) -> None:
    answer = client.post(
        reverse("enrollment:check-by-hand"), {"kind": "letter", "number": " wl2026-000012 ", "code": "AbC d9"}
    )
    assert answer["Location"] == reverse("enrollment:check-print", args=["letter", "WL2026-000012", "AbCd9"])
    empty = client.post(reverse("enrollment:check-by-hand"), {"number": "WL1"})
    assert empty.status_code == 422
    assert 'value="WL1"' in empty.content.decode()


def test_the_status_page_tells_what_is_away_without_naming_anybody(client: Client, place: factories.World) -> None:
    assert "一切正常" in page(client, "status")
    cache.clear()
    DataItem.objects.create(agency="permit", division="430702", enabled=False, changed_at=clock.now())
    Round.objects.update(state="paused", pause_reason="系统维护到十点")
    text = page(client, "status")
    assert "暂无回复" in text
    assert "系统维护到十点" in text


def test_the_status_page_is_kept_for_half_a_minute(client: Client, place: factories.World) -> None:
    page(client, "status")
    DataItem.objects.create(agency="permit", division="430702", enabled=False, changed_at=clock.now())
    assert "一切正常" in page(client, "status")


def test_without_a_database_the_status_page_still_speaks_and_knows_the_telephone(
    client: Client, place: factories.World
) -> None:
    page(client, "status")
    cache.clear()

    def away(*_arguments: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        answer = client.get(reverse("enrollment:status"))
    assert answer.status_code == 503
    assert "没有丢失" in answer.content.decode()
    assert PHONE in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("staff", [False, True])
def test_who_is_signed_in_reads_the_status_page_too_when_no_database_can_be_reached(
    client: Client, place: factories.World, monkeypatch: pytest.MonkeyPatch, staff: bool
) -> None:
    client.force_login(factories.staff("official") if staff else factories.guardian())
    page(client, "status")
    connection.close()
    with monkeypatch.context() as unreachable:
        unreachable.setitem(connection.settings_dict, "HOST", "/nowhere")
        with pytest.raises(OperationalError):
            connection.ensure_connection()
        answer = client.get(reverse("enrollment:status"))
        elsewhere = Client(raise_request_exception=False)
        elsewhere.cookies = client.cookies
        assert elsewhere.get("/my/").status_code == 500  # the cookie does ask the database
    assert answer.status_code == 503
    assert "没有丢失" in answer.content.decode()


def test_the_open_api_answers_other_programs(client: Client, place: factories.World) -> None:
    found = client.get(reverse("api-find-school"), {"address": factories.HOME}).json()
    assert (found["outcome"], [one["code"] for one in found["schools"]]) == ("matched", ["WL01"])
    assert [one["metres"] for one in found["near"]] == [972]
    assert client.get(reverse("api-find-school"), {"address": factories.HOME})["Cache-Control"] == "no-store"
    schools = client.get(reverse("api-schools"), {"season": "430702-2026", "stage": "primary"})
    assert len(schools.json()["schools"]) == 2
    assert "max-age" in schools["Cache-Control"]
    assert client.get(reverse("api-calendar")).json()["rounds"][0]["standing"] == "open"
    policy = client.get(reverse("api-policies")).json()["policies"][0]
    assert client.get(policy["page"]).status_code == client.get(policy["text"]).status_code == 200


@pytest.mark.parametrize(
    "season", ["430702-1900", "430702-99999", "999999", "2026", "-", "430702-2026-1", "430702-２０２６"]
)
def test_odd_years_and_districts_are_answered(client: Client, place: factories.World, season: str) -> None:
    for name in ("api-find-school", "api-schools", "api-calendar"):
        answer = client.get(reverse(name), {"season": season, "address": factories.HOME})
        assert answer.status_code == 404
    assert client.get(reverse("enrollment:schools"), {"season": season}).status_code == 200


def test_too_many_requests_of_one_address_wait(client: Client, place: factories.World) -> None:
    answers: list[int] = []
    while 429 not in answers and len(answers) < 600:  # two more places a second while they are asked
        answers.append(client.get(reverse("api-policies")).status_code)
    assert answers[-1] == 429
    assert set(answers[:120]) == {200}

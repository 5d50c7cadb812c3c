"""The family's pages through requests: the shortest way for the common case, and nothing typed is lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Account
from enrollment.seasons.models import Child, Draft, Round
from enrollment.templatetags.moments import day, moment
from foundation import clock
from notifications.models import Message
from tests import factories

Enter = Callable[[Account], Client]


@pytest.fixture
def enter() -> Enter:
    def signed_in(account: Account) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(account)
        return client

    return signed_in


def junior_round(place: factories.World) -> Round:
    now = clock.now()
    return Round.objects.create(
        season=place.round.season,
        stage="junior",
        kind="main",
        policy=place.round.policy,
        state="open",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=7),
        results_at=now + timedelta(days=14),
    )


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "6月20日（周六）00:30"), ("en", "Sat 20 Jun 00:30")])
def test_moments_are_beijing_time_in_one_piece(language: str, text: str) -> None:
    with translation.override(language):
        assert moment(datetime(2026, 6, 19, 16, 30, tzinfo=UTC)) == f'<span class="nowrap">{text}</span>'


def test_days_and_nothing() -> None:
    with translation.override("en"):
        assert day(date(2026, 6, 20)) == '<span class="nowrap">Sat 20 Jun</span>'
        assert day(datetime(2026, 6, 19, 16, 30, tzinfo=UTC)) == '<span class="nowrap">Sat 20 Jun</span>'
    assert (day(None), moment(None)) == ("", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "stage"), [(date(2019, 5, 4), "primary"), (date(2014, 3, 9), "junior")], ids=["six", "twelve"]
)
def test_a_new_child_goes_straight_to_the_round_of_its_age(enter: Enter, born: date, stage: str) -> None:
    junior_round(factories.world())
    client = enter(factories.guardian())
    answer = client.post("/my/children/add/", {"name": "合成小明", "id_number": factories.child_number(born=born)})
    assert answer["Location"].endswith("/guardian/")
    assert Draft.objects.get().round.stage == stage


@pytest.mark.django_db
def test_rounds_of_other_stages_stay_within_reach(enter: Enter) -> None:
    place = factories.world()
    other = junior_round(place)
    one = factories.family(place)
    one.draft.delete()
    page = enter(one.guardian).get("/my/").content.decode()
    likely, _, others = page.partition("<main")[2].partition("<details")
    assert f"/apply/{place.round.pk}/" in likely
    assert f"/apply/{other.pk}/" not in likely
    assert f"/apply/{other.pk}/" in others


@pytest.mark.django_db
@pytest.mark.parametrize(("known", "target"), [(False, "/my/children/add/"), (True, "/my/")])
def test_who_has_no_child_yet_is_asked_for_it_after_signing_in(known: bool, target: str) -> None:
    client, phone = Client(), "19900007777"
    client.post("/sign-in/", {"phone": phone})
    message = Message.objects.get(template="sign_in_code")
    if known:
        assert message.account is not None
        Child.objects.create(
            guardian=message.account,
            name="合成小明",
            id_number=factories.child_number(),
            birth_date=factories.SIX_YEAR_OLD,
            sex="1",
            created_at=clock.now(),
        )
    code = next(word for word in message.body.replace("，", " ").split() if word.isdigit() and len(word) == 6)
    assert "199 0000 7777" in client.get("/sign-in/code/").content.decode()
    assert client.post("/sign-in/code/", {"code": code})["Location"] == target


@pytest.mark.django_db
def test_a_line_break_in_an_address_is_a_space_and_a_refused_page_keeps_it(enter: Enter) -> None:
    one = factories.family(factories.world())
    client, page = enter(one.guardian), f"/my/apply/{one.draft.public_id}/household/"
    typed = {"household_here": "yes", "household_address": "湖南省常德市武陵区\r\n滨湖路12号"}
    answer = client.post(page, {**typed, "household_registered_on": "in May"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "湖南省常德市武陵区 滨湖路12号" in shown
    assert "in May" in shown
    assert shown.partition("<main")[2].partition("</main>")[0].count('role="alert"') == 1

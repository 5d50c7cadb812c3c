"""Signing in through a government provider: a real provider process, honest and not."""

from datetime import timedelta

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Assurance, IdentityLink, SignIn
from accounts.services import guardian_identify
from foundation import clock
from foundation.crypto import blind_index
from tests import factories
from tests.identity import IdentityService

pytestmark = pytest.mark.django_db
MOBILE = "19900007001"
PHONE = f"+86{MOBILE}"
NAME = "合成家长"


@pytest.fixture
def number(provider: IdentityService) -> str:
    """The number of the one person the provider knows."""
    number = factories.adult_number()
    provider.know(name=NAME, id_number=number, mobile=MOBILE)
    return number


def of(number: str) -> Account:
    return Account.objects.get(id_index=blind_index("person", number))


def signed_in_as(browser: Client) -> str | None:
    return browser.session.get("_auth_user_id")


@pytest.mark.parametrize(("way", "level"), [("card", 2), ("counter", 2), ("face", 3)])
def test_the_provider_vouches_for_a_person(
    client: Client, provider: IdentityService, number: str, way: str, level: int
) -> None:
    answer = provider.sign_in(client, MOBILE, way)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my/children/register/")
    account = of(number)
    assert (account.name, account.id_number, account.phone, account.assurance) == (NAME, number, PHONE, level)
    assert signed_in_as(client) == str(account.pk)
    assert SignIn.objects.get().way == "province"
    assert client.session["channel"] == "province"


def test_a_surer_level_is_kept_when_the_next_sign_in_is_weaker(provider: IdentityService, number: str) -> None:
    provider.sign_in(Client(), MOBILE, "face")
    provider.sign_in(Client(), MOBILE, "card", "cityapp")
    assert of(number).assurance == Assurance.PRESENT
    assert IdentityLink.objects.filter(account=of(number)).count() == 2


def test_a_password_alone_is_not_enough_and_the_page_says_what_to_do(
    client: Client, provider: IdentityService, number: str
) -> None:
    answer = provider.sign_in(client, MOBILE, "password")
    assert answer.status_code == 422
    assert b"/sign-in/" in answer.content
    assert not Account.objects.exists()
    assert signed_in_as(client) is None


@pytest.mark.parametrize("tamper", ["signature", "issuer", "audience", "nonce", "expired", "unsigned"])
def test_an_answer_that_was_tampered_with_signs_nobody_in(
    client: Client, provider: IdentityService, number: str, tamper: str
) -> None:
    provider.knobs(tamper=tamper)
    answer = provider.sign_in(client, MOBILE)
    assert answer.status_code == 422
    assert signed_in_as(client) is None
    assert not Account.objects.exists()
    provider.reset()
    provider.know(name=NAME, id_number=number, mobile=MOBILE)
    assert provider.sign_in(client, MOBILE).status_code == 302  # begun again it works


def test_the_way_back_works_once_and_only_in_the_browser_that_left(
    client: Client, provider: IdentityService, number: str
) -> None:
    left = client.get("/sign-in/with/province/").headers["Location"]
    back = provider.approve(left, MOBILE)
    assert Client().get(back).status_code == 422
    other = Client()
    other.get("/sign-in/with/province/")
    assert other.get(back).status_code == 422  # somebody else's state
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    assert client.get(back).status_code == 422
    assert signed_in_as(client) is None


def test_a_used_code_is_refused_by_the_provider(client: Client, provider: IdentityService, number: str) -> None:
    left = client.get("/sign-in/with/province/").headers["Location"]
    remembered = client.session["oidc"]
    back = provider.approve(left, MOBILE)
    client.get(back)
    client.logout()
    session = client.session
    session["oidc"] = remembered
    session.save()
    assert client.get(back).status_code == 422
    assert signed_in_as(client) is None


def test_a_sign_in_of_another_provider_is_not_taken(client: Client, provider: IdentityService, number: str) -> None:
    left = client.get("/sign-in/with/province/").headers["Location"]
    back = provider.approve(left, MOBILE).replace("/province/", "/cityapp/")
    assert client.get(back).status_code == 422
    assert not Account.objects.exists()


def test_whoever_takes_too_long_or_cancels_is_told(client: Client, provider: IdentityService, number: str) -> None:
    back = provider.approve(client.get("/sign-in/with/province/").headers["Location"], MOBILE)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert client.get(back).status_code == 422
    client.get("/sign-in/with/province/")
    state = client.session["oidc"]["state"]
    answer = client.get("/sign-in/back/province/", {"error": "access_denied", "state": state})
    assert answer.context["problem"].code == "cancelled"
    assert signed_in_as(client) is None


def test_a_silent_provider_leaves_the_code_by_sms(client: Client, provider: IdentityService) -> None:
    provider.knobs(down=1)
    answer = client.get("/sign-in/with/province/")
    assert (answer.status_code, answer.context["problem"].code) == (422, "silent")
    assert b'href="/sign-in/"' in answer.content


def test_a_slow_provider_is_not_waited_for(
    client: Client, provider: IdentityService, number: str, settings: Settings
) -> None:
    back = provider.approve(client.get("/sign-in/with/province/").headers["Location"], MOBILE)
    provider.knobs(delay=1)
    settings.OIDC_TIMEOUT_SECONDS = 0.2
    answer = client.get(back)
    assert (answer.status_code, answer.context["problem"].code) == (422, "silent")


def test_the_provider_finds_the_account_of_the_same_phone(provider: IdentityService, number: str) -> None:
    known = factories.guardian()
    Account.objects.filter(pk=known.pk).update(phone_index=blind_index("phone", PHONE))
    provider.sign_in(Client(), MOBILE)
    assert of(number).pk == known.pk


def test_a_number_somebody_only_stated_goes_to_the_person(
    client: Client, provider: IdentityService, number: str
) -> None:
    stranger = guardian_identify(account=factories.guardian(), name=NAME, id_number=number)
    provider.sign_in(client, MOBILE)
    assert signed_in_as(client) == str(of(number).pk) != str(stranger.pk)
    stranger.refresh_from_db()
    assert (stranger.id_index, stranger.is_active) == (None, True)


def test_a_couple_with_one_phone_are_two_people(provider: IdentityService, number: str) -> None:
    provider.sign_in(Client(), MOBILE)
    other = factories.adult_number()
    provider.reset()
    provider.know(name="合成家长乙", id_number=other, mobile=MOBILE)
    provider.sign_in(Client(), MOBILE)
    assert of(other).pk != of(number).pk
    assert of(other).phone is None


def test_no_provider_no_button(client: Client, settings: Settings) -> None:
    settings.OIDC_PROVIDERS_FILE = ""
    assert b"/sign-in/with/" not in client.get("/sign-in/").content
    assert client.get("/sign-in/with/province/").status_code == 404


def test_the_zone_of_a_government_portal_signs_in_and_lands_there(
    client: Client, provider: IdentityService, number: str
) -> None:
    assert client.get("/entry/cityapp/").headers["Location"] == "/sign-in/with/cityapp/"
    assert provider.sign_in(client, MOBILE, provider="cityapp").headers["Location"] == "/entry/cityapp/"
    page = client.get("/entry/cityapp/")
    assert page.status_code == 200
    assert NAME in page.content.decode()


@pytest.mark.parametrize(
    "spoil", [{"redirect_uri": "http://evil.invalid/sign-in/"}, {"code_challenge_method": "plain"}, {"client_id": "x"}]
)
def test_the_provider_serves_no_other_client(
    client: Client, provider: IdentityService, number: str, spoil: dict[str, str]
) -> None:
    left = client.get("/sign-in/with/province/").headers["Location"]
    url = httpx.URL(left).copy_merge_params(spoil)
    assert httpx.post(url, data={"other": MOBILE, "way": "card", "step": "go"}).status_code == 400

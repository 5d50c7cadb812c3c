"""The page "Confirm who you are" and the way through a face check: where it is offered, refused, taken back."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.assured import assured_person
from accounts.face.consent import consent_points
from accounts.face.service import face_service
from accounts.models import Account, FaceCheck, FaceConsent, FaceConsentWithdrawal
from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.terminals.services import terminal_make, terminal_pair
from enrollment.guardians.confirming import face_offer
from enrollment.privacy.services import data_of
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.identity import IdentityService, identity_service, provider
from tests.schools.test_switches import switch

__all__ = ["identity_service", "provider"]
pytestmark = pytest.mark.django_db
NAME = "合成家长"
PAGE, CONSENT = "/my/identity/", "/my/identity/face/"
BACK, ASK = f"{CONSENT}back/", f"{CONSENT}ask/"


@pytest.fixture
def place(provider: IdentityService) -> factories.World:
    """A county with an open round that has opened the door."""
    made = factories.world()
    switch("face_check", on=True)
    return made


@pytest.fixture
def number(provider: IdentityService) -> str:
    made = factories.adult_number()
    provider.know(name=NAME, id_number=made, mobile="")
    return made


def family(who: Account | None = None) -> tuple[Client, Account]:
    account = who or factories.guardian()
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client, account


def text(answer: Any) -> str:
    return str(answer.content.decode())


def agree(client: Client, number: str, **changed: str) -> HttpResponse:
    typed = {"name": NAME, "id_number": number, "agree": "yes", **changed}
    return client.post(CONSENT, {name: value for name, value in typed.items() if value})  # type: ignore[return-value]


def begun(client: Client, number: str) -> str:
    """Agree, and the address of the service's page as the link has it."""
    answer = agree(client, number)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{CONSENT}leave/"), text(answer)
    link = re.search(r'data-qa="leave"\s+href="([^"]+)"', text(client.get(f"{CONSENT}leave/")))
    assert link is not None
    return link[1]


def ways(page: str) -> list[str]:
    return re.findall(r'data-qa="way-(\w+)"', page)


def test_the_ways_stand_beside_each_other_alike(place: factories.World) -> None:
    client, _me = family()
    page = text(client.get(PAGE))
    assert ways(page) == ["government", "government", "face", "point"]
    links = re.findall(r"<a class=\"([^\"]+)\"[^>]*data-qa=\"way-", page)
    assert set(links) == {"known-by-way"}
    assert PAGE in text(client.get("/my/account/"))
    assert ways(text(client.get("/my/children/add/"))) == ways(page)


def test_from_consent_to_confirmed(place: factories.World, provider: IdentityService, number: str) -> None:
    client, me = family()
    there = begun(client, number)
    assert number not in there
    answer = client.get(provider.face(there))
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    me.refresh_from_db()
    assert assured_person(me) is not None
    page = text(client.get(PAGE))
    assert 'data-qa="confirmed"' in page
    assert ways(page) == []
    assert client.get(CONSENT).headers["Location"] == PAGE
    assert "face" not in client.session
    assert FaceConsent.objects.get().district_code == factories.DISTRICT
    assert client.get("/my/children/register/").status_code == 200


def test_the_consent_says_everything_and_nothing_is_ticked_before(place: factories.World) -> None:
    client, _me = family()
    page = text(client.get(CONSENT))
    service = face_service()
    assert service is not None
    assert page.count("<dt>") == len(consent_points(service))
    assert "deleted as soon as it was compared" in page
    assert "checked" not in page
    choices = page[page.index('data-qa="choices"') :].partition("</form>")[0]
    buttons = re.findall(r'<(?:button|a)[^>]*class="([^"]+)"[^>]*data-qa="(go|way-\w+)"', choices)
    assert {css for css, _qa in buttons} == {"btn-quiet"}
    assert [qa for _css, qa in buttons] == ["go", "way-government", "way-government", "way-point"]


def test_without_the_tick_nothing_is_sent_or_kept(place: factories.World, number: str) -> None:
    client, _me = family()
    answer = agree(client, number, agree="")
    assert answer.status_code == 422
    assert number in text(answer)
    assert 'id="agree-error"' in text(answer)
    assert not FaceConsent.objects.exists()
    wrong = agree(client, "1", name="", agree="")
    assert text(wrong).count('data-qa="error"') == 3


def test_a_failure_keeps_what_was_typed_and_shows_every_way(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, me = family()
    failed = client.get(provider.face(begun(client, number), "differ"))
    assert failed.status_code == 422
    assert 'data-qa="problem-failed"' in text(failed)
    assert ways(text(failed)) == ["government", "government", "face", "point"]
    assert number in text(client.get(CONSENT))
    for replayed in (BACK, f"{BACK}?reference=", f"{BACK}?reference={FaceCheck.objects.get().reference}"):
        again = client.get(replayed)
        assert (again.status_code, 'data-qa="problem-state"' in text(again)) == (422, True)
    me.refresh_from_db()
    assert assured_person(me) is None
    client.get(provider.face(begun(client, number)))
    me.refresh_from_db()
    assert assured_person(me) is not None


def test_a_silent_service_is_asked_again_by_a_button(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, me = family()
    back = provider.face(begun(client, number))
    provider.knobs(face="silent")
    page = text(client.get(back))
    assert 'data-qa="problem-silent"' in page
    assert 'data-qa="ask"' in page
    assert ways(page) != []
    provider.knobs()
    assert client.post(ASK).headers["Location"] == PAGE
    me.refresh_from_db()
    assert assured_person(me) is not None


def test_a_service_that_is_down_says_so_where_one_agreed(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, _me = family()
    provider.knobs(down=1)
    answer = agree(client, number)
    assert answer.status_code == 422
    assert number in text(answer)
    assert "does not answer" in text(answer)


def test_coming_back_without_a_check_leads_on_to_it(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, _me = family()
    there = begun(client, number)
    reference = client.session["face"]["reference"]
    page = text(client.get(BACK, {"reference": reference}))
    assert 'data-qa="problem-unfinished"' in page
    assert there in page


def test_another_account_and_another_browser_have_nothing_of_it(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, me = family()
    back = provider.face(begun(client, number))
    stranger, other = family()
    same_person, _me = family(me)
    for foreign in (stranger, same_person):
        answer = foreign.get(back)
        assert (answer.status_code, 'data-qa="problem-state"' in text(answer)) == (422, True)
        assert number not in text(answer)
        assert foreign.get(f"{CONSENT}leave/").headers["Location"] == PAGE
        assert foreign.post(ASK).status_code == 422
    other.refresh_from_db()
    me.refresh_from_db()
    assert (assured_person(other), assured_person(me)) == (None, None)
    assert 'data-qa="face-consents"' not in text(stranger.get("/my/account/"))
    assert data_of(other)["face_checks"] == []
    assert Client().get(back).headers["Location"].startswith("/sign-in/")
    assert client.get(back).headers["Location"] == PAGE


def test_the_consent_stands_on_the_account_page_and_in_the_copy_and_is_taken_back(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, me = family()
    begun(client, number)
    page = text(client.get("/my/account/"))
    assert 'data-qa="face-withdraw"' in page
    stranger, _other = family()
    stranger.post(f"{CONSENT}withdraw/")
    assert not FaceConsentWithdrawal.objects.exists()
    assert client.post(f"{CONSENT}withdraw/").headers["Location"] == "/my/account/"
    page = text(client.get("/my/account/"))
    assert 'data-qa="face-withdraw"' not in page
    assert 'data-qa="face-consents"' in page
    assert client.get(f"{CONSENT}leave/").headers["Location"] == PAGE
    copied = data_of(me)["face_checks"]
    assert len(copied) == 1
    assert copied[0]["withdrawn_at"] != ""
    assert copied[0]["sha256"] == FaceConsent.objects.get().text_sha256
    assert "picture" in copied[0]["text"]
    assert number not in str(copied)


def test_it_is_offered_where_a_county_of_the_family_has_opened_it(
    provider: IdentityService, settings: Settings
) -> None:
    place = factories.world()
    client, me = family()
    assert face_offer(me, shared=False) is None
    assert "face" not in ways(text(client.get(PAGE)))
    closed = client.get(CONSENT)
    assert (closed.status_code, 'data-qa="not-offered"' in text(closed)) == (404, True)
    assert agree(client, factories.adult_number()).status_code == 404
    assert not FaceConsent.objects.exists()
    switch("face_check", on=True)
    one = factories.family(place)
    for account in (me, one.guardian):
        offer = face_offer(account, shared=False)
        assert offer is not None
        assert offer.district == factories.DISTRICT
    settings.FACE_SERVICE_FILE = ""
    assert face_offer(me, shared=False) is None
    assert client.get(CONSENT).status_code == 404
    settings.OIDC_PROVIDERS_FILE = ""
    assert ways(text(client.get(PAGE))) == ["point"]


def test_it_is_closed_at_once_for_who_has_not_begun(
    place: factories.World, provider: IdentityService, number: str
) -> None:
    client, me = family()
    back = provider.face(begun(client, number))
    switch("face_check")
    assert client.get(f"{CONSENT}leave/").status_code == 404
    assert client.get(back).status_code == 302  # what was agreed to and done counts
    me.refresh_from_db()
    assert assured_person(me) is not None
    assert agree(family()[0], number).status_code == 404


def test_it_is_never_offered_at_a_terminal(place: factories.World, number: str) -> None:
    official = factories.staff("official")
    _made, code = terminal_make(official=official, name="大厅（示例）", district=factories.DISTRICT)
    _paired, cookie = terminal_pair(code=code)
    client, _me = family()
    client.cookies[TERMINAL_COOKIE] = cookie
    assert "face" not in ways(text(client.get(PAGE)))
    assert "point" in ways(text(client.get(PAGE)))
    assert client.get(CONSENT).status_code == 404
    assert agree(client, number).status_code == 404
    assert not FaceConsent.objects.exists()


def test_a_clerk_in_a_visit_does_not_come_to_these_pages(place: factories.World) -> None:
    operator = factories.staff("clerk")
    desk = at_desk(Client(), operator)
    assert desk.get(PAGE).status_code == 403
    assert desk.get(CONSENT).status_code == 403

"""What holds on every page: large type, sliding sessions, forms that outlive them, stale forms, errors."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.session_store import SessionStore
from accounts.sessions import ELDER_SECONDS, IDLE_SECONDS
from foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of_draft(world: factories.World) -> tuple[factories.Family, str]:
    one = factories.family(world)
    return one, reverse("enrollment:page", args=[one.draft.public_id, "guardian"])


@pytest.fixture
def world() -> factories.World:
    return factories.world()


def test_large_type_is_remembered_without_an_account(client: Client) -> None:
    assert b'class="elder"' not in client.get("/").content
    answer = client.post(reverse("mode"), {"mode": "elder", "next": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    assert b'class="elder"' in client.get("/sign-in/").content
    client.post(reverse("mode"), {"mode": "plain"})
    assert b'class="elder"' not in client.get("/sign-in/").content


def test_the_mode_leads_to_no_other_site_and_takes_no_other_value(client: Client) -> None:
    answer = client.post(reverse("mode"), {"mode": "<b>", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert "mode" not in client.cookies


def test_every_page_moves_the_end_of_a_session_and_large_type_lengthens_it(world: factories.World) -> None:
    client = Client()
    client.force_login(factories.family(world).guardian)
    client.get("/my/")
    assert client.session.get_expiry_age() == IDLE_SECONDS
    first = client.session["slid"][0]
    with clock.at(clock.now() + timedelta(minutes=10)):
        client.get("/my/")
        assert client.session["slid"][0] >= first + 600
    client.cookies["mode"] = "elder"
    client.get("/my/")
    assert client.session.get_expiry_age() == ELDER_SECONDS


def test_staying_moves_the_end_and_needs_a_sign_in(world: factories.World) -> None:
    client = Client()
    assert client.post(reverse("stay")).status_code == 401
    client.force_login(factories.family(world).guardian)
    assert client.post(reverse("stay")).status_code == 204
    assert client.session.get_expiry_age() == IDLE_SECONDS


def test_what_was_typed_after_the_session_ended_is_saved_after_signing_in_again(
    page_of_draft: tuple[factories.Family, str],
) -> None:
    one, path = page_of_draft
    client = Client()
    answer = client.post(path, {"guardian_name": "合成欧阳"})
    assert "ended=1" in answer["Location"]
    stored = Session.objects.get().session_data  # a row of the database tells nobody what was typed
    assert quote("合成欧阳") not in stored
    assert quote("合成欧阳") in SessionStore().decode(stored)["kept_form"]
    client.force_login(one.guardian)
    client.get(path)
    one.draft.refresh_from_db()
    assert one.draft.answers["guardian_name"] == "合成欧阳"
    one.draft.answers["guardian_name"] = ""
    one.draft.save()
    client.get(path)
    one.draft.refresh_from_db()
    assert one.draft.answers["guardian_name"] == ""  # given back once


def test_a_stranger_who_signs_in_instead_gets_nothing_of_it(
    page_of_draft: tuple[factories.Family, str],
) -> None:
    one, path = page_of_draft
    client = Client()
    client.post(path, {"guardian_name": "合成欧阳"})
    client.force_login(factories.guardian())
    answer = client.get(path)
    assert answer.status_code == 404
    assert "合成欧阳" not in answer.content.decode()
    one.draft.refresh_from_db()
    assert one.draft.answers.get("guardian_name") != "合成欧阳"


def test_a_final_step_is_never_done_by_itself_after_signing_in(world: factories.World) -> None:
    one = factories.family(world)
    path = reverse("enrollment:check", args=[one.draft.public_id])
    client = Client()
    client.post(path, {"declare": "yes", "client_token": "0b7b3d7e-2f9c-4f6e-9d15-1f0a53b6b6a1"})
    client.force_login(one.guardian)
    assert client.get(path).status_code == 200
    assert not one.child.applications.exists()


def test_a_stale_form_of_our_own_is_offered_again_with_its_answers(
    page_of_draft: tuple[factories.Family, str],
) -> None:
    one, path = page_of_draft
    client = Client(enforce_csrf_checks=True)
    client.force_login(one.guardian)
    answer = client.post(path, {"guardian_name": "合成欧阳"}, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    assert 'value="合成欧阳"' in answer.content.decode()
    assert f'action="{path}"' in answer.content.decode()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_what_another_site_sent_is_not_offered_again(page_of_draft: tuple[factories.Family, str], origin: str) -> None:
    one, path = page_of_draft
    client = Client(enforce_csrf_checks=True)
    client.force_login(one.guardian)
    answer = client.post(path, {"guardian_name": "合成欧阳"}, headers={"Origin": origin} if origin else {})
    assert answer.status_code == 403
    assert "合成欧阳" not in answer.content.decode()


def test_a_fault_on_our_side_has_a_page_in_both_languages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("enrollment.public.views.front", broken)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "没有丢失" in answer.content.decode()
    assert "Nothing you saved" in answer.content.decode()

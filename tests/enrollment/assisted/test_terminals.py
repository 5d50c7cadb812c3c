"""A terminal: paired once, revocable, and nothing of one person is left for the next."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.terminals.services import terminal_make, terminal_of, terminal_pair
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk

pytestmark = pytest.mark.django_db


def paired() -> tuple[Client, object]:
    terminal, code = terminal_make(
        official=factories.staff("official"), name="政务服务大厅", district=factories.DISTRICT
    )
    browser = Client()
    assert browser.post("/terminal/pair/", {"code": code.lower()}).status_code == 302
    return browser, terminal


def test_a_pairing_code_works_once_and_for_a_quarter_of_an_hour() -> None:
    factories.world()
    official = factories.staff("official")
    _one, code = terminal_make(official=official, name="大厅", district=factories.DISTRICT)
    terminal_pair(code=code)
    with pytest.raises(Refused):
        terminal_pair(code=code)
    _two, late = terminal_make(official=official, name="大厅", district=factories.DISTRICT)
    with clock.at(clock.now() + timedelta(minutes=16)), pytest.raises(Refused):
        terminal_pair(code=late)
    with pytest.raises(NotAllowed):
        terminal_make(official=factories.staff("clerk"), name="大厅", district=factories.DISTRICT)


def test_a_terminal_shows_its_start_page_and_clears_what_was_there() -> None:
    factories.world()
    browser, _terminal = paired()
    answer = browser.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/terminal/")
    browser.force_login(factories.guardian())
    assert browser.get("/my/").status_code == 200
    assert browser.session.get_expiry_age() <= settings.TERMINAL_SECONDS
    start = browser.get("/terminal/?over=1")
    assert start["Clear-Site-Data"] == '"cache", "storage"'
    assert start["Cache-Control"] == "no-store"
    back = browser.get("/my/")  # the back button
    assert (back.status_code, back["Location"]) == (302, "/terminal/")


def test_signing_out_and_idling_lead_to_the_start_page() -> None:
    factories.world()
    browser, _terminal = paired()
    browser.force_login(factories.guardian())
    assert browser.post("/sign-out/")["Location"] == "/terminal/?over=1"
    browser.force_login(factories.guardian())
    assert browser.get("/my/?idle=1")["Location"] == "/terminal/?over=1"


def test_what_was_typed_after_the_end_is_not_kept_for_the_next_person() -> None:
    family = factories.family(factories.world())
    browser, _terminal = paired()
    path = f"/my/apply/{family.draft.public_id}/home/"
    browser.post(path, {"home_address": factories.ELSEWHERE})
    assert "kept_form" not in browser.session
    ordinary = Client()
    ordinary.post(path, {"home_address": factories.ELSEWHERE})
    assert "kept_form" in ordinary.session


def test_no_file_is_downloaded_on_a_terminal() -> None:
    family = factories.family(factories.world())
    filed = family.submit()
    browser, _terminal = paired()
    browser.force_login(family.guardian)
    assert browser.get(f"/my/applications/{filed.pk}/receipt/").status_code == 200
    answer = browser.get(f"/my/applications/{filed.pk}/receipt-zh.pdf")
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/html")


def test_a_terminal_files_through_its_own_channel() -> None:
    family = factories.family(factories.world())
    browser, _terminal = paired()
    browser.force_login(family.guardian)
    browser.get("/my/")
    answer = browser.post(f"/my/apply/{family.draft.public_id}/check/", {"declare": "yes"})
    assert answer.status_code == 302
    assert family.child.applications.get().channel == "kiosk"


def test_a_revoked_or_forged_cookie_is_no_terminal(client: Client) -> None:
    factories.world()
    browser, terminal = paired()
    official = at_desk(client, factories.staff("official"))
    assert official.post(f"/assist/terminals/{terminal.public_id}/revoke/").status_code == 302  # type: ignore[attr-defined]
    assert browser.get("/").status_code == 200
    assert terminal_of(browser.cookies[TERMINAL_COOKIE].value) is None
    assert terminal_of("nonsense") is None
    stranger = at_desk(Client(), factories.staff("official", district="430721"))
    assert stranger.post(f"/assist/terminals/{terminal.public_id}/revoke/").status_code == 404  # type: ignore[attr-defined]

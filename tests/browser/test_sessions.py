"""Nobody loses an answer because time ran out: warned before, saved at the end, given back afterwards."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.sessions import IDLE_SECONDS
from enrollment.seasons.models import Draft, Round
from foundation import clock
from foundation.crypto import blind_index
from tests import factories
from tests.browser.parent import PHONE, Parent
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "合成欧阳·阿依"


@pytest.fixture
def at_work(parent: Parent, place: factories.World) -> tuple[Parent, factories.Family]:
    """A family on the first page of its form, in a browser whose clock the test moves."""
    one = factories.family(place)
    Draft.objects.update(answers={})
    parent.enter_as(one.guardian)
    parent.page.clock.install()
    parent.open(f"/my/apply/{one.draft.public_id}/guardian/")
    parent.page.fill("#guardian_name", TYPED)
    return parent, one


def pass_seconds(parent: Parent, seconds: float) -> None:
    parent.page.clock.fast_forward(int(seconds * 1000))


def stored(one: factories.Family) -> str:
    one.draft.refresh_from_db()
    return str(one.draft.answers.get("guardian_name", ""))


def test_the_end_is_told_two_minutes_before_and_a_tap_moves_it(at_work: tuple[Parent, factories.Family]) -> None:
    parent, _one = at_work
    bar = parent.page.locator("[data-qa=ending]")
    pass_seconds(parent, IDLE_SECONDS - 130)
    assert not bar.is_visible()
    pass_seconds(parent, 15)
    bar.wait_for(state="visible")
    assert "自动退出" in bar.inner_text()
    parent.tap("[data-qa=ending] button")
    bar.wait_for(state="hidden")
    pass_seconds(parent, IDLE_SECONDS - 130)
    assert not bar.is_visible()
    assert parent.page.input_value("#guardian_name") == TYPED


def test_what_was_typed_is_in_the_draft_before_the_session_ends(at_work: tuple[Parent, factories.Family]) -> None:
    parent, one = at_work
    assert stored(one) == ""
    pass_seconds(parent, IDLE_SECONDS - 20)
    until(lambda: stored(one) == TYPED, "the draft to be saved")
    Session.objects.all().delete()
    pass_seconds(parent, 30)
    parent.page.wait_for_selector("#phone")
    assert "接着办理" in parent.text()


def test_a_page_that_slept_asks_the_server_what_time_it_is(parent: Parent, place: factories.World) -> None:
    one = factories.family(place)
    Round.objects.update(closes_at=clock.now() + timedelta(hours=1))
    parent.enter_as(one.guardian)
    parent.page.clock.install()
    parent.open(f"/my/apply/{one.draft.public_id}/guardian/")
    parent.page.clock.pause_at(clock.now() + timedelta(days=1))  # asleep: no second goes by on this page
    line = parent.page.locator("[data-ends] [data-left]")
    before = line.inner_text()
    slept = time.monotonic()
    until(lambda: time.monotonic() - slept > 3, "three seconds to go by")
    assert line.inner_text() == before
    parent.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(lambda: line.inner_text() != before, "the page to ask")
    assert _seconds(before) - _seconds(line.inner_text()) >= 3


def _seconds(text: str) -> int:
    hours, minutes, seconds = map(int, re.findall(r"\d+", text))
    return 3600 * hours + 60 * minutes + seconds


def test_asking_for_the_time_keeps_nobody_signed_in(client: Client) -> None:
    one = factories.family(factories.world())
    client.force_login(one.guardian)
    client.get("/my/")
    with clock.at(clock.now() + timedelta(seconds=IDLE_SECONDS - 60)):
        assert 0 < client.get("/session/left/").json()["left"] <= 60
        assert client.session["slid"][0] < clock.now().timestamp() - IDLE_SECONDS / 2
    assert Client().get("/session/left/").json()["left"] is None


def test_a_form_sent_after_the_end_is_saved_after_signing_in_again(parent: Parent, place: factories.World) -> None:
    one = factories.family(place)
    Draft.objects.update(answers={})
    one.guardian.phone_index = blind_index("phone", f"+86{PHONE}")
    one.guardian.phone = f"+86{PHONE}"
    one.guardian.save()
    parent.enter_as(one.guardian)
    path = f"/my/apply/{one.draft.public_id}/guardian/"
    parent.open(path)
    parent.page.fill("#guardian_name", TYPED)
    Session.objects.all().delete()
    parent.go()
    assert "/sign-in/" in parent.page.url
    assert stored(one) == ""
    parent.sign_in(PHONE)
    assert re.search(rf"{path}$", parent.page.url)
    assert parent.page.input_value("#guardian_name") == TYPED
    assert stored(one) == TYPED

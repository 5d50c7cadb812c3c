"""What follows publication in a browser: every page at both sizes and in both languages, nothing too wide."""

import pytest

from accounts.models import Account
from enrollment.outcome.services.offers import offer_answer
from enrollment.seasons.models import Application
from lottery.admission.models import AdmissionRun
from lottery.afterwards.models import SeatOffer
from lottery.afterwards.selectors import waiting_list
from lottery.afterwards.services import afterwards_sweep
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.browser.test_classes import look
from tests.lottery.afterwards.test_waiting_lists import accept_all, decline, placed_at
from tests.lottery.factories import Ceremony, ceremony, token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def confirm(window: Parent, account: Account, field: str) -> None:
    """One of the two people confirms on a screen of their own."""
    window.enter_as(account)
    window.page.reload()
    window.page.fill(field, token(account))
    with window.page.expect_navigation():
        window.tap(f"form:has({field}) button")


def fill(window: Parent, one: Ceremony, tongue: str) -> None:
    """From the freed seat to the offers."""
    window.enter_as(one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/afterwards/")
    look(window, f"after-{tongue}-1-freed")
    window.go()
    look(window, f"after-{tongue}-2-preview")
    confirm(window, one.officials[0], "#token-confirm")
    look(window, f"after-{tongue}-3-one-person")
    confirm(window, one.officials[1], "#token-confirm")
    look(window, f"after-{tongue}-4-offered")


def correct(window: Parent, one: Ceremony, child: Application, tongue: str) -> None:
    """A reason with a telephone number is refused with what was typed; a second person approves the other."""
    window.enter_as(one.officials[0])
    window.page.reload()
    window.tap("summary:has(+ form #receipt)")
    window.page.fill("#receipt", child.receipt)
    window.page.select_option("#school", "WL01")
    window.page.fill("#reason", "房产登记日期录入有误，请电 139 0013 8000")
    window.page.fill("#token-propose", token(one.officials[0]))
    with window.page.expect_navigation():
        window.tap("form:has(#token-propose) button")
    assert window.page.input_value("#receipt") == child.receipt
    look(window, f"after-{tongue}-5-refused")
    window.page.fill("#reason", "房产登记日期录入有误，已按不动产中心记录更正")
    window.page.fill("#token-propose", token(one.officials[0]))
    with window.page.expect_navigation():
        window.tap("form:has(#token-propose) button")
    look(window, f"after-{tongue}-6-proposed")
    confirm(window, one.officials[1], '[id^="token-approve"]')
    look(window, f"after-{tongue}-7-corrected")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_freed_seats_corrections_and_check_in(open_browser: Open, language: str) -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    afterwards_sweep()
    accept_all()
    Application.objects.filter(state="waiting", pk=waiting_list(run, "WL01")[0].application_id).update(state="waiting")
    decline(placed_at("WL01"))
    Application.objects.filter(state="waiting").update(state="withdrawn")
    window, family, tongue = open_browser(language=language), open_browser(language=language), language[:2]
    waiting = waiting_list(run, "WL01")[1].application
    family.enter_as(waiting.guardian)
    family.open(f"/my/applications/{waiting.pk}/")
    look(family, f"after-{tongue}-0-waiting")
    fill(window, one, tongue)
    offer = SeatOffer.objects.get()
    family.enter_as(offer.application.guardian)
    family.open(f"/my/applications/{offer.application_id}/")
    look(family, f"after-{tongue}-8-offer")
    family.go()
    offer.refresh_from_db()
    assert offer.state == "taken"
    look(family, f"after-{tongue}-9-taken")
    correct(window, one, waiting, tongue)
    window.enter_as(one.reviewer)
    window.open("/official/check-in/")
    look(window, f"after-{tongue}-10-check-in")
    window.press("button[data-qa=missed]")
    window.page.fill("[name=words]", "电话联系，家长说不来")
    window.press("button[data-qa=follow-up]")
    window.press("button[data-qa=absent]")
    with window.page.expect_navigation():
        window.tap("li:not(:first-child) button[data-qa=go]")
    look(window, f"after-{tongue}-11-marked")
    assert Application.objects.filter(state="enrolled").count() == 1
    assert AdmissionRun.objects.get().state == "published"
    left = Application.objects.filter(state="offered").first()
    if left is not None:
        offer_answer(guardian=left.guardian, application_id=left.pk, answer="accept")

"""What follows publication in a browser: every page at both sizes and in both languages, nothing too wide."""

import pytest

from accounts.models import Account
from enrollment.models import Application
from enrollment.services import offer_answer
from lottery import services
from lottery.models import AdmissionRun, SeatOffer
from lottery.selectors.afterwards import waiting_list
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.browser.test_classes import enter_staff, look
from tests.lottery.factories import Ceremony, ceremony, token
from tests.lottery.test_afterwards import accept_all, decline, placed_at
from tests.lottery.test_runs import published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def confirm(window: Parent, account: Account, field: str) -> None:
    """One of the two people confirms on a screen of their own."""
    enter_staff(window, account)
    window.page.reload()
    window.page.fill(field, token(account))
    with window.page.expect_navigation():
        window.tap(f"form:has({field}) button")


def fill(window: Parent, one: Ceremony, tongue: str) -> None:
    """From the freed seat to the offers."""
    enter_staff(window, one.officials[0])
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
    enter_staff(window, one.officials[0])
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
    run = published(one)
    services.afterwards_sweep()
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
    enter_staff(window, one.reviewer)
    window.open("/official/check-in/")
    look(window, f"after-{tongue}-10-check-in")
    with window.page.expect_navigation():
        window.tap("button.btn-danger")
    with window.page.expect_navigation():
        window.tap("li:not(:first-child) button.btn-go")
    look(window, f"after-{tongue}-11-marked")
    assert Application.objects.filter(state="enrolled").count() == 1
    assert AdmissionRun.objects.get().state == "published"
    left = Application.objects.filter(state="offered").first()
    if left is not None:
        offer_answer(guardian=left.guardian, application_id=left.pk, answer="accept")

"""Signing in through the government provider, with a face and without; a second guardian by invitation."""

import re

import pytest
from playwright.sync_api import Page

from accounts.models import Account
from enrollment.guardians.models import Guardianship
from enrollment.seasons.models import Application
from notifications.models import Message
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import GOVERNMENT_PHONE, Parent, Person, believe_household, know
from tests.enrollment.guardians.test_agreements import agreed, person

pytestmark = pytest.mark.browser
MOBILE = GOVERNMENT_PHONE


def government(parent: Parent, way: str) -> Page:
    """From the sign-in page to the provider and back, as a person taps it."""
    parent.open("/sign-in/")
    page = parent.page
    page.get_by_role("link", name=re.compile("省政务服务平台|Provincial")).click()
    page.wait_for_url(f"{parent.site.identity_url}/**")
    page.locator(f'input[name="mobile"][value="{MOBILE}"]').check()
    page.locator(f'input[name="way"][value="{way}"]').check()
    page.locator('button[value="go"]').click()
    return page


@pytest.mark.parametrize("agree", [True, False])
def test_a_face_check_is_asked_apart_and_never_needed(parent: Parent, agree: bool) -> None:
    who = Person()
    know(parent.site.city, who)
    page = government(parent, "face")
    page.locator('button[value="face"]' if agree else 'button[value="card"]').click()
    page.wait_for_url(f"{parent.site.url}/**")
    parent.forget_elsewhere()
    levels = {account.name: account.assurance for account in Account.objects.all()}
    assert levels == {who.name: 3 if agree else 2}


def test_a_family_files_with_the_government_account(parent: Parent, place: factories.World) -> None:
    who = Person()
    know(parent.site.city, who)
    believe_household(parent.site.city, place, who)
    page = government(parent, "card")
    page.wait_for_url(f"{parent.site.url}/my/children/register/")
    parent.forget_elsewhere()
    assert who.child in parent.text()
    parent.go()
    parent.answer_pages(who)
    parent.declare()
    parent.go()
    filed = Application.objects.get(receipt=parent.receipt())
    assert (filed.channel, filed.guardian.assurance) == ("province", 2)


def test_a_second_guardian_comes_in_by_invitation(open_browser: Open, place: factories.World) -> None:
    one = factories.family(place)
    filed = one.submit()
    mother, father = open_browser(), open_browser()
    mother.enter_as(one.guardian)
    mother.open("/my/")
    mother.press('a[href$="/guardians/"]')
    mother.press("main a[data-qa=go]")
    mother.type("#phone", MOBILE)
    mother.pick("may_act", "yes")
    mother.tap("label:has([name=agree])")
    mother.go()
    assert "****" in mother.text() or "＊" in mother.text() or "*" in mother.text()
    body = Message.objects.get(template="guardian_invited").body
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", body)
    assert code is not None
    father.sign_in(MOBILE)
    assert father.page.url.endswith("/my/invitations/")
    father.type("#code", code.group().lower())
    father.go()
    assert one.child.name not in father.text()
    father.tap("label:has([name=agree])")
    father.go()
    assert filed.receipt in father.text()
    assert one.answers["home_address"] not in father.page.content()
    assert Guardianship.objects.get().may_act
    assert not father.is_wider_than_the_screen()


def test_a_second_guardian_reads_what_was_stated_and_answers_a_correction(
    open_browser: Open, place: factories.World
) -> None:
    one, account = factories.family(place), person()
    filed = one.bring("returned", items=["home_address"], reason="请核对门牌号。")
    agreed(one, account, may_act=True)
    father, mother = open_browser(width=320, scripts=False), open_browser()
    father.enter_as(account)
    father.open(f"/my/shared/{one.child.public_id}/")
    father.press('a[href$="/statements/"]')
    assert "湖南省****" in father.text()
    assert one.answers["home_address"] not in father.page.content()
    assert not father.is_wider_than_the_screen()
    father.page.go_back()
    father.press("a[data-qa=go]")
    names = father.page.eval_on_selector_all("main [name]:not([type=hidden])", "all => all.map(e => e.name)")
    assert names == ["home_address"]
    assert "门牌号" not in father.text()
    father.type("#home_address", factories.ELSEWHERE)
    father.go()
    assert filed.versions.get(number=2).submitted_by == account
    mother.enter_as(one.guardian)
    mother.open(f"/my/applications/{filed.pk}/")
    assert any(re.search(r"由 合\*+ 199\*+9009 办理", line) for line in mother.steps())

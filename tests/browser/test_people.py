"""Staff come in by a link at a telephone, and with a passkey that Chromium's virtual authenticator holds."""

import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page

from accounts.models import Account, TokenDevice
from accounts.people.appointing import link_make, staff_invite
from accounts.people.terms import Terms
from portal.gate import passes
from tests import factories
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GO = "main [data-qa=go]"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def code(account: Account) -> str:
    device = TokenDevice.objects.get(user=account)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    if totp.t() <= device.last_t:
        totp.drift = device.drift + 1
    return f"{totp.token():06d}"


def gate_pass(page: Page) -> str:
    """With which right the gate lets this browser in."""
    cookie = next(one["value"] for one in page.context.cookies() if one.get("name") == passes.COOKIE)
    found = passes.read(cookie, time.time())
    return found.kind if found is not None else ""


def sign_in(page: Page, url: str, account: Account) -> None:
    page.goto(f"{url}/staff/sign-in/")
    page.fill("[name=username]", account.username)
    page.fill("[name=password]", factories.PASSWORD)
    page.fill("[name=token]", code(account))
    page.click(GO)
    page.wait_for_url("**/admin/")


def test_the_invited_person_comes_in_at_a_telephone(open_browser: Open) -> None:
    official = factories.staff("official")
    roles = [Terms("reviewer", factories.DISTRICT, "WL01")]
    change = staff_invite(actor=official, name="合成新人", phone="", roles=roles)
    _change, secret = link_make(actor=official, change_id=change.public_id)
    person = open_browser(width=360)
    page, url = person.page, person.site.url
    page.goto(f"{url}/staff/join/{secret}/")
    assert "滨湖路小学" in page.inner_text("main")
    page.fill("[name=username]", "wang.fang")
    for name in ("password", "again"):
        page.fill(f"[name={name}]", factories.PASSWORD)
    page.click(GO)
    key = b32decode(page.inner_text("[data-qa=key]"))
    page.fill("[name=code]", f"{TOTP(key).token():06d}")
    page.click(GO)
    page.wait_for_url("**/staff/me/codes/")
    assert gate_pass(page) == passes.STAFF
    assert page.locator("[data-qa=codes] li").count() == 10
    page.click("[data-qa=go]")
    page.wait_for_url("**/admin/")
    assert Account.objects.get(username="wang.fang").roles.get().school_code == "WL01"


def test_a_passkey_signs_in_without_a_password_until_it_is_removed(open_browser: Open) -> None:
    official = factories.staff("official")
    person = open_browser(width=1280)
    page, url = person.page, person.site.url.replace("127.0.0.1", "localhost")  # a key needs a name, not a number
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    held = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    sign_in(page, url, official)
    page.goto(f"{url}/staff/me/")
    add = page.locator("[data-qa=passkey]")
    page.fill("#token-key", code(official))
    add.get_by_role("button").click()
    page.locator("[data-qa=key-remove]").wait_for()
    assert page.locator("[data-qa=key-remove]").count() == 1
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": held})["credentials"]) == 1
    page.context.clear_cookies()
    page.goto(f"{url}/staff/sign-in/?next=/staff/me/")
    page.locator("[data-qa=passkey]").get_by_role("button").click()
    page.locator("[data-qa=key-remove]").wait_for()  # the address of the sign-in ends like that of the page, too
    assert gate_pass(page) == passes.STAFF
    # a key that does not know its person is not enough
    page.context.clear_cookies()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": held, "isUserVerified": False})
    page.goto(f"{url}/staff/sign-in/")
    page.locator("[data-qa=passkey]").get_by_role("button").click()
    page.locator("[data-qa=passkey]").get_by_role("alert").wait_for()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": held, "isUserVerified": True})
    # who is switched off is not let in by it
    Account.objects.filter(pk=official.pk).update(is_active=False)
    page.goto(f"{url}/staff/sign-in/")
    page.locator("[data-qa=passkey]").get_by_role("button").click()
    page.locator("[data-qa=passkey]").get_by_role("alert").wait_for()
    Account.objects.filter(pk=official.pk).update(is_active=True)
    page.goto(f"{url}/staff/sign-in/?next=/staff/me/")
    page.locator("[data-qa=passkey]").get_by_role("button").click()
    page.locator("[data-qa=key-remove]").click()
    page.wait_for_url("**/staff/sign-in/**")  # the session it had opened ends with it
    person.complaints.clear()  # the refused answers are lines of the console

"""The face check as a person meets it at 360 px: agreed to apart, refused without harm, and taken back."""

import pytest

from accounts.assured import assured_person
from accounts.models import Account, FaceConsent, FaceConsentWithdrawal
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person, believe_household, know
from tests.schools.test_switches import switch

pytestmark = pytest.mark.browser


def to_the_consent(parent: Parent, who: Person) -> Account:
    """A family that signed in by a code chooses the face on the page of the ways."""
    switch("face_check", on=True)
    know(parent.site.city, who)
    account = factories.guardian()
    parent.enter_as(account)
    parent.open("/my/account/")
    parent.press("[data-qa=confirm]")
    heights = parent.page.eval_on_selector_all(
        "[data-qa^=way-]", "all => all.map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert min(heights) >= 44
    parent.press("[data-qa=way-face]")
    assert not parent.page.locator("main input[type=checkbox]").is_checked()
    assert not parent.is_wider_than_the_screen()
    return account


def to_the_service(parent: Parent, who: Person) -> None:
    """Agree, leave for the service, and stand on its page."""
    parent.type("#name", who.name)
    parent.type("#id_number", who.own_id)
    parent.tap("label:has([name=agree])")
    parent.go()
    assert not parent.is_wider_than_the_screen()
    parent.press("[data-qa=leave]")
    parent.page.wait_for_url(f"{parent.site.identity_url}/face/page**")


def assured(account: Account) -> bool:
    account.refresh_from_db()
    return assured_person(account) is not None


@pytest.mark.parametrize("scripts", [True, False])
def test_a_face_check_confirms_and_its_consent_is_taken_back(
    open_browser: Open, place: factories.World, scripts: bool
) -> None:
    parent, who = open_browser(scripts=scripts), Person()
    account = to_the_consent(parent, who)
    believe_household(parent.site.city, place, who)
    to_the_service(parent, who)
    parent.press("button[value=check]")
    parent.page.wait_for_url(f"{parent.site.url}/my/identity/")
    parent.forget_elsewhere()
    assert assured(account)
    parent.press("main a[data-qa=go]")
    assert who.child in parent.text()  # the register answers now
    parent.open("/my/account/")
    parent.press("[data-qa=face-withdraw]")
    assert FaceConsentWithdrawal.objects.count() == 1
    assert not parent.page.locator("[data-qa=face-withdraw]").count()
    assert not parent.is_wider_than_the_screen()
    assert assured(account)


def test_who_refuses_goes_another_way_and_nothing_is_kept(parent: Parent) -> None:
    who = Person()
    account = to_the_consent(parent, who)
    parent.type("#name", who.name)
    parent.go()  # without the tick
    assert parent.page.locator("#agree-error").is_visible()
    assert parent.page.locator("#name").input_value() == who.name
    sizes = parent.page.eval_on_selector_all(
        "[data-qa=choices] > *",
        "all => all.map(e => { const s = getComputedStyle(e), b = e.getBoundingClientRect();"
        " return [b.width, b.height >= 44, s.backgroundColor, s.color, s.fontSize, s.fontWeight].join() })",
    )
    assert len(sizes) == 4
    assert len(set(sizes)) == 1  # the face has no more weight than the other ways
    parent.press("[data-qa=choices] [data-qa=way-point]")
    assert parent.page.url == f"{parent.site.url}/contacts/"
    assert not FaceConsent.objects.exists()
    assert not assured(account)


def test_a_check_that_fails_or_is_cancelled_leaves_every_way(parent: Parent) -> None:
    who = Person()
    account = to_the_consent(parent, who)
    for step in ("differ", "cancel"):
        to_the_service(parent, who)
        parent.press(f"button[value={step}]")
        parent.page.wait_for_url(f"{parent.site.url}/my/identity/face/back/**")
        assert parent.page.locator("[data-qa^=way-]").count() == 4
        assert not parent.is_wider_than_the_screen()
        parent.press("[data-qa=way-face]")
        assert parent.page.locator("#id_number").input_value() == who.own_id
    parent.forget_elsewhere()
    assert not assured(account)

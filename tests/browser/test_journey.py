"""A family files from its phone: few taps, nothing asked twice, nothing lost."""

from datetime import timedelta

import pytest

from enrollment.review.services import review_return
from enrollment.seasons.models import Application, ApplicationVersion
from foundation import clock
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person, believe_household
from tests.waiting import milliseconds, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TAPS = 12
MOST_PAGES = 6


def test_a_plain_family_files_in_a_few_taps_and_is_approved(parent: Parent, place: factories.World) -> None:
    who = Person()
    believe_household(parent.site.city, place, who)
    parent.sign_in_by_government(who)
    uploads: list[int] = []
    parent.go()
    parent.answer_pages(who, lambda: uploads.append(parent.page.locator("input[type=file]").count()))
    assert factories.HOME in parent.text()
    assert who.certificate in parent.text()
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    asked = parent.pages[:-1]
    assert parent.taps <= MOST_TAPS
    assert len(asked) <= MOST_PAGES, asked
    assert set(uploads) == {0}
    # the page looks again by itself
    parent.page.wait_for_selector("[data-qa=state]:has-text('审核通过')", timeout=milliseconds(25))
    happened = parent.steps()
    for state in ("审核通过", "核验完成", "已收到"):
        assert any(state in line for line in happened), happened


def test_a_family_that_signed_in_by_phone_types_and_hears_what_the_agencies_answered(
    parent: Parent, place: factories.World
) -> None:
    who = Person()
    believe_household(parent.site.city, place, who)
    parent.sign_in()
    assert parent.page.url.endswith("/children/add/")
    parent.name_child(who)
    known = [parent.page.content()]
    parent.answer_pages(who, lambda: known.append(parent.page.content()))
    assert not any(who.certificate in page for page in known[:-1])
    parent.declare()
    parent.go()
    parent.wait_for_state("审核通过")
    assert parent.page.locator("[data-qa=compared] [data-qa=outcome]").all_inner_texts() == ["一致"] * 2


def test_everything_works_without_scripts(open_browser: Open, place: factories.World) -> None:
    parent, who = open_browser(scripts=False), Person()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    receipt = parent.file(who)
    assert Application.objects.get().receipt.replace("-", "") == receipt.replace("-", "")
    parent.wait_for_state("审核通过")


def test_a_wrong_digit_is_explained_and_everything_typed_is_kept(parent: Parent) -> None:
    who = Person()
    last = who.child_id[-1]
    wrong = who.child_id[:-1] + ("1" if last != "1" else "2")
    parent.sign_in()
    parent.name_child(Person(child=who.child, child_id=wrong))
    assert "逐位核对" in parent.page.locator("[data-qa=error]").inner_text()
    assert parent.page.input_value("#name") == who.child
    assert parent.page.input_value("#id_number") == wrong
    assert parent.page.evaluate("document.activeElement.id") == "id_number"
    parent.page.fill("#id_number", who.child_id)
    parent.go()
    assert parent.page.url.endswith("/guardian/")
    parent.page.fill("#guardian_name", who.name)
    parent.page.fill("#guardian_id", who.own_id[:-1])
    parent.go()
    assert parent.page.locator("[data-qa=error]:visible").count() == 2
    assert parent.page.input_value("#guardian_name") == who.name
    assert parent.page.input_value("#guardian_id") == who.own_id[:-1]


def test_pressing_twice_and_going_back_file_one_application(parent: Parent, place: factories.World) -> None:
    who = Person()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    parent.name_child(who)
    parent.answer_pages(who)
    parent.declare()
    parent.page.locator("main button[data-qa=go]").dblclick()
    parent.page.wait_for_selector("[data-qa=receipt]")
    receipt = parent.receipt()
    parent.page.go_back()
    parent.page.wait_for_selector("[name=declare]")
    if not parent.page.locator("[name=declare]").is_checked():
        parent.declare()
    parent.go()
    assert receipt in parent.text()
    assert Application.objects.count() == ApplicationVersion.objects.count() == 1


def test_a_return_opens_only_the_named_items(parent: Parent, place: factories.World) -> None:
    who = Person()
    believe_household(parent.site.city, place, who)
    parent.sign_in_by_government(who)
    parent.go()
    parent.answer_pages(who)
    home = parent.page.url.replace("/check/", "/home/")
    parent.page.goto(home)
    parent.contradict("home_address", factories.ELSEWHERE)
    parent.go()
    parent.declare()
    parent.go()
    parent.wait_for_state("转人工核实")
    application = Application.objects.get()
    review_return(
        reviewer=factories.staff("official"),
        application_id=application.pk,
        items=["home_address"],
        reason="住房地址与登记不一致，请核对门牌号。",
        deadline=clock.now() + timedelta(days=3),
    )
    parent.page.reload()
    assert "请核对门牌号" in parent.text()
    parent.press("a[data-qa=go]")
    parent.page.wait_for_selector("#home_address")
    names = parent.page.eval_on_selector_all("main [name]:not([type=hidden])", "all => all.map(e => e.name)")
    assert names == ["home_address"]
    parent.page.fill("#home_address", factories.HOME)
    parent.go()
    parent.wait_for_state("审核通过")
    assert ApplicationVersion.objects.count() == 2


def test_the_forgotten_declaration_is_marked_at_its_box_and_the_summary_leads_there(
    parent: Parent, place: factories.World
) -> None:
    one = factories.family(place)
    parent.enter_as(one.guardian)
    parent.open(f"/my/apply/{one.draft.public_id}/check/")
    parent.go()
    assert parent.page.evaluate("document.activeElement.id") == "declare"
    assert parent.page.locator("#declare-error").is_visible()
    parent.page.locator("h1").click()
    parent.tap("[data-qa=wrong] a")
    until(lambda: parent.page.locator("#declare").bounding_box()["y"] < 740, "the box to come into sight")  # type: ignore[index]
    parent.page.keyboard.press("Tab")  # from the box on, not from the top of the page
    assert parent.page.evaluate("document.activeElement.closest('form') !== null")


def test_several_wrong_fields_are_listed_first_and_each_link_lands_at_its_field(
    parent: Parent, place: factories.World
) -> None:
    parent.enter_as(factories.family(place).guardian)
    parent.open("/my/children/add/")
    parent.go()
    assert parent.page.evaluate("document.activeElement.dataset.qa") == "wrong"
    parent.tap("[data-qa=wrong] a[href='#id_number']")
    until(lambda: parent.page.evaluate("document.activeElement.id") == "id_number", "the field to be focused")

"""A family files from its phone: few taps, nothing asked twice, nothing lost."""

from datetime import timedelta

import pytest

from enrollment.models import Application, ApplicationVersion
from enrollment.services import review_return
from foundation import clock
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person
from tests.waiting import milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TAPS = 12
MOST_PAGES = 6


def test_a_plain_family_files_in_a_few_taps_and_is_approved(parent: Parent, place: factories.World) -> None:
    who = Person()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    uploads: list[int] = []
    parent.name_child(who)
    parent.answer_pages(who, lambda: uploads.append(parent.page.locator("input[type=file]").count()))
    assert factories.HOME in parent.text()
    assert factories.CERTIFICATE in parent.text()
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    asked = parent.pages[:-1]
    assert parent.taps <= MOST_TAPS
    assert len(asked) <= MOST_PAGES, asked
    assert set(uploads) == {0}
    # the page looks again by itself
    parent.page.wait_for_selector(".tag:has-text('审核通过')", timeout=milliseconds(25))
    happened = [line.split("\n") for line in parent.page.locator(".timeline li").all_inner_texts()]
    for state in ("审核通过", "核验完成", "已收到"):
        assert any(state in lines for lines in happened), happened


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
    assert "逐位核对" in parent.page.locator(".error").inner_text()
    assert parent.page.input_value("#name") == who.child
    assert parent.page.input_value("#id_number") == wrong
    assert parent.page.evaluate("document.activeElement.id") == "id_number"
    parent.page.fill("#id_number", who.child_id)
    parent.go()
    assert parent.page.url.endswith("/guardian/")
    parent.page.fill("#guardian_name", who.name)
    parent.page.fill("#guardian_id", who.own_id[:-1])
    parent.go()
    assert parent.page.locator(".error:visible").count() == 2
    assert parent.page.input_value("#guardian_name") == who.name
    assert parent.page.input_value("#guardian_id") == who.own_id[:-1]


def test_pressing_twice_and_going_back_file_one_application(parent: Parent, place: factories.World) -> None:
    who = Person()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    parent.name_child(who)
    parent.answer_pages(who)
    parent.declare()
    parent.page.locator("main button.btn-go").dblclick()
    parent.page.wait_for_selector(".receipt")
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
    papers = who.papers(place)
    parent.site.city.believe(papers)
    parent.sign_in()
    parent.name_child(who)
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
    parent.tap("a.btn-go")
    parent.page.wait_for_selector("#home_address")
    names = parent.page.eval_on_selector_all("main [name]:not([type=hidden])", "all => all.map(e => e.name)")
    assert names == ["home_address"]
    parent.page.fill("#home_address", factories.HOME)
    parent.go()
    parent.wait_for_state("审核通过")
    assert ApplicationVersion.objects.count() == 2

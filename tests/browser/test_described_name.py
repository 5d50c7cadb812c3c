"""A child whose name has a character that no phone can type, from the first page to the receipt at 360 pixels."""

from pathlib import Path

import pytest

from enrollment.seasons.models import Application
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import FORWARD, Parent, Person
from tests.browser.test_hard_ways import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = "左石右羡，读 xiàn"


def fits(parent: Parent) -> bool:
    """Whether nothing on the page is wider than the phone."""
    return bool(parent.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_family_describes_the_character_gives_the_page_and_submits(
    open_browser: Open, place: factories.World, tmp_path: Path
) -> None:
    parent, who = open_browser(), Person(child="合？明")
    parent.enter_as(factories.guardian())
    parent.open("/my/children/add/")
    parent.type("#name", who.child)
    parent.type("#id_number", who.child_id)
    parent.go()
    assert parent.page.input_value("#name") == who.child  # kept, with the way on beneath it
    assert "打不出的字" in parent.page.inner_text("#name-error")
    assert fits(parent)
    parent.type("#name_character", SAID)
    parent.go()
    answers = {
        **factories.answers(guardian_id=who.own_id, guardian_name="合(石羡)长", home_certificate=who.certificate),
        **FORWARD,
        "guardian_name_character": SAID,
    }
    for _page in range(9):
        if "/documents/" in parent.page.url or parent.page.url.endswith("/check/"):
            break
        parent.fill_in(answers)
        parent.go()
    assert "/documents/" in parent.page.url
    card = parent.page.locator("#material-name_page")
    card.locator('input[multiple][type="file"]').set_input_files(photo(tmp_path / "page.jpg", 900, 1200))
    card.locator("[data-qa=document] img").wait_for()
    assert fits(parent)
    parent.go()
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    parent.page.locator("[data-qa=name-open]").wait_for()
    application = Application.objects.get()
    assert application.child.name == "合〓明"
    assert application.versions.get().claims["answers"]["guardian_name"] == "合〓长"
    assert [page.kind for page in application.documents.all()] == ["name_page"]

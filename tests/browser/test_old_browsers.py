"""Phones whose browser is years old: each newer function is taken away in turn, and every page still does its work."""

from pathlib import Path

import pytest

from enrollment.documents.models import Document
from enrollment.seasons.models import Draft
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import PHONE
from tests.browser.test_documents import papers
from tests.enrollment.documents.test_content import picture
from tests.sample import sample
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEWER = (
    "window.fetch",
    "window.indexedDB",
    "window.createImageBitmap",
    "Crypto.prototype.subtle",
    "Crypto.prototype.randomUUID",
    "Blob.prototype.arrayBuffer",
    "Element.prototype.replaceWith",
    "Element.prototype.append",
    "Object.entries",
    "Object.fromEntries",
    "Array.prototype.at",
    "Array.prototype.flatMap",
    "String.prototype.replaceAll",
    "String.prototype.padStart",
    "Promise.prototype.finally",
    "window.IntersectionObserver",
    "window.CustomEvent",
    "window.URLSearchParams",
    "window.TextEncoder",
    "window.FormData",
)
TAKEN = sample().draw(NEWER, one_in=4, key=lambda name: f"old browser {name}")
SEND = "#material-title [data-qa=ways] > button"


@pytest.mark.parametrize("name", TAKEN)
def test_a_family_files_and_gives_a_photo_without(
    name: str, open_browser: Open, place: factories.World, tmp_path: Path
) -> None:
    one = factories.family(place)
    Draft.objects.update(answers={})
    parent = open_browser()
    holder, _dot, last = name.rpartition(".")
    parent.context.add_init_script(f"delete {holder}.{last}; if ({holder}.{last}) {{ {holder}.{last} = undefined; }}")
    parent.open("/sign-in/")
    parent.sign_in(PHONE)
    parent.enter_as(one.guardian)
    parent.open(f"/my/apply/{one.draft.public_id}/guardian/")
    parent.fill_in({**one.answers, "guardian_name": "合成家长"})
    parent.go()
    one.draft.refresh_from_db()
    assert one.draft.answers["guardian_name"] == "合成家长"
    papers(parent, place)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture())
    parent.page.set_input_files('#material-title input[multiple][type="file"]', photo)
    if parent.page.locator(SEND).is_visible():
        parent.press(SEND)
    until(lambda: Document.objects.count() == 1, "the photo to arrive")
    parent.complaints.clear()  # a script that lacks something may say so; the page works

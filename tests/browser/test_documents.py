"""Documents on a phone: shrunk, sent in runs, cut off and gone on with; and all of it without scripts."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Route

from accounts.sessions import IDLE_SECONDS
from enrollment.documents.models import Document, Upload
from enrollment.documents.places import ITEM, MOST_PAGES
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.documents.test_documents import unusual
from tests.enrollment.filing.test_corrections import returned
from tests.waiting import until


def photo(folder: Path) -> Path:
    """A photo whose shrunk copy still takes several runs."""
    path = folder / "photo.png"
    Image.frombytes("RGB", (1200, 900), os.urandom(1200 * 900 * 3)).save(path)
    return path


def papers(parent: Parent, place: factories.World, *, language: str = "zh-hans") -> factories.Family:
    one = unusual(place)
    one.guardian.language = language
    one.guardian.save()
    parent.enter_as(one.guardian)
    parent.open(f"/my/apply/{one.draft.public_id}/documents/")
    return one


def picture(parent: Parent, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "screenshots"
    folder.mkdir(exist_ok=True)
    parent.page.screenshot(path=folder / f"documents-{name}.png", full_page=True)


def test_an_upload_survives_a_cut_and_a_reload(parent: Parent, place: factories.World, tmp_path: Path) -> None:
    cut: dict[str, Any] = {"runs": 0}

    def broken(route: Route) -> None:
        cut["runs"] += route.request.method == "PUT"
        if route.request.method == "PUT" and cut["runs"] > 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    one = papers(parent, place)
    parent.page.route("**/my/uploads/**", broken)
    parent.page.set_input_files('#material-title input[multiple][type="file"]', photo(tmp_path))
    waiting = parent.page.locator("[data-documents]").get_attribute("data-waiting")
    parent.page.locator("[data-sending] span", has_text=waiting).wait_for()
    assert Upload.objects.get().received > 0
    assert not Document.objects.exists()
    parent.page.unroute("**/my/uploads/**")
    parent.page.reload()
    parent.page.wait_for_selector("#material-title [data-qa=document] img")
    page = Document.objects.get()
    assert (page.owner_id, page.kind, page.content_type) == (one.guardian.pk, "title", "image/jpeg")
    assert not parent.is_wider_than_the_screen()
    picture(parent, "360-zh")
    parent.complaints.clear()  # Chromium notes the cut itself


def test_forty_photos_chosen_at_once_arrive_or_are_named(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    """A page holds twenty; the page is left while they are on their way, and none of the forty is forgotten."""
    papers(parent, place)
    photos = []
    for number in range(40):
        path = tmp_path / f"photo-{number:02}.jpg"
        Image.new("RGB", (60, 40), (number * 6, 120, 40)).save(path)
        photos.append(path)
    parent.page.set_input_files('#material-title input[multiple][type="file"]', photos)
    until(lambda: Document.objects.count() >= 2, "the first photos to arrive")
    parent.page.reload()
    failed = parent.page.locator("#material-title [data-sending] [data-qa=failed]")

    def answered() -> tuple[int, int]:
        return Document.objects.count(), failed.count()

    until(lambda: answered() == (MOST_PAGES, 40 - MOST_PAGES), "all to be answered", progress=answered)
    assert parent.page.locator("#material-title [data-qa=document]").count() == MOST_PAGES
    for at, said in enumerate(failed.all_inner_texts(), start=MOST_PAGES):
        assert f"photo-{at:02}.jpg" in said, "the first twenty are taken, in the order in which they were chosen"
        assert f"已有{MOST_PAGES}页" in said.replace(" ", "")
    assert not parent.is_wider_than_the_screen()
    picture(parent, "forty")
    parent.complaints.clear()  # Chromium notes each refusal itself, and the request that was under way


def test_a_program_is_refused_in_words_and_the_page_stays(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    papers(parent, place)
    program = tmp_path / "photo.jpg"
    program.write_bytes(b"MZ\x90\x00" + bytes(3000))
    parent.page.set_input_files('#material-title input[multiple][type="file"]', program)
    parent.page.wait_for_selector("#material-title [data-sending] [data-qa=failed]")
    assert "PDF" in parent.page.inner_text("#material-title [data-sending]")
    assert not Document.objects.exists()
    picture(parent, "refused-360-zh")


def test_without_scripts_two_papers_are_given(open_browser: Open, place: factories.World, tmp_path: Path) -> None:
    parent = open_browser(scripts=False, width=1280)
    papers(parent, place)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(pdf(2))
    for kind in ("title", "household_book"):
        parent.page.set_input_files(f'#material-{kind} input[multiple][type="file"]', scan)
    picture(parent, "noscript-1280")
    parent.go()
    assert parent.page.url.endswith("/check/")
    assert set(Document.objects.values_list("kind", flat=True)) == {"title", "household_book"}
    picture(parent, "check-1280")
    parent.open(f"/documents/{Document.objects.all()[0].public_id}/")
    assert parent.page.locator("[data-qa=look] img").evaluate("image => image.naturalWidth") > 0
    picture(parent, "look-1280")


def test_the_narrowest_phone_in_english_holds_the_cards(open_browser: Open, place: factories.World) -> None:
    parent = open_browser(width=320, language="en")
    papers(parent, place, language="en")
    assert not parent.is_wider_than_the_screen()
    picture(parent, "320-en")


def test_a_correction_shows_the_named_paper_and_no_other(parent: Parent, place: factories.World) -> None:
    one, application = returned(f"{ITEM}title", "guardian_name", place=place)
    parent.enter_as(one.guardian)
    parent.open(f"/my/applications/{application.pk}/correct/")
    assert parent.page.locator("[data-material]").count() == 1
    assert parent.page.locator("#guardian_name").count() == 1
    assert not parent.is_wider_than_the_screen()
    picture(parent, "correct-360-zh")


KEPT = """async () => {
  const known = (await indexedDB.databases()).some((one) => one.name === "papers");
  if (!known) { return 0; }
  return await new Promise((done) => {
    const opening = indexedDB.open("papers");
    opening.onupgradeneeded = () => { opening.transaction.abort(); };
    opening.onerror = () => done(0);
    opening.onsuccess = () => {
      const db = opening.result;
      const count = db.transaction("waiting").objectStore("waiting").count();
      count.onsuccess = () => { db.close(); done(count.result); };
    };
  });
}"""


def kept(parent: Parent) -> int:
    """How many files wait in this browser."""
    return int(parent.page.evaluate(KEPT))


def waiting_photo(parent: Parent, folder: Path) -> None:
    """A photo that cannot be sent now, and waits in the browser."""
    parent.page.route("**/my/uploads/**", lambda route: route.abort("connectionreset"))
    parent.page.set_input_files('#material-title input[multiple][type="file"]', photo(folder))
    words = parent.page.locator("[data-documents]").get_attribute("data-waiting")
    parent.page.locator("[data-sending] span", has_text=words).wait_for()
    assert kept(parent) == 1


def test_signing_out_deletes_the_photos_that_wait_in_the_browser(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    papers(parent, place)
    waiting_photo(parent, tmp_path)
    parent.page.reload()
    assert kept(parent) == 1
    beside = parent.context.new_page()  # another window of the same family holds the store open
    beside.goto(parent.page.url)
    parent.page.click('header form[action="/sign-out/"] button')
    parent.page.wait_for_url("**/")
    until(lambda: kept(parent) == 0, "the store to be deleted")
    parent.complaints.clear()  # the cut


def test_a_page_of_nobody_deletes_what_an_ended_session_left(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    papers(parent, place)
    waiting_photo(parent, tmp_path)
    parent.context.clear_cookies()
    parent.open("/")
    until(lambda: kept(parent) == 0, "the store to be deleted")
    parent.complaints.clear()


def test_the_end_of_the_session_deletes_them_even_without_a_connection(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    parent.page.clock.install()
    papers(parent, place)
    waiting_photo(parent, tmp_path)
    parent.context.set_offline(True)
    parent.page.clock.fast_forward((IDLE_SECONDS + 5) * 1000)
    parent.context.set_offline(False)
    probe = parent.context.new_page()
    probe.goto(f"{parent.site.url}/static/img/mark.svg")
    until(lambda: int(probe.evaluate(KEPT)) == 0, "the store to be deleted")
    parent.complaints.clear()


def test_a_session_ended_elsewhere_is_told_and_nothing_is_left(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    papers(parent, place)
    Session.objects.all().delete()
    parent.page.set_input_files('#material-title input[multiple][type="file"]', photo(tmp_path))
    ended = parent.page.locator("[data-documents]").get_attribute("data-ended")
    parent.page.locator("[data-sending] [data-qa=failed]", has_text=ended).wait_for()
    until(lambda: kept(parent) == 0, "the store to be deleted")
    assert parent.page.url.endswith("/documents/")  # what was typed beside it stays
    picture(parent, "ended-360-zh")

"""Documents with an appeal in a browser, with and without scripts: given, seen, taken away, opened at the desk."""

import os
from pathlib import Path

import pytest
from PIL import Image

from enrollment.documents.models import Document
from tests import factories
from tests.browser.conftest import Open
from tests.browser.test_outcome import look
from tests.enrollment.appeals.test_appeals import file, refused_case
from tests.enrollment.documents.test_content import pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INPUT = '#material-appeal input[multiple][type="file"]'


def sheets(folder: Path) -> list[Path]:
    """A photo that takes several runs even when it is shrunk, and a PDF."""
    photo, scan = folder / "photo.png", folder / "scan.pdf"
    Image.frombytes("RGB", (900, 700), os.urandom(900 * 700 * 3)).save(photo)
    scan.write_bytes(pdf())
    return [photo, scan]


@pytest.mark.parametrize(("scripts", "language"), [(True, "zh-CN"), (False, "en-US")])
def test_documents_are_given_with_an_appeal(
    open_browser: Open, place: factories.World, tmp_path: Path, scripts: bool, language: str
) -> None:
    application, _who = refused_case(place)
    appeal, name = file(application), f"appeal-documents-{language[:2]}"
    family = open_browser(language=language, scripts=scripts)
    family.enter_as(application.guardian)
    family.open(f"/my/applications/{application.pk}/appeal/")
    look(family, f"{name}-1-none")
    if scripts:
        family.page.set_input_files(INPUT, sheets(tmp_path))
        family.page.wait_for_selector("#material-appeal [data-qa=document]:nth-child(2) img")
    else:
        family.page.set_input_files(INPUT, sheets(tmp_path))
        family.press("#material-appeal noscript button, #material-appeal [data-qa=ways] > button")
    assert appeal.documents.count() == 2
    family.page.wait_for_load_state("networkidle")
    look(family, f"{name}-2-two")
    family.press("#material-appeal [data-qa=document]:nth-child(2) [data-qa=remove]")
    kept = Document.objects.get()
    assert kept.content_type == "image/jpeg"
    desk = open_browser(language=language, width=1280)
    desk.enter_as(factories.staff("reviewer", school="WL01"))
    desk.open(f"/admin/enrollment/appeal/{appeal.pk}/change/")
    look(desk, f"{name}-3-desk", large=False)
    desk.open(f"/documents/{kept.public_id}/")
    assert desk.page.locator("[data-qa=look] img").evaluate("image => image.naturalWidth") > 0

"""A child's and a guardian's name, typed into the form, is the same everywhere it comes out again, byte for byte."""

import io
import json
import uuid
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from enrollment.filing.drafts.services import draft_open, draft_save
from enrollment.outcome.student_registry.services import student_registry_export
from enrollment.privacy.services import copy_make
from enrollment.seasons.models import Application, Child, Offer
from foundation import clock
from foundation.crypto import blind_index
from foundation.tables import read_table
from notifications.channels.console import ConsoleChannel
from notifications.models import Message
from notifications.services import drain
from tests import factories
from tests.enrollment.appeals.test_appeals import staff_client
from tests.enrollment.outcome.test_letters import text_of

pytestmark = pytest.mark.django_db
NAMES = {
    "outside the BMP, with a dot": "𬱖·古丽",
    "25 characters with dots": "买买提·阿卜杜拉·艾合买提江·阿不都热合曼·吐尔逊",
    "rare characters": "䶮㛃𰻝",
}


@pytest.fixture(autouse=True)
def own_telephone_network(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path


def browser_of(guardian: Account) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(guardian)
    return client


def filed_over_http(place: factories.World, parent: Account, name: str) -> Application:
    """Child, form and submission, every word typed into a page."""
    browser = browser_of(parent)
    browser.post("/my/children/add/", {"name": name, "id_number": factories.child_number()})
    child = Child.objects.get(guardian=parent)
    draft = draft_open(guardian=parent, child=child, round_=place.round)
    here = f"/my/apply/{draft.public_id}"
    typed = factories.answers(guardian_name=name)
    for page in ("guardian", "household", "home"):
        browser.post(f"{here}/{page}/", typed)
    draft_save(guardian=parent, draft_id=draft.public_id, answers=typed)
    shown = browser.get(f"{here}/guardian/")
    assert f'value="{name}"' in shown.text
    assert name in browser.get(f"{here}/check/").text
    filed = browser.post(f"{here}/check/", {"declare": "yes", "client_token": str(uuid.uuid4())})
    assert filed.status_code == 302, filed.text
    return Application.objects.get(child=child)


def place_given(application: Application) -> None:
    """A published and accepted place at the first school."""
    now = clock.now()
    Offer.objects.create(
        application=application, school_id="WL01", kind="choice", run_id=1, published_at=now, answer_by=now
    )
    Application.objects.filter(pk=application.pk).update(state="accepted")
    application.refresh_from_db()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_comes_out_as_it_was_typed(name: str) -> None:
    place, parent = factories.world(), factories.guardian()
    application = filed_over_http(place, parent, name)
    child = application.child
    assert child.name.encode() == name.encode()
    version = application.versions.get()
    assert version.claims["child"]["name"] == version.claims["answers"]["guardian_name"] == name
    assert blind_index("child-name", name) == child.name_index

    desk = staff_client(factories.staff("official")).get("/admin/enrollment/application/", {"q": name, "desk": "all"})
    assert application.receipt in desk.text
    drain()
    texts = [json.loads(line)["body"] for line in ConsoleChannel().path.read_text().splitlines()]
    assert Message.objects.get(account=parent, template="received").body in texts
    assert [text for text in texts if name in text]

    place_given(application)
    browser = browser_of(parent)
    for path in ("", "receipt/", "letter/"):
        assert name in browser.get(f"/my/applications/{application.pk}/{path}").text, path
    for paper in ("receipt", "letter"):
        for language in ("zh", "en"):
            body = browser.get(f"/my/applications/{application.pk}/{paper}-{language}.pdf").getvalue()
            assert name in text_of(body).replace("\n", ""), (paper, language)

    sheet = student_registry_export(staff=factories.staff("official"), school_code="WL01", year=factories.YEAR)
    header, row = read_table(sheet, rows=9)
    assert dict(zip(header, row, strict=False))["学生姓名"] == name

    copy = zipfile.ZipFile(io.BytesIO(copy_make(guardian=parent)))
    data = json.loads(copy.read("data.json"))
    assert data["children"][0]["name"] == name
    assert data["applications"][0]["versions"][0]["answers"]["guardian_name"] == name
    assert name in copy.read("data.html").decode()
    receipt = copy.read(f"receipts/{application.receipt}.pdf")
    assert name in text_of(receipt).replace("\n", "")

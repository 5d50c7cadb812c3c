"""Corrections: only the named items open, documents among them, until the end of the deadline's minute."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.documents.models import Document
from enrollment.documents.places import ITEM, OfDraft
from enrollment.documents.services import document_add
from enrollment.seasons.models import Application
from foundation import clock
from foundation.days import moment_said
from foundation.errors import Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.documents.test_content import picture

pytestmark = pytest.mark.django_db
REASON = "请补充房产材料"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def returned(
    *items: str, minutes: int = 60, place: factories.World | None = None
) -> tuple[factories.Family, Application]:
    """A submitted application that a reviewer has sent back for these items."""
    one = factories.family(place or factories.world())
    return one, one.bring("returned", items=items, reason=REASON, within=timedelta(minutes=minutes))


def signed_in(one: factories.Family) -> Client:
    client = Client()
    client.force_login(one.guardian)
    return client


def test_a_named_paper_is_given_on_the_correction_page_and_belongs_to_the_new_version() -> None:
    one, application = returned(f"{ITEM}title")
    client, path = signed_in(one), reverse("enrollment:correct", args=[application.pk])
    shown = client.get(path).content.decode()
    assert "material-title" in shown
    assert "material-household_book" not in shown
    sent = {"client_token": str(uuid4()), "file:title": SimpleUploadedFile("a.jpg", picture())}
    assert client.post(path, sent).status_code == 302
    page = Document.objects.get()
    assert (page.application_id, page.version) == (application.pk, 2)
    assert application.versions.get(number=2).claims["documents"][0]["sha256"] == page.sha256


def test_an_unfit_file_sends_nothing_and_keeps_what_was_typed() -> None:
    one, application = returned(f"{ITEM}title", "guardian_name")
    sent = {
        "client_token": str(uuid4()),
        "guardian_name": "合成新名",
        "file:title": SimpleUploadedFile("a.jpg", b"MZ" + bytes(99)),
    }
    answer = signed_in(one).post(reverse("enrollment:correct", args=[application.pk]), sent)
    assert answer.status_code == 422
    assert "合成新名" in answer.content.decode()
    application.refresh_from_db()
    assert (application.state, application.version) == ("returned", 1)


def test_a_paper_that_was_not_named_is_not_taken() -> None:
    one, _application = returned("guardian_name")
    with pytest.raises(Refused) as refused:
        document_add(
            guardian=one.guardian, place=OfDraft(one.draft.public_id, "title"), filename="a.jpg", received=picture()
        )
    assert refused.value.code == "not_asked"


def test_the_deadline_ends_with_its_minute() -> None:
    one, application = returned(f"{ITEM}title")
    deadline = application.returns.get().deadline.replace(second=0, microsecond=0)
    add: dict[str, Any] = {"guardian": one.guardian, "place": OfDraft(one.draft.public_id, "title")}
    with clock.at(deadline + timedelta(seconds=59)):
        document_add(**add, filename="a.jpg", received=picture())
    with clock.at(deadline + timedelta(seconds=60)), pytest.raises(Refused) as late:
        document_add(**add, filename="b.jpg", received=picture(size=(9, 9)))
    assert late.value.code == "late"


def test_the_message_names_the_paper_and_the_deadline_without_a_link() -> None:
    _one, application = returned(f"{ITEM}title", "guardian_name")
    body = Message.objects.get(template="returned").body
    assert "不动产权证" in body
    assert moment_said(application.returns.get().deadline) in body
    assert "http" not in body


def test_an_unknown_paper_cannot_be_asked_for() -> None:
    with pytest.raises(Refused) as refused:
        returned(f"{ITEM}income")
    assert refused.value.code == "items"

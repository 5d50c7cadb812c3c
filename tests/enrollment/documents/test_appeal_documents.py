"""Documents with an appeal: taken until it is decided, seen by who may see the case, never part of a version."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from audit.models import Entry
from enrollment.appeals.models import Appeal
from enrollment.appeals.services import appeal_decide, appeal_take_back, hearing_set
from enrollment.documents.materials import materials_for
from enrollment.documents.models import Document
from enrollment.documents.places import MOST_PAGES, OfAppeal
from enrollment.documents.selectors import document_for, documents_of
from enrollment.documents.services import document_add, document_remove, document_turn, documents_claimed
from enrollment.documents.uploads.services import Announced, upload_append, upload_finish, upload_open
from enrollment.privacy.services import deletion_make
from enrollment.seasons.models import Draft
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.appeals.test_appeals import file, other, refused_case, staff_client
from tests.enrollment.documents.test_content import pdf, picture
from tests.enrollment.outcome.test_letters import enter, placed
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def appeal() -> Appeal:
    return file(refused_case()[0])


def add(appeal: Appeal, received: bytes = b"") -> Document:
    return document_add(
        guardian=appeal.application.guardian,
        place=OfAppeal(appeal.public_id),
        filename="房产证.jpg",
        received=received or picture(),
    )


def step_to(migration: str) -> None:
    MigrationExecutor(connection).migrate([("enrollment", migration)])


def step_to_the_newest() -> None:
    """A test that stops at a migration by name leaves those that come later undone, for every test after it."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def dismiss(appeal: Appeal) -> None:
    appeal_decide(reviewer=other(), appeal_id=appeal.public_id, upheld=False, reason="复核后维持原决定")


def test_documents_come_and_go_until_the_decision_and_then_stay_as_they_are(appeal: Appeal) -> None:
    guardian = appeal.application.guardian
    kept, gone = add(appeal), add(appeal, pdf())
    assert add(appeal).pk == kept.pk
    document_remove(guardian=guardian, document_id=gone.public_id)
    dismiss(appeal)
    with pytest.raises(Refused) as late:
        add(appeal, pdf())
    assert late.value.code == "closed"
    with pytest.raises(Refused) as late:
        document_remove(guardian=guardian, document_id=kept.public_id)
    assert late.value.code == "closed"
    assert list(appeal.documents.all()) == [kept]
    document_turn(guardian=guardian, document_id=kept.public_id, quarters=1)


def test_a_hearing_does_not_end_the_time_for_documents(appeal: Appeal) -> None:
    at = clock.now() + timedelta(days=1)
    hearing_set(reviewer=other(), appeal_id=appeal.public_id, at=at, way="phone", where="学校打电话给您")
    add(appeal)
    appeal_take_back(guardian=appeal.application.guardian, appeal_id=appeal.public_id)
    with pytest.raises(Refused) as late:
        add(appeal, pdf())
    assert late.value.code == "closed"


@pytest.mark.parametrize(
    ("received", "code"), [(b"MZ" + bytes(900), "type"), (pdf() + b"PK\x05\x06", "hidden"), (b"", "empty")]
)
def test_the_files_are_judged_like_every_other_document(appeal: Appeal, received: bytes, code: str) -> None:
    place = OfAppeal(appeal.public_id)
    with pytest.raises(Refused) as refused:
        document_add(guardian=appeal.application.guardian, place=place, filename="photo.jpg", received=received)
    assert refused.value.code == code
    assert not Document.objects.exists()


def test_there_is_a_most(appeal: Appeal) -> None:
    page = add(appeal)
    for number in range(MOST_PAGES - 1):
        Document.objects.create(
            owner=page.owner, appeal=appeal, kind="appeal", sha256=f"{number:064x}", uploaded_at=clock.now()
        )
    with pytest.raises(Refused) as refused:
        add(appeal, pdf())
    assert refused.value.code == "too_many"


def test_the_filed_version_and_its_papers_never_change(appeal: Appeal) -> None:
    application = appeal.application
    version, draft = application.versions.get(), Draft.objects.get(child=application.child)
    before = (version.claims_hash, documents_claimed(draft), application.uploads, materials_for(draft))
    page = add(appeal)
    application.refresh_from_db()
    version.refresh_from_db()
    assert (version.claims_hash, documents_claimed(draft), application.uploads, materials_for(draft)) == before
    assert not documents_of(application)
    assert (page.kind, page.draft, page.application) == ("appeal", None, None)


def test_who_decides_and_who_sees_the_case_opens_a_paper_and_nobody_else(appeal: Appeal) -> None:
    page = add(appeal)
    allowed = [appeal.application.guardian, other(), factories.staff("official"), factories.staff("supervisor")]
    for account in allowed:
        assert document_for(account, page.public_id) == page
    hidden = [
        factories.guardian(),
        factories.staff("reviewer", school="WL02"),
        factories.staff("clerk"),
        factories.staff("department"),
        factories.staff("notary"),
    ]
    for account in hidden:
        with pytest.raises(NotAllowed):
            document_for(account, page.public_id)


def test_who_may_decide_on_a_result_reads_what_was_given_with_the_appeal() -> None:
    application = placed("offered")
    page = add(file(application))
    assert document_for(factories.staff("notary"), page.public_id) == page
    with pytest.raises(NotAllowed):
        document_for(factories.staff("witness"), page.public_id)


def test_staff_find_it_on_the_appeal_and_every_look_is_recorded(appeal: Appeal) -> None:
    page, reviewer = add(appeal, pdf()), other()
    client = staff_client(reviewer)
    shown = client.get(f"/admin/enrollment/appeal/{appeal.pk}/change/").content.decode()
    path = reverse("enrollment:document", args=[page.public_id])
    assert path in shown
    assert "房产证.jpg" in shown
    assert client.get(path).status_code == 200
    look = Entry.objects.get(action="document.open")
    assert (look.actor_id, look.district_code) == (reviewer.pk, appeal.application.district_code)
    assert staff_client(factories.staff("reviewer", school="WL02")).get(path).status_code == 404


def test_the_family_adds_reads_and_removes_without_scripts(appeal: Appeal) -> None:
    application = appeal.application
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/appeal/"
    target = f"{path}{appeal.public_id}/documents/"
    bad = SimpleUploadedFile("x.jpg", b"MZ" + bytes(900))
    good = SimpleUploadedFile("scan.pdf", pdf())
    answer = client.post(target, {"file:appeal": [bad, good]}, follow=True).content.decode()
    page = Document.objects.get()
    assert "neither a photo nor a PDF" in answer
    assert "scan.pdf" in answer
    assert page.uploaded_at.astimezone(clock.SHANGHAI).strftime("%H:%M") in answer
    assert "Please choose a photo or a PDF first." in client.post(target, follow=True).content.decode()
    client.post(f"{path}documents/{page.public_id}/remove/")
    assert not Document.objects.exists()
    client.post(target, {"file:appeal": SimpleUploadedFile("scan.pdf", pdf())})
    dismiss(appeal)
    late = client.post(target, {"file:appeal": SimpleUploadedFile("late.jpg", picture())}, follow=True).content.decode()
    assert "documents can no longer be added" in late
    assert "scan.pdf" in late
    assert 'type="file"' not in late


def test_the_old_addresses_lead_on_with_what_was_sent(appeal: Appeal) -> None:
    """A page that was opened before an upgrade still gives, shows and takes away."""
    application = appeal.application
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/appeal/"
    sent = {"file:appeal": SimpleUploadedFile("scan.pdf", pdf())}
    gone = client.post(f"{path}{appeal.public_id}/papers/", sent)
    assert (gone.status_code, gone["Location"]) == (308, f"{path}{appeal.public_id}/documents/")
    sent = {"file:appeal": SimpleUploadedFile("scan.pdf", pdf())}
    client.post(gone["Location"], sent)  # a browser sends the same again; the test's client has read the file out
    page = appeal.documents.get()
    assert "scan.pdf" in client.get(f"{path}{appeal.public_id}/papers/card/", follow=True).content.decode()
    client.post(f"{path}papers/{page.public_id}/remove/", follow=True)
    assert not appeal.documents.exists()


def test_an_upload_goes_on_where_it_stopped_and_is_one_page(appeal: Appeal) -> None:
    guardian, body = appeal.application.guardian, pdf()
    said = Announced(OfAppeal(appeal.public_id), uuid.uuid4(), len(body), "scan.pdf")
    upload = upload_open(guardian=guardian, announced=said)
    upload_append(guardian=guardian, upload_id=upload.public_id, offset=0, body=body[:100])
    assert upload_open(guardian=guardian, announced=said).received == 100
    upload_append(guardian=guardian, upload_id=upload.public_id, offset=100, body=body[100:])
    upload_finish(guardian=guardian, upload_id=upload.public_id)
    assert upload_finish(guardian=guardian, upload_id=upload.public_id).document == appeal.documents.get()
    stranger = factories.guardian()
    with pytest.raises(NotAllowed):
        upload_open(guardian=stranger, announced=said)


def test_an_upload_that_ends_after_the_decision_is_refused_in_words(appeal: Appeal) -> None:
    application, body = appeal.application, pdf()
    client = enter(application.guardian, "en")
    create = f"/my/applications/{application.pk}/appeal/{appeal.public_id}/uploads/"
    said = {"token": str(uuid.uuid4()), "kind": "title", "size": len(body), "name": "scan.pdf"}
    url = client.post(create, said, content_type="application/json").json()["url"]
    dismiss(appeal)
    late = client.put(url, body, content_type="application/octet-stream", headers={"upload-offset": "0"})
    assert (late.status_code, late.json()["code"]) == (422, "closed")
    assert "call the bureau" in late.json()["message"]
    assert not Document.objects.exists()


def test_strangers_meet_nothing(appeal: Appeal) -> None:
    page, stranger = add(appeal), enter(factories.guardian())
    path = f"/my/applications/{appeal.application.pk}/appeal/"
    sent = {"file:appeal": SimpleUploadedFile("a.pdf", pdf())}
    assert stranger.post(f"{path}{appeal.public_id}/documents/", sent).status_code == 404
    assert stranger.get(f"{path}{appeal.public_id}/documents/card/").status_code == 404
    stranger.post(f"{path}documents/{page.public_id}/remove/")
    assert Document.objects.get() == page
    assert stranger.get(reverse("enrollment:document-file", args=[page.public_id])).status_code == 404


def test_the_database_itself_keeps_the_documents_of_a_closed_appeal(appeal: Appeal) -> None:
    page = add(appeal)
    row = Document.objects.filter(pk=page.pk)
    fresh = Document(owner=page.owner, appeal=appeal, kind="appeal", sha256="a" * 64, uploaded_at=clock.now())
    dismiss(appeal)
    changes: tuple[Callable[[], object], ...] = (
        row.delete,
        fresh.save,
        lambda: row.update(appeal=None),
        lambda: row.update(sha256="b" * 64),
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert row.update(owner=factories.guardian()) == 1  # two accounts of one person become one


def test_deleting_what_was_never_submitted_leaves_them_and_names_them_as_kept(appeal: Appeal) -> None:
    page, guardian = add(appeal), appeal.application.guardian
    answer = deletion_make(guardian=guardian).answer
    assert Document.objects.get() == page
    assert answer["deleted"]["uploads"] == 0
    assert {name: row[name] for row in answer["kept"] if row["what"] == "documents" for name in ("what", "count")} == {
        "what": "documents",
        "count": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_a_paper_and_the_decision_at_once_never_leave_a_paper_after_it() -> None:
    application, _who = refused_case()
    appeal, decider = file(application), other()

    def decide() -> Appeal:
        return appeal_decide(reviewer=decider, appeal_id=appeal.public_id, upheld=False, reason="维持原决定")

    results = at_once([lambda: add(appeal), decide, lambda: add(appeal, pdf())])
    assert isinstance(results[1], Appeal)
    assert {one.code for one in results if isinstance(one, Refused)} <= {"closed"}
    assert appeal.documents.count() == sum(isinstance(one, Document) for one in results)

"""Documents of a family: which are asked, how they arrive, who sees them, and what can never be changed."""

import json
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from enrollment.documents.files import pages
from enrollment.documents.materials import materials_for
from enrollment.documents.models import Document, Upload, UploadPart
from enrollment.documents.places import OfDraft
from enrollment.documents.selectors import document_for, documents_compared
from enrollment.documents.services import (
    certificate_add,
    document_add,
    document_content,
    document_remove,
    document_reuse,
    document_turn,
    documents_claimed,
)
from enrollment.documents.uploads.services import (
    Announced,
    WrongOffset,
    upload_append,
    upload_finish,
    upload_open,
    uploads_sweep,
)
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.seasons.models import Draft
from foundation import clock, files
from foundation.crypto import CryptoError
from foundation.errors import NotAllowed, Refused
from foundation.valkey import valkey
from tests import factories
from tests.enrollment.documents.test_content import pdf, picture
from tests.hostile.test_documents import action
from tests.threads import at_once

pytestmark = pytest.mark.django_db
CONTRACT = {"home_kind": "contract", "home_contract": "WL2026000123", "home_certificate": ""}


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def told(one: factories.Family, **outcomes: str) -> Draft:
    """What the registers answered at the prefill: ``found`` as declared, unless another outcome is given."""
    held = factories.records(one)
    at = clock.now().isoformat()
    known = {}
    for agency in ("household", "real_estate", "contract", "permit", "insurance"):
        outcome = outcomes.get(agency, "found" if agency in held else "empty")
        known[agency] = {"outcome": outcome, "records": held.get(agency, []) if outcome == "found" else [], "at": at}
    one.draft.prefilled = known
    one.draft.save()
    return one.draft


def unusual(place: factories.World | None = None) -> factories.Family:
    """Separated parents, the child registered with the other one, a home by contract: no register confirms either."""
    one = factories.family(place or factories.world(), **CONTRACT)
    told(one, household="empty", real_estate="empty")
    return one


def add(one: factories.Family, kind: str = "title", received: bytes = b"", name: str = "photo.jpg") -> Document:
    return document_add(
        guardian=one.guardian,
        place=OfDraft(one.draft.public_id, kind),
        filename=name,
        received=received or picture(),
    )


def asked(draft: Draft) -> list[str]:
    return [material.id for material in materials_for(draft)]


def test_a_family_the_registers_know_is_asked_for_nothing() -> None:
    one = factories.family(factories.world())
    assert asked(told(one)) == []


def test_separated_parents_with_a_contract_home_are_asked_for_two_documents() -> None:
    found = materials_for(unusual().draft)
    assert [material.id for material in found] == ["household_book", "title"]
    assert all(material.why and not material.there for material in found)


def test_a_silent_register_is_no_reason_to_ask_the_family() -> None:
    one = factories.family(factories.world())
    assert asked(told(one, household="silent", real_estate="silent")) == []
    assert asked(told(one, household="empty")) == ["household_book"]


def test_what_is_not_asked_for_is_not_taken() -> None:
    with pytest.raises(Refused) as refused:
        add(unusual(), kind="income")
    assert refused.value.code == "not_asked"
    assert not Document.objects.exists()


def test_a_page_is_encrypted_at_rest_and_named_by_its_content(settings: Any) -> None:
    page = add(unusual())
    (stored,) = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert stored.name == page.sha256
    assert stored.stat().st_mode & 0o777 == 0o600
    assert b"JFIF" not in stored.read_bytes()
    assert files.digest_of(document_content(page)) == page.sha256
    assert page.received_sha256 == files.digest_of(picture())


@pytest.mark.parametrize(
    "harm", [lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: raw[: len(raw) // 2], lambda raw: b"x" + raw]
)
def test_a_stored_file_that_was_altered_is_not_served(settings: Any, harm: Any) -> None:
    digest = files.store(b"content " * 30_000)
    path = settings.MEDIA_ROOT / digest[:2] / digest
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(CryptoError):
        files.load(digest)


def test_the_same_page_given_twice_is_one_page() -> None:
    one = unusual()
    assert add(one).pk == add(one).pk


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_make_one_page() -> None:
    one = unusual()
    at_once([partial(add, one)] * 2)
    assert Document.objects.count() == 1


def test_an_electronic_certificate_stands_in_for_a_file() -> None:
    one = unusual()
    mine: dict[str, Any] = {"guardian": one.guardian, "draft_id": one.draft.public_id, "kind": "title"}
    with pytest.raises(Refused) as refused:
        certificate_add(**mine, number="A1", issuer="住建局", valid_until="2020-01-01")
    assert refused.value.code == "expired"
    certificate_add(**mine, number="A1", issuer="住建局", valid_until="")
    given = {material.id: material.there for material in materials_for(one.draft)}
    assert given == {"household_book": False, "title": True}


def test_a_proof_given_for_a_sibling_is_offered_again() -> None:
    one = unusual()
    page = add(one)
    child = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=one.guardian, child=child, round_=one.world.round)
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    draft.prefilled = one.draft.prefilled
    draft.save()
    title = next(material for material in materials_for(draft) if material.id == "title")
    assert [offered.pk for offered in title.offered] == [page.pk]
    document_reuse(guardian=one.guardian, draft_id=draft.public_id, kind="title")
    assert [row["sha256"] for row in documents_claimed(draft)] == [page.sha256]


def test_what_was_submitted_is_never_changed_or_deleted() -> None:
    one = unusual()
    page = add(one)
    application = one.submit()
    page.refresh_from_db()
    assert (page.application_id, page.version, application.uploads) == (application.pk, 1, 1)
    assert application.versions.get().claims["documents"][0]["sha256"] == page.sha256
    with pytest.raises(Refused):
        document_remove(guardian=one.guardian, document_id=page.public_id)
    for change in (page.delete, lambda: Document.objects.update(sha256="0" * 64)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert document_turn(guardian=one.guardian, document_id=page.public_id, quarters=1).rotation == 90


def test_only_the_family_and_the_staff_of_its_school_may_open_a_page() -> None:
    one, other = unusual(), factories.guardian()
    page = add(one)
    one.submit()
    Document.objects.get(pk=page.pk).application.__class__.objects.update(review_school_id="WL01")  # type: ignore[union-attr]
    assert document_for(one.guardian, page.public_id) == page
    assert document_for(factories.staff("reviewer", school="WL01"), page.public_id) == page
    for stranger in (other, factories.staff("reviewer", school="WL02"), factories.staff("reviewer", district="430703")):
        with pytest.raises(NotAllowed):
            document_for(stranger, page.public_id)


def test_the_same_documents_claimed_another_family_is_a_hint_for_staff() -> None:
    one = unusual()
    page = add(one)
    first = one.submit()
    two = unusual(one.world)
    add(two)
    second = two.submit()
    assert [(one.sha256, many) for one, many in documents_compared(second)] == [(page.sha256, 1)]
    third = factories.family(one.world).submit()
    assert documents_compared(third) == []
    assert [many for _one, many in documents_compared(first)] == [1]


def announced(one: factories.Family, body: bytes, token: uuid.UUID | None = None) -> Upload:
    said = Announced(OfDraft(one.draft.public_id, "title"), token or uuid.uuid4(), len(body), "scan.pdf")
    return upload_open(guardian=one.guardian, announced=said)


def test_an_upload_goes_on_where_it_was_cut() -> None:
    one, body, token = unusual(), pdf(2), uuid.uuid4()
    upload = announced(one, body, token)
    send: dict[str, Any] = {"guardian": one.guardian, "upload_id": upload.public_id}
    upload_append(**send, offset=0, body=body[:100])
    with clock.at(clock.now() + timedelta(days=2)):
        again = announced(one, body, token)
        assert (again.pk, again.received) == (upload.pk, 100)
        upload_append(**send, offset=100, body=body[100:])
        done = upload_finish(**send)
    assert done.document is not None
    assert document_content(done.document) == body
    assert not UploadPart.objects.exists()
    assert announced(one, body, token).document_id == done.document_id


def test_repeated_misplaced_and_surplus_bytes_change_nothing() -> None:
    one, body = unusual(), pdf()
    upload = announced(one, body)
    send: dict[str, Any] = {"guardian": one.guardian, "upload_id": upload.public_id}
    upload_append(**send, offset=0, body=body[:50])
    for offset in (0, 49, 51):
        with pytest.raises(WrongOffset) as wrong:
            upload_append(**send, offset=offset, body=body[:50])
        assert wrong.value.offset == 50
    with pytest.raises(Refused) as refused:
        upload_append(**send, offset=50, body=body)
    assert refused.value.code == "more"
    upload.refresh_from_db()
    assert upload.received == 50


def test_the_parts_of_an_upload_are_encrypted() -> None:
    one, body = unusual(), pdf()
    upload = announced(one, body)
    upload_append(guardian=one.guardian, upload_id=upload.public_id, offset=0, body=body[:80])
    assert b"%PDF" not in bytes(UploadPart.objects.get().body)


def test_an_unfit_upload_is_forgotten_and_can_be_tried_again() -> None:
    one, body, token = unusual(), b"MZ" + bytes(300), uuid.uuid4()
    upload = announced(one, body, token)
    send: dict[str, Any] = {"guardian": one.guardian, "upload_id": upload.public_id}
    upload_append(**send, offset=0, body=body)
    with pytest.raises(Refused) as refused:
        upload_finish(**send)
    assert refused.value.code == "type"
    assert not UploadPart.objects.exists()
    assert announced(one, body, token).received == 0


def test_abandoned_uploads_and_unnamed_files_are_swept(settings: Any) -> None:
    one = unusual()
    page = add(one)
    announced(one, pdf())
    orphan = files.store(b"nobody names this")
    with clock.at(clock.now() + timedelta(days=15)):
        assert uploads_sweep() == 1
    assert files.sweep(lambda _digests: {page.sha256}, older_than=-60) == 1
    assert not (settings.MEDIA_ROOT / orphan[:2] / orphan).exists()
    assert document_content(page)


def beside(settings: Any, page: Document) -> list[Any]:
    return sorted(path for path in settings.MEDIA_ROOT.rglob(f"{page.sha256}.*"))


def test_the_pages_of_a_pdf_are_drawn_once_and_lie_encrypted_beside_it(settings: Any) -> None:
    one = unusual()
    page = add(one, received=pdf(2))
    first, second = beside(settings, page)
    assert (first.name, second.name) == (f"{page.sha256}.page1", f"{page.sha256}.page2")
    assert first.stat().st_mode & 0o777 == 0o600
    assert b"JFIF" not in first.read_bytes()
    (settings.MEDIA_ROOT / page.sha256[:2] / page.sha256).unlink()  # so nothing could be drawn now
    for address in (f"/documents/{page.public_id}/file/?page=2", f"/documents/{page.public_id}/small/"):
        answer = signed_in(one).get(address)
        assert (answer.status_code, answer.content[:3]) == (200, b"\xff\xd8\xff")


def test_what_came_before_is_drawn_when_somebody_looks_and_then_kept(settings: Any) -> None:
    one = unusual()
    page = add(one, received=pdf())
    (kept,) = beside(settings, page)
    drawn = kept.read_bytes()
    for loss in (kept.unlink, lambda: kept.write_bytes(drawn[:-9])):
        loss()
        assert signed_in(one).get(f"/documents/{page.public_id}/file/").status_code == 200
        assert len(kept.read_bytes()) == len(drawn)


def test_the_pictures_of_pages_go_with_their_pdf(settings: Any) -> None:
    page = add(unusual(), received=pdf())
    assert files.sweep(lambda digests: {page.sha256} & set(digests), older_than=-60) == 0
    assert len(beside(settings, page)) == 1
    assert files.sweep(lambda _digests: set(), older_than=-60) == 2
    assert beside(settings, page) == []


def test_a_family_reads_that_links_were_taken_out() -> None:
    one = unusual()
    page = add(one, received=action(b"/S /URI /URI (http://example.invalid)"))
    assert page.kept_as_pictures
    assert not add(one, received=pdf()).kept_as_pictures
    told = signed_in(one).get(reverse("enrollment:documents", args=[one.draft.public_id])).content.decode()
    assert told.count("held links") + told.count("含有链接") == 1
    original = signed_in(one).get(f"/documents/{page.public_id}/file/?original=1").content
    assert original.startswith(b"%PDF")
    assert b"/URI" not in original


def test_somebody_who_sends_costly_files_again_and_again_waits() -> None:
    one = unusual()
    try:
        for _time in range(pages.MOST_COSTLY):
            pages._count(f"costly:{one.guardian.pk}")
        with pytest.raises(Refused) as refused:
            add(one)
        assert refused.value.code == "too_often"
    finally:
        valkey().delete(f"costly:{one.guardian.pk}")


def signed_in(one: factories.Family) -> Client:
    client = Client()
    client.force_login(one.guardian)
    return client


def test_without_scripts_files_are_sent_by_the_form() -> None:
    one = unusual()
    client, page = signed_in(one), reverse("enrollment:documents", args=[one.draft.public_id])
    assert client.get(page).status_code == 200
    bad = {"file:title": SimpleUploadedFile("photo.jpg", b"MZ" + bytes(99))}
    answer = client.post(page, bad, follow=True)
    assert "neither" in answer.content.decode() or "既不是" in answer.content.decode()
    good = {"file:title": SimpleUploadedFile("photo.jpg", picture())}
    assert client.post(page, good).headers["Location"].endswith("/check/")
    assert Document.objects.get().kind == "title"


def test_a_typed_certificate_survives_its_refusal() -> None:
    one = unusual()
    page = reverse("enrollment:documents", args=[one.draft.public_id])
    answer = signed_in(one).post(page, {"number:title": "A-778899", "issuer:title": ""}, follow=True)
    assert 'value="A-778899"' in answer.content.decode()


def test_a_page_is_served_closed_in_and_never_to_a_stranger() -> None:
    one = unusual()
    document = add(one)
    path = reverse("enrollment:document-file", args=[document.public_id])
    answer = signed_in(one).get(path)
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    for name in ("document", "document-file", "document-small"):
        address = reverse(f"enrollment:{name}", args=[document.public_id])
        assert signed_in(one).get(address).status_code == 200
        assert signed_in(unusual(one.world)).get(address).status_code == 404
        assert Client().get(address).status_code == 404


def test_somebody_elses_upload_is_answered_with_404() -> None:
    one = unusual()
    upload = announced(one, pdf())
    path = reverse("enrollment:upload", args=[upload.public_id])
    stranger = signed_in(unusual(one.world))
    assert stranger.get(path).status_code == 404
    sent = stranger.put(path, b"x", content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    assert sent.status_code == 404


def test_the_scripts_side_speaks_of_offsets() -> None:
    one, body = unusual(), picture()
    client = signed_in(one)
    said = json.dumps({"token": str(uuid.uuid4()), "kind": "title", "size": len(body), "name": "a.jpg"})
    create = reverse("enrollment:upload-create", args=[one.draft.public_id])
    url = client.post(create, said, content_type="application/json").json()["url"]
    wrong = client.put(url, body, content_type="application/octet-stream", headers={"Upload-Offset": "7"})
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 0)
    sent = client.put(url, body, content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    assert sent.json()["stored"] is True
    assert client.post(create, "[]", content_type="application/json").status_code == 400
    large = json.dumps({"token": str(uuid.uuid4()), "kind": "title", "size": 40 * 1024**2})
    assert "40 MB" in client.post(create, large, content_type="application/json").json()["message"]

"""What the public, a family, an official and a witness see of a round."""

import gzip
import hashlib
import json
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from enrollment.seasons.models import Application, Child
from foundation.clock import SHANGHAI
from lottery.admission.models import AdmissionRun
from lottery.ceremony import files
from lottery.ceremony.models import Draw, Nonce, PublicFile, RollEntry
from lottery.ceremony.services import nonce_commitment
from lottery.engine.drawing.merkle import verify_inclusion
from tests.entering import signed_in
from tests.lottery.factories import CHILD_NAME, Ceremony, ceremony, nonce_of, token

FILES = ("announcement.json", "roll.csv", "transcript.json", "admission.json")


def official_url(one: Ceremony, action: str = "") -> str:
    return f"/official/rounds/{one.round.pk}/" + (f"{action}/" if action else "")


@pytest.mark.django_db
def test_public_pages_and_files_hold_no_person() -> None:
    one = ceremony(pupils=20)
    one.published()
    client = Client()
    pages = ["/results/", f"/results/{one.round.pk}/", "/results/how-to-check/"]
    pages += [f"/results/{one.round.pk}/{name}" for name in FILES]
    secrets = {CHILD_NAME, "合成家长", "合成职员"}
    for child in Child.objects.all():
        secrets |= {child.id_number, child.id_index}
    for application in Application.objects.select_related("guardian"):
        secrets |= {application.receipt, str(application.guardian.phone), application.guardian.username}
    secrets |= set(RollEntry.objects.values_list("salt", flat=True))
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200
        text = response.content.decode()
        assert not [secret for secret in secrets if secret in text], page


@pytest.mark.django_db
def test_the_page_of_a_round_shows_commitment_seed_cutoffs_and_certificate() -> None:
    one = ceremony(pupils=20)
    run = one.published()
    draw = Draw.objects.get(round=one.round)
    text = Client().get(f"/results/{one.round.pk}/").content.decode()
    for expected in (draw.roll_root, draw.seed, draw.order_digest, run.digest, "滨湖路小学", "3245.67"):
        assert expected in text
    last = run.result["schools"]["WL01"]["last"]
    assert last["ticket"] in text.partition('data-qa="proofs"')[2]  # folded: a family reads ranks, not digits
    assert last["ticket"] not in text.partition('data-qa="proofs"')[0]
    for nonce in Nonce.objects.all():
        assert nonce.commitment in text
        assert nonce.value in unescape(text)


@pytest.mark.django_db
def test_before_publication_neither_places_nor_cutoffs_are_shown() -> None:
    one = ceremony(pupils=6)
    run = one.computed()
    text = Client().get(f"/results/{one.round.pk}/").content.decode()
    assert run.digest not in text
    assert Client().get(f"/results/{one.round.pk}/admission.json").status_code == 404


@pytest.mark.django_db
def test_before_the_roll_is_frozen_the_page_says_so_and_is_not_listed() -> None:
    one = ceremony(pupils=2)
    assert Client().get(f"/results/{one.round.pk}/").status_code == 200
    assert f"/results/{one.round.pk}/" not in Client().get("/results/").content.decode()
    assert Client().get("/results/999999/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_a_file_arrives_byte_for_byte_as_its_digest_says(accepts: str) -> None:
    one = ceremony(pupils=3)
    one.freeze()
    response = Client().get(f"/results/{one.round.pk}/roll.csv", headers={"accept-encoding": accepts})
    body = gzip.decompress(response.content) if response.headers.get("Content-Encoding") else response.content
    assert (response.headers.get("Content-Encoding") == "gzip") == (accepts == "gzip")
    assert hashlib.sha256(body).hexdigest() == PublicFile.objects.get(name="roll.csv").sha256


@pytest.mark.django_db
def test_the_program_offered_is_the_one_announced() -> None:
    one = ceremony(pupils=2)
    draw = one.freeze()
    response = Client().get("/results/audit.py")
    assert hashlib.sha256(response.content).hexdigest() == draw.commitment["programs"]["audit.py"]


@pytest.mark.django_db
def test_a_family_sees_its_own_line_with_a_valid_proof_and_nobody_elses() -> None:
    one = ceremony(pupils=9)
    one.published()
    mine = Application.objects.order_by("receipt")[0]
    client = Client()
    client.force_login(mine.guardian)
    text = client.get(f"/results/{one.round.pk}/my-ticket/").content.decode()
    assert mine.receipt in text
    assert not [a.receipt for a in Application.objects.exclude(pk=mine.pk) if a.receipt in text]
    (found,) = client.get(f"/results/{one.round.pk}/my-ticket.json").json()["applications"]
    row = found["row"]
    line = f"{row['receipt_hash']},{row['group']},{row['leaf']}".encode()
    proof = [bytes.fromhex(step) for step in found["inclusion_proof"]]
    assert verify_inclusion(line, found["leaf_number"], found["leaves"], proof, bytes.fromhex(found["root"]))
    assert [ticket["school"] for ticket in found["tickets"]] == mine.versions.get(number=1).choices
    assert all(ticket["position"] for ticket in found["tickets"])


@pytest.mark.django_db
def test_my_ticket_is_closed_to_strangers_and_the_signed_out() -> None:
    one = ceremony(pupils=3)
    one.freeze()
    from tests.factories import guardian

    client = Client()
    assert client.get(f"/results/{one.round.pk}/my-ticket/").status_code == 302
    client.force_login(guardian())
    assert client.get(f"/results/{one.round.pk}/my-ticket/").status_code == 404


@pytest.mark.django_db
def test_officials_pages_need_a_one_time_password_and_a_scope() -> None:
    one = ceremony(pupils=2)
    client = Client()
    client.force_login(one.officials[0])
    assert client.get(official_url(one)).status_code == 302
    assert signed_in(one.reviewer).get(official_url(one)).status_code == 404
    assert signed_in(one.reviewer).post(official_url(one, "freeze")).status_code == 404
    assert signed_in(one.officials[0]).get(official_url(one)).status_code == 200
    assert official_url(one) in signed_in(one.witnesses[1]).get("/official/rounds/").content.decode()
    assert official_url(one) not in signed_in(one.reviewer).get("/official/rounds/").content.decode()


@pytest.mark.django_db
def test_a_whole_round_is_played_on_the_pages() -> None:
    one = ceremony(pupils=8)
    first, second = (signed_in(account) for account in one.officials[:2])
    desks = [(signed_in(account), account) for account in one.witnesses]

    def press(client: Client, action: str, **typed: str) -> None:
        response = client.post(official_url(one, action), typed)
        assert response.status_code == 302, (action, response.content.decode())
        assert client.get(official_url(one)).status_code == 200

    press(first, "freeze", token=token(one.officials[0]))
    press(second, "freeze", token=token(one.officials[1]))
    draw = Draw.objects.get()
    for client, account in desks:
        press(client, "commit", commitment=nonce_commitment(draw=draw, witness=account, value=nonce_of(account)))
    press(first, "close-commits")
    for client, account in desks:
        press(client, "reveal", value=nonce_of(account))
    press(first, "value", value="3245.67")
    press(first, "draw", token=token(one.officials[0]))
    press(second, "draw", token=token(one.officials[1]))
    press(first, "compute")
    run = AdmissionRun.objects.get()
    assert run.digest in first.get(official_url(one)).content.decode()
    press(second, "publish", token=token(one.officials[1]))
    press(first, "publish", token=token(one.officials[0]))
    one.round.refresh_from_db()
    assert one.round.state == "published"


@pytest.mark.django_db
def test_a_refusal_says_why_and_keeps_what_was_typed() -> None:
    one = ceremony(pupils=2)
    one.freeze()
    client = signed_in(one.witnesses[0])
    response = client.post(official_url(one, "commit"), {"commitment": "my best guess"})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="my best guess"' in text
    assert 'role="alert"' in text
    assert client.post(official_url(one, "no-such-step")).status_code == 404
    assert client.get(official_url(one, "commit")).status_code == 405
    early = signed_in(one.officials[0]).post(official_url(one, "draw"), {"token": "123456"})
    assert early.status_code == 422


@pytest.mark.django_db
def test_times_on_the_timeline_are_beijing_time() -> None:
    one = ceremony(pupils=2)
    draw = one.freeze()
    page = Client(headers={"accept-language": "zh-hans"}).get(f"/results/{one.round.pk}/").content.decode()
    at = draw.frozen_at.astimezone(SHANGHAI)
    assert f"{at:%H:%M}</span>" in page
    assert f" {at:%H:%M:%S}" not in page  # the second stands in the files


@pytest.mark.django_db
def test_the_admission_file_holds_no_points_or_dates_of_a_family() -> None:
    one = ceremony(pupils=6)
    one.published()
    body = Client().get(f"/results/{one.round.pk}/admission.json", headers={"accept-encoding": "identity"}).content
    pupils = json.loads(body)["problem"]["pupils"]
    assert {key for pupil in pupils for choice in pupil["choices"] for key in choice} == {
        "school",
        "tier",
        "points",
        "order",
    }
    assert {choice["points"] for pupil in pupils for choice in pupil["choices"]} == {0}


@pytest.mark.django_db
def test_a_file_in_many_parts_is_downloaded_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PART", 100)
    one = ceremony(pupils=6)
    one.published()
    file = PublicFile.objects.get(round=one.round, name="admission.json")
    assert file.parts.count() > 5
    plain = Client().get(f"/results/{one.round.pk}/admission.json")
    body = b"".join(plain.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(body).hexdigest() == file.sha256 == plain.headers["X-Content-SHA256"]
    packed = Client().get(f"/results/{one.round.pk}/admission.json", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(b"".join(packed.streaming_content)) == body  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError), transaction.atomic():
        file.parts.update(body=b"")

"""Every slip and misfortune of the list in docs/journey.md, over HTTP: the words in Chinese, and nothing lost."""

import json
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Account, PhoneDevice
from enrollment.documents.models import Document
from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import draft_digest
from enrollment.seasons.models import Application, Child
from foundation import clock
from foundation.codes import TRIES
from identifiers.resident import check_character
from notifications.models import Message
from tests import factories
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.documents.test_documents import unusual

pytestmark = pytest.mark.django_db
PHONE = "19900005151"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def phone_of(account: Account | None = None) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    if account is not None:
        client.force_login(account)
    return client


def read(answer: Any) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL).split())


def asked_for_a_code() -> tuple[Client, str]:
    client = phone_of()
    client.post("/sign-in/", {"phone": PHONE})
    found = re.search(r"\d{6}", Message.objects.get(template="sign_in_code").body)
    assert found is not None
    return client, found.group()


def test_the_wrong_code_five_times() -> None:
    client, right = asked_for_a_code()
    wrong = "000000" if right != "000000" else "111111"
    first = client.post("/sign-in/code/", {"code": wrong})
    assert "验证码不正确，请与短信核对，还可再试4次" in read(first)
    assert f'value="{wrong}"' in first.text  # what was typed is kept
    for _time in range(TRIES - 2):
        client.post("/sign-in/code/", {"code": wrong})
    fifth = client.post("/sign-in/code/", {"code": wrong})
    assert "重新获取验证码" in read(fifth)
    assert "/my/" not in client.post("/sign-in/code/", {"code": right}).headers.get("Location", "")


def test_a_code_that_has_run_out() -> None:
    client, right = asked_for_a_code()
    PhoneDevice.objects.update(valid_until=timezone.localtime() - timedelta(seconds=1))
    answer = client.post("/sign-in/code/", {"code": right})
    assert answer.status_code == 422
    assert "验证码已失效，请重新获取" in read(answer)


def test_somebody_elses_child() -> None:
    one = factories.family(factories.world())
    answer = phone_of(factories.guardian()).get(f"/my/children/{one.child.public_id}/guardians/")
    assert answer.status_code == 404
    assert one.child.name not in answer.text
    assert "您的账号下没有这个孩子" in read(answer)


def test_a_child_the_other_parent_has_filed() -> None:
    place, number = factories.world(), factories.child_number()
    factories.family(place, child_id=number).submit()
    other = factories.family(place, child_id=number)
    answer = check(other)
    assert answer.status_code == 422
    assert "已有另一位监护人为这个孩子报名" in read(answer)
    other.draft.refresh_from_db()
    assert other.draft.answers["home_address"] == factories.HOME


def check(one: factories.Family, token: str = "", seen: str = "") -> Any:
    sent = {"declare": "yes", "client_token": token or str(uuid.uuid4()), "seen": seen}
    return phone_of(one.guardian).post(f"/my/apply/{one.draft.public_id}/check/", sent)


def test_a_number_one_digit_off_names_the_place() -> None:
    right = factories.child_number()
    wrong = f"{right[:10]}1{right[11:]}"  # the month 05 becomes 15
    answer = phone_of(factories.guardian()).post("/my/children/add/", {"name": "合成小明", "id_number": wrong})
    assert re.search(r"第11", read(answer)), read(answer)
    assert right not in answer.text  # the repaired number would be somebody's
    assert f'value="{wrong}"' in answer.text
    assert not Child.objects.exists()


def test_a_wrong_number_is_never_answered_with_what_would_make_it_fit() -> None:
    fits = wrong = ""
    while fits != "X":  # the one check character that no place or count in the answer can be taken for
        right = factories.child_number()
        wrong = f"{right[:16]}{(int(right[16]) + 2) % 10}{right[17]}"
        fits = check_character(wrong[:17])
    for language in ("zh-hans", "en"):
        client = phone_of(factories.guardian())
        typed = {"name": "合成小明", "id_number": wrong}
        page = client.post("/my/children/add/", typed, headers={"accept-language": language})
        error = re.search(r'class="error[^>]*>(.*?)</', page.text, re.DOTALL)
        assert error is not None
        assert fits not in re.sub(r"<[^>]*>", "", error[1]).upper()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.jpg", b"MZ\x90\x00" + bytes(3000), "既不是照片也不是"),
        ("scan.pdf", pdf(password="long secret"), "密码"),
    ],
    ids=["a renamed program", "an encrypted PDF"],
)
def test_a_file_that_cannot_be_taken(name: str, content: bytes, words: str) -> None:
    one = unusual()
    page = f"/my/apply/{one.draft.public_id}/documents/"
    client = phone_of(one.guardian)
    answer = client.post(page, {"file:title": SimpleUploadedFile(name, content)}, follow=True)
    assert words in read(answer)
    assert "拍照" in read(answer) or "照片" in read(answer)
    assert not Document.objects.exists()
    one.draft.refresh_from_db()
    assert one.draft.answers["home_kind"] == "contract"


def test_a_photo_of_forty_megabytes() -> None:
    one = unusual()
    said = json.dumps({"token": str(uuid.uuid4()), "kind": "title", "size": 40 * 1024**2, "name": "a.jpg"})
    create = f"/my/apply/{one.draft.public_id}/uploads/"
    answer = phone_of(one.guardian).post(create, said, content_type="application/json")
    assert "40 MB" in answer.json()["message"]
    assert "照片" in answer.json()["message"] or "拍" in answer.json()["message"]


def test_the_network_is_cut_in_the_middle_of_an_upload() -> None:
    one, body = unusual(), pdf(2)
    client = phone_of(one.guardian)
    said = json.dumps({"token": str(uuid.uuid4()), "kind": "title", "size": len(body), "name": "a.pdf"})
    create = f"/my/apply/{one.draft.public_id}/uploads/"

    def send(offset: int, part: bytes) -> Any:
        url = client.post(create, said, content_type="application/json").json()["url"]
        kind = "application/octet-stream"
        return client.put(url, part, content_type=kind, headers={"Upload-Offset": str(offset)})

    send(0, body[:200])
    again = client.post(create, said, content_type="application/json").json()
    assert again["offset"] == 200
    assert send(200, body[200:]).json()["stored"] is True
    assert Document.objects.count() == 1


def test_a_double_tap_and_the_back_button_after_submission() -> None:
    one, token = factories.family(factories.world()), str(uuid.uuid4())
    first, second = check(one, token), check(one, token)
    assert first.headers["Location"] == second.headers["Location"]
    back = phone_of(one.guardian).get(f"/my/apply/{one.draft.public_id}/check/", follow=True)
    assert Application.objects.get().receipt in back.text
    assert Application.objects.count() == 1


def test_two_tabs() -> None:
    one = factories.family(factories.world())
    seen = draft_digest(one.draft)
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"guardian_relation": "father"})
    answer = check(one, seen=seen)
    assert answer.status_code == 422
    assert "在另一个窗口改动过内容" in read(answer)
    assert not Application.objects.exists()


def test_the_deadline_passes_while_typing() -> None:
    one = factories.family(factories.world())
    with clock.at(one.world.round.closes_at + timedelta(minutes=2)):
        page = f"/my/apply/{one.draft.public_id}/household/"
        answer = phone_of(one.guardian).post(page, {"household_here": "no"})
    assert "已截止" in read(answer)
    assert "您刚才填写的内容已保存，还没有提交" in read(answer)
    one.draft.refresh_from_db()
    assert one.draft.answers["household_here"] == "no"

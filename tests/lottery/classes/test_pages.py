"""What a family, the school, a notary and the public see of a class assignment, and what nobody sees."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from accounts.models import Account
from audit.models import Entry
from enrollment.guardians.services.agreements import protection_order
from enrollment.seasons.models import Application, Child
from lottery.classes.models import ClassEntry, ClassRun, ClassSeat, SiblingWish
from tests import factories
from tests.enrollment.guardians.test_agreements import agreed, person
from tests.entering import signed_in
from tests.lottery.classes.factories import BALLS, NONCES, TEACHERS, VALUE, Assignment, assignment, enter
from tests.lottery.factories import staff, token

pytestmark = pytest.mark.django_db
PLAN = {
    "classes": "3",
    "size": "8",
    "witnesses": "A\nB",
    "balls": "three",
    "public_value": "index",
    "teachers": TEACHERS,
    "measures": "",
}


def family(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def url(run: ClassRun, action: str = "") -> str:
    return f"/official/classes/{run.pk}/" + (f"{action}/" if action else "")


def mine(application: Application) -> str:
    return f"/my/applications/{application.pk}/class/"


def test_a_family_reads_its_own_class_only_after_publication() -> None:
    one = assignment()
    pupil = one.pupils[0]
    client, stranger = family(pupil.guardian), family(one.parent)
    assert "class-name" not in client.get(mine(pupil)).content.decode()
    run = one.confirm(one.drawn(), "draw_teachers")
    assert "class-name" not in client.get(mine(pupil)).content.decode()
    one.confirm(run, "publish")
    page = client.get(mine(pupil), headers={"Accept-Language": "en"})
    assert f"Class {ClassSeat.objects.get(application=pupil).number}<" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert stranger.get(mine(pupil)).status_code == 404
    assert Client().get(mine(pupil)).status_code == 302


def test_a_family_without_the_place_has_no_such_page() -> None:
    one = assignment(pupils=6)
    pupil = one.pupils[0]
    Application.objects.filter(pk=pupil.pk).update(state="declined")
    assert family(pupil.guardian).get(mine(pupil)).status_code == 404
    answer = family(pupil.guardian).post(mine(pupil) + "wish/", {"wish": "apart"})
    assert answer.status_code == 404


def test_a_second_guardian_reads_the_class_once_it_is_published_and_not_beside_an_order() -> None:
    one, other = assignment(), person()
    pupil = one.pupils[0]
    agreed(factories.Family(None, pupil.guardian, pupil.child, None), other)  # type: ignore[arg-type]
    client, path = family(other), f"/my/shared/{pupil.child.public_id}/"
    run = one.confirm(one.drawn(), "draw_teachers")
    assert "class-name" not in client.get(path).content.decode()
    one.confirm(run, "publish")
    page = client.get(path, headers={"Accept-Language": "en"}).content.decode()
    entry = ClassEntry.objects.get(application=pupil)
    assert f"Class {ClassSeat.objects.get(application=pupil).number}<" in page
    assert [secret for secret in (entry.salt, entry.pseudonym) if secret in page] == []
    assert client.get(mine(pupil)).status_code == 404
    protection_order(official=one.official, application_id=pupil.pk, reference="2026-7")
    assert "class-name" not in client.get(path).content.decode()


def test_a_wish_is_kept_and_shown_and_a_wrong_one_is_told() -> None:
    one = assignment(pupils=6)
    pupil, client = one.pupils[-1], family(one.parent)
    assert client.post(mine(pupil) + "wish/", {"wish": "near"}).status_code == 422
    assert client.post(mine(pupil) + "wish/", {"wish": "apart"}).status_code == 302
    assert SiblingWish.objects.get().wish == "apart"
    assert client.post(mine(one.pupils[0]) + "wish/", {"wish": "apart"}).status_code == 404
    one.committed()
    assert "different classes" in client.get(mine(pupil), headers={"Accept-Language": "en"}).content.decode()


def test_the_school_goes_the_whole_way_on_its_page() -> None:
    one = assignment()
    school, notary = signed_in(one.reviewer), signed_in(one.notary)
    begun = school.post(
        "/official/classes/plan/", {"school": "WL01", "season": one.round.season_id, "stage": "primary"}
    )
    run = ClassRun.objects.get()
    assert begun["Location"] == url(run)
    assert school.post(url(run, "prepare"), PLAN).status_code == 302
    assert school.post(url(run, "commit")).status_code == 302
    assert school.post(url(run, "nonces"), {"nonce": NONCES, "numbers": BALLS}).status_code == 302
    assert school.post(url(run, "value"), {"value": VALUE}).status_code == 302
    for step in ("draw", "draw-teachers", "publish"):
        for client, account in ((school, one.reviewer), (notary, one.notary)):
            assert client.post(url(run, step), {"token": token(account)}).status_code == 302, step
    page = school.get(url(run)).content.decode()
    assert page.count("class-line") == 3
    assert "合成甲" in page
    assert school.get("/official/classes/").status_code == 200


def test_a_refused_step_says_why_and_keeps_what_was_typed() -> None:
    one = assignment(pupils=9)
    school, run = signed_in(one.reviewer), one.plan()
    wrong = school.post(
        url(run, "prepare"),
        PLAN | {"teachers": "合成甲,班主任\n合成乙,门卫"},
        headers={"Accept-Language": "en"},
    )
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Line 2" in text
    assert "合成乙,门卫" in text
    early = school.post(url(run, "draw"), {"token": "123456"}, headers={"Accept-Language": "en"})
    assert (early.status_code, "First announce" in early.content.decode()) == (422, True)
    one.committed(run)
    short = school.post(url(run, "nonces"), {"nonce": ["short one", NONCES[1]], "numbers": "x"})
    assert short.status_code == 422
    assert "short one" in short.content.decode()
    assert school.post(url(run, "unknown")).status_code == 404
    assert school.get(url(run, "commit")).status_code == 405


def test_teachers_come_from_a_file_and_its_lines_come_back_when_one_is_wrong() -> None:
    one = assignment(pupils=9)
    school, run = signed_in(one.reviewer), one.plan()
    book, stream = Workbook(), io.BytesIO()
    assert book.active is not None
    for line in TEACHERS.splitlines():
        book.active.append(line.split(","))
    book.save(stream)
    sent = PLAN | {"teachers": "", "teachers_file": SimpleUploadedFile("teachers.xlsx", stream.getvalue())}
    assert school.post(url(run, "prepare"), sent).status_code == 302
    assert len(ClassRun.objects.get().teachers) == 5
    wrong = SimpleUploadedFile("teachers.csv", "合成甲,班主任\n合成乙,门卫".encode("gb18030"))
    answer = school.post(url(run, "prepare"), PLAN | {"teachers": "", "teachers_file": wrong})
    assert answer.status_code == 422
    assert "合成乙,门卫" in answer.content.decode()
    broken = SimpleUploadedFile("teachers.xlsx", b"PK\x03\x04")
    assert school.post(url(run, "prepare"), PLAN | {"teachers_file": broken}).status_code == 422
    assert len(ClassRun.objects.get().teachers) == 5


def test_strangers_find_nothing() -> None:
    one = assignment(pupils=9)
    run = one.committed()
    other = signed_in(staff("school-9", "reviewer", "WL02"))
    assert other.get(url(run)).status_code == 404
    assert other.post(url(run, "commit")).status_code == 404
    assert "WL01" not in other.get("/official/classes/").content.decode()
    for path in (url(run), "/official/classes/", url(run) + "classes-full.json"):
        assert family(one.parent).get(path).status_code == 302
    assert (
        other.post("/official/classes/plan/", {"school": "WL01", "season": "9" * 30, "stage": "primary"}).status_code
        == 404
    )


def test_the_public_page_and_files_hold_no_person_and_no_fact() -> None:
    one = assignment()
    plan = one.plan()
    assert Client().get(f"/classes/{plan.pk}/").status_code == 404
    assert f"/classes/{plan.pk}/" not in Client().get("/classes/").content.decode()
    assert Client().get(f"/classes/{plan.pk}/classes-public.json").status_code == 404
    run = one.published()
    secrets = {"合成家长", "合成小明", "2019-"}
    for pupil in Application.objects.select_related("guardian"):
        secrets |= {pupil.receipt, str(pupil.guardian.phone), pupil.guardian.username, str(pupil.pk)}
    for child in Child.objects.all():
        secrets |= {child.id_number, child.id_index}
    for entry in ClassEntry.objects.all():
        secrets |= {entry.salt, entry.facts}
    assert f"/classes/{run.pk}/" in Client().get("/classes/?page=9").content.decode()
    for path in ("", "announcement.json", "classes-public.json"):
        answer = Client().get(f"/classes/{run.pk}/{path}")
        assert answer.status_code == 200
        assert not [secret for secret in secrets if secret in answer.content.decode()], path
    public = json.loads(Client().get(f"/classes/{run.pk}/classes-public.json").content)
    assert "kind" not in json.dumps(public)
    assert "month" not in json.dumps(public["rows"])


def test_the_full_file_is_for_notary_and_inspector_and_each_look_is_logged() -> None:
    one = assignment(pupils=9)
    run = one.confirm(one.drawn(), "draw_teachers")
    path = url(run) + "classes-full.json"
    notary = signed_in(one.notary)
    assert notary.get(path).status_code == 404  # sealed for everybody
    one.confirm(run, "publish")
    assert signed_in(one.reviewer).get(path).status_code == 404
    assert signed_in(one.official).get(path).status_code == 404
    looks = Entry.objects.filter(action="classes.full_file")
    assert not looks.exists()
    full = notary.get(path)
    assert full.status_code == 200
    assert len(json.loads(full.content)["pupils"]) == 9
    assert looks.count() == 1
    text = full.content.decode()
    assert not [pupil.receipt for pupil in one.pupils if pupil.receipt in text]


def test_large_classes_are_said_in_words_before_and_after() -> None:
    one = assignment(pupils=46)
    school, run = signed_in(one.reviewer), one.plan()
    assert (run.classes, run.size) == (2, 45)
    text = school.get(url(run), headers={"Accept-Language": "en"}).content.decode()
    assert "above the primary standard" not in text
    plan = PLAN | {"classes": "1", "size": "60"}
    assert school.post(url(run, "prepare"), plan).status_code == 302
    warning = "Class 1 has 46 pupils, above the primary standard of 45."
    assert warning in school.get(url(run), headers={"Accept-Language": "en"}).content.decode()
    ClassRun.objects.filter(pk=run.pk).update(stage="junior")
    assert warning not in school.get(url(run), headers={"Accept-Language": "en"}).content.decode()
    ClassRun.objects.filter(pk=run.pk).update(stage="primary")
    one.confirm(one.confirm(one.drawn(run, classes="1", size="60"), "draw_teachers"), "publish")
    assert warning in school.get(url(run), headers={"Accept-Language": "en"}).content.decode()


def test_the_late_draw_has_a_page_of_its_own() -> None:
    one: Assignment = assignment(pupils=9)
    run = one.published()
    school = signed_in(one.reviewer)
    assert school.post(url(run, "late")).status_code == 422
    enter(one.round, 70)
    assert school.post(url(run, "late")).status_code == 302
    late = ClassRun.objects.get(number=1)
    page = school.get(url(late), headers={"Accept-Language": "en"}).content.decode()
    assert "Late arrivals, draw 1" in page
    assert 'id="teachers"' not in page

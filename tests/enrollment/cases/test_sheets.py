"""Encrypted sheets: out to a department's own key, and back through the one importer with what is wrong in each row."""

from typing import Any

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from audit.models import Entry
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.cases.services.batches import batch_bring_in, batch_key_set, batch_make
from foundation.errors import NotAllowed, Refused
from foundation.tables import read_table
from imports.models import Import
from tests import factories
from tests.enrollment.cases.test_joint_review import QUESTION, asked
from tests.entering import signed_in
from tests.tables import book_of, taken, worked

pytestmark = pytest.mark.django_db
DEPARTMENT = "natural_resources"
PLACE = f"{factories.DISTRICT}:{DEPARTMENT}"
HEAD = ["编号", "意见", "本部门登记内容", "说明"]


@pytest.fixture
def official() -> Account:
    return factories.staff("official")


def key_of(identity: Any) -> str:
    return str(identity.to_public())


def returned(official: Account, rows: list[list[str]], *, encrypt: bool = True) -> Import:
    """The department's sheet, encrypted to the portal's key as its page shows it, and checked by a worker."""
    browser = signed_in(official)
    page = browser.get("/official/cases/sheets/").content.decode()
    own = page.split('data-qa="own-key">')[1].split("<")[0].strip()
    content = book_of([HEAD, *rows])
    if encrypt:
        content = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(own)])
    answer = browser.post(
        "/official/cases/sheets/back/", {"place": PLACE, "file": SimpleUploadedFile("a.xlsx.age", content)}
    )
    assert answer.status_code == 302, answer.content.decode()
    return worked(Import.objects.latest("pk"))


def test_the_open_questions_go_out_readable_by_the_department_alone(official: Account) -> None:
    case, identity = asked(names_child=True), pyrage.x25519.Identity.generate()
    enquiry = case.enquiries.get()
    with pytest.raises(Refused) as no_key:
        batch_make(official=official, district=factories.DISTRICT, department=DEPARTMENT)
    assert no_key.value.code == "no_key"
    browser = signed_in(official)
    typed = {"place": PLACE, "recipient": "age1nonsense"}
    refused = browser.post("/official/cases/sheets/key/", typed)
    assert refused.status_code == 422
    assert "age1nonsense" in refused.content.decode()
    assert browser.post("/official/cases/sheets/key/", {**typed, "recipient": key_of(identity)}).status_code == 302
    answer = browser.post("/official/cases/sheets/out/", {"place": PLACE})
    assert answer.status_code == 200
    assert QUESTION.encode() not in answer.content
    stranger = pyrage.x25519.Identity.generate()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(answer.content, [stranger])
    head, row = read_table(pyrage.decrypt(answer.content, [identity]), rows=9)
    line = dict(zip(head, row, strict=True))
    assert line["编号"] == enquiry.number
    assert line["需核实的问题"] == QUESTION
    assert line["证件号码"] == case.application.child.id_number
    exported = Entry.objects.filter(action="case_batch.export").get()
    assert exported.details["count"] == 1
    other = browser.post("/official/cases/sheets/out/", {"place": f"{factories.DISTRICT}:housing"})
    assert other.status_code == 422


@pytest.mark.django_db(transaction=True)
def test_answers_come_back_encrypted_by_two_people(official: Account) -> None:
    case = asked()
    enquiry = case.enquiries.get()
    made = returned(official, [[enquiry.number, "不符", "50%", "登记簿记载各半"]])
    assert made.counts["new"] == 1
    assert not Opinion.objects.exists()
    taken(made, by=factories.staff("official"))
    opinion = Opinion.objects.get()
    assert (opinion.verdict, opinion.value, opinion.way, opinion.by) == ("different", "50%", "sheet", official)
    case.refresh_from_db()
    assert case.state == "answered"
    again = returned(official, [[enquiry.number, "属实", "100%", "登记已更正"]], encrypt=False)
    assert again.counts["changed"] == 1
    taken(again, by=factories.staff("official"))
    assert Opinion.objects.latest("pk").verdict == "confirmed"
    same = returned(official, [[enquiry.number, "属实", "100%", "登记已更正"], ["", "", "", ""]], encrypt=False)
    assert same.counts["same"] == 1


@pytest.mark.django_db(transaction=True)
def test_wrong_rows_are_named_and_nothing_is_stored(official: Account) -> None:
    good, other = asked().enquiries.get(), asked(departments=["housing"]).enquiries.get()
    made = returned(
        official,
        [
            [good.number, "不符", "半份", "说明在此"],
            [other.number, "属实", "100%", ""],
            ["999999", "属实", "100%", ""],
            ["x", "也许", "", ""],
        ],
    )
    assert made.state == "wrong"
    assert made.counts["wrong"] == 4
    assert not Opinion.objects.exists()


def test_what_is_not_encrypted_to_the_portal_is_refused(official: Account) -> None:
    asked()
    identity = pyrage.x25519.Identity.generate()
    content = pyrage.encrypt(b"x", [pyrage.x25519.Recipient.from_str(key_of(identity))])
    for wrong in (content, content[:60]):
        with pytest.raises(Refused) as refused:
            batch_bring_in(official=official, place=PLACE, content=wrong, file_name="a.age")
        assert refused.value.code == "encrypted"
    answer = signed_in(official).post("/official/cases/sheets/back/", {"place": PLACE})
    assert answer.status_code == 422


def test_only_officials_of_the_county_send_and_bring_in(official: Account) -> None:
    asked()
    key = key_of(pyrage.x25519.Identity.generate())
    for who in (factories.staff("official", district="430703"), factories.staff("reviewer")):
        with pytest.raises(NotAllowed):
            batch_key_set(official=who, district=factories.DISTRICT, department=DEPARTMENT, recipient=key)
        with pytest.raises(NotAllowed):
            batch_make(official=who, district=factories.DISTRICT, department=DEPARTMENT)
        with pytest.raises(NotAllowed):
            batch_bring_in(official=who, place=PLACE, content=b"x", file_name="a")
    with pytest.raises(NotAllowed):
        batch_key_set(official=official, district=factories.DISTRICT, department="fishing", recipient=key)
    assert signed_in(factories.staff("reviewer")).get("/official/cases/sheets/").status_code == 404
    assert Enquiry.objects.filter(case__in=JointCase.objects.all()).exists()

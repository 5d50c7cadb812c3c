"""What families lived where the portal once failed: households, homes, twins, one telephone, papers, late answers.

Each goes through the pages and, where a register decides, through the agencies' own service over HTTP.
"""

import io
import re
import uuid
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from accounts.models import Account
from enrollment.documents.models import Document
from enrollment.documents.services import document_content
from enrollment.judging.later.recovery import ask_again_where_back
from enrollment.outcome.models import RegistryRecord
from enrollment.seasons.models import Application, Draft, Round
from enrollment.seasons.services.seasons import policy_store
from foundation import clock
from identifiers.resident import check_character
from notifications.channels.console import ConsoleChannel
from notifications.models import Message
from notifications.services import Outgoing, drain, messages_queue
from policy import scheme_text
from schools.models import School, SeatPlan
from schools.services import schools_store, seat_plans_store
from tests import factories
from tests.agencies import City, agencies, agency_service
from tests.enrollment.documents.test_content import ofd, pdf, picture
from tests.enrollment.documents.test_documents import unusual
from tests.enrollment.judging.test_recovery import run
from tests.enrollment.outcome.test_letters import placed
from tests.enrollment.outcome.test_student_registry import RIGHT
from tests.enrollment.over_http import checked
from tests.entering import signed_in
from tests.hostile.test_cases_typed import filed
from verification.models import AgencySwitch

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Any) -> None:
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path


def browser_of(account: Account) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(account)
    return client


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def submitted(one: factories.Family) -> Any:
    sent = {"declare": "yes", "client_token": str(uuid.uuid4())}
    return browser_of(one.guardian).post(f"/my/apply/{one.draft.public_id}/check/", sent)


def application_of(one: factories.Family) -> Application:
    assert submitted(one).status_code == 302
    return Application.objects.get(child=one.child)


def page_of(application: Application) -> str:
    return words(browser_of(application.guardian).get(f"/my/applications/{application.pk}/"))


def case_page(application: Application) -> Any:
    desk = signed_in(factories.staff("reviewer", school="WL01"), language="zh-hans")
    return desk, f"/admin/enrollment/application/{application.pk}/change/"


# -- who the parents are, and whose the home is ---------------------------------------------------------------------


def test_a_member_of_the_household_who_is_no_parent_is_not_taken_for_one(agencies: City) -> None:
    uncle = factories.adult_number()
    one = factories.family(factories.world(), guardian_relation="other", authorised_by="both", guardian_id=uncle)
    held = factories.records(one)
    parent = {"id_number": factories.adult_number(), "name": "合成妈妈"}
    members = [{**parent, "relation": "户主"}, {"id_number": uncle, "name": "合成家长", "relation": "非亲属"}]
    agencies.put("household", {**held["household"][0], "householder_id": parent["id_number"], "members": members})
    agencies.put("real_estate", *held["real_estate"])
    application = checked(application_of(one))
    assert application.state == "attention"  # the home is his, and no parent's


@pytest.mark.parametrize("typed", ["50", "100"])
def test_a_home_of_both_parents_of_whom_one_was_not_named_goes_to_a_person(agencies: City, typed: str) -> None:
    one = factories.family(factories.world(), home_share=typed)
    held, father = factories.records(one), {"id_number": factories.adult_number(), "name": "合成爸爸"}
    mother = held["real_estate"][0]["owners"][0]
    held["real_estate"][0]["owners"] = [{**mother, "share": 0.5}, {**father, "share": 0.5}]
    for agency, found in held.items():
        agencies.put(agency, *found)
    application = checked(application_of(one))
    assert application.state == "attention"  # no class is lost for a name that was not asked
    desk, address = case_page(application)
    assert "合成爸爸" in desk.get(address).text


def test_a_home_of_both_parents_is_theirs_once_both_are_named(agencies: City) -> None:
    number = factories.adult_number()
    father = {"id_number": number, "name": "合成爸爸", "share": 0.5}
    one = factories.family(factories.world(), second_guardian_id=number)
    held = factories.records(one)
    held["real_estate"][0]["owners"] = [{**held["real_estate"][0]["owners"][0], "share": 0.5}, father]
    for agency, found in held.items():
        agencies.put(agency, *found)
    assert checked(application_of(one)).state == "approved"


@pytest.mark.parametrize(
    ("typed", "registered"),
    [("阿布都热依木 买买提", "阿布都热依木·买买提"), ("李頔", "李𬱖"), ("呂小娜", "吕小娜"), ("⼟⼩明", "土小明")],
)
def test_a_name_in_another_form_is_a_matter_of_spelling_and_one_press(
    agencies: City, typed: str, registered: str
) -> None:
    application = filed({"name": typed}).application
    assert application is not None
    answers = application.versions.get().claims["answers"]
    one = factories.Family(factories.world(), application.guardian, application.child, Draft(), answers)
    held = factories.records(one)
    agencies.put("household", {**held["household"][0], "name": registered})
    agencies.put("real_estate", *held["real_estate"])
    checked(application)
    if typed == "⼟⼩明":  # what the page showed is the very name
        assert application.state == "approved"
        return
    assert application.state == "attention"
    desk, address = case_page(application)
    assert "姓名写法" in words(desk.get(address))
    pressed = desk.post(address, {"decision": "approve", "reason": "同一人，仅写法不同"})
    application.refresh_from_db()
    assert (pressed.status_code, application.state) == (302, "approved")


def test_a_second_person_on_one_telephone_is_stopped_with_a_way_out() -> None:
    mothers = filed({}).application
    assert mothers is not None
    account = mothers.guardian
    account.refresh_from_db()
    before = (account.name, account.id_number)
    grandmother = {"name": "合成小花", "guardian_name": "合成奶奶", "guardian_id": factories.adult_number()}
    ended = filed(grandmother, account)
    assert ended.application is None
    assert "另一位监护人" in ended.page
    assert "电话" in ended.page or "手机" in ended.page
    account.refresh_from_db()
    assert (account.name, account.id_number) == before
    assert Application.objects.get() == mothers


# -- twins ----------------------------------------------------------------------------------------------------------


def twin(one: factories.Family, born: date, **changed: str) -> Application:
    """The other child, added and filed through the pages."""
    typed = {**one.answers, **changed, "name": "合成小华", "id_number": factories.child_number(born=born)}
    ended = filed(typed, one.guardian)
    assert ended.application is not None, ended.errors
    return ended.application


def test_twins_of_two_days_are_bound() -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first = factories.judged(one)
    factories.answered(one, twin(one, factories.SIX_YEAR_OLD + timedelta(days=1)))
    assert "与合成小华绑定" in page_of(first)


def test_twins_whom_the_cut_off_parts_are_told_and_put_before_a_person(agencies: City) -> None:
    last, too_young = date(2019, 8, 31), date(2019, 9, 1)
    one = factories.family(factories.world(), child_id=factories.child_number(born=last), keep_siblings="yes")
    agencies.believe(one)
    browser_of(one.guardian).post(
        "/my/children/add/", {"name": "合成小华", "id_number": factories.child_number(born=too_young)}
    )
    application = checked(application_of(one))
    assert application.state == "attention"
    assert Message.objects.filter(template="twins_parted", account=one.guardian).count() == 1


def test_children_whose_eight_long_codes_differ_in_the_last_are_not_bound() -> None:
    place = factories.world()
    codes = [f"430702-PRIMARY-{number:05}" for number in range(9)]
    district = place.school.district
    schools_store(
        schools=[
            School(code=code, district=district, name=f"合成第{at}小学", address="", longitude=111.7, latitude=29.03)
            for at, code in enumerate(codes)
        ]
    )
    text = scheme_text("changde").replace("choices: {count: 2", "choices: {count: 8")
    Round.objects.update(policy=policy_store(district=district, code="eight", text=text))
    seat_plans_store(plans=[SeatPlan(school_id=code, year=factories.YEAR, stage="primary", seats=9) for code in codes])
    one = factories.family(factories.world(), keep_siblings="yes", choices=",".join(codes[:8]))
    first = factories.judged(one)
    other = factories.answered(one, twin(one, factories.SIX_YEAR_OLD, choices=",".join([*codes[:7], codes[8]])))
    assert other.state == first.state == "approved"
    assert "与合成小华绑定" not in page_of(first)


# -- rounds, schools, registry --------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True])
def test_who_withdraws_is_told_the_truth_about_applying_again(closed: bool) -> None:
    application = factories.application("submitted")
    if closed:  # before its announced end, as two officials may
        Round.objects.update(state="closed")
    asked = words(browser_of(application.guardian).get(f"/my/applications/{application.pk}/withdraw/"))
    assert ("前可以重新报名" in asked) is not closed
    assert ("不再接受报名" in asked) is closed


@pytest.mark.parametrize("typed", ["滨湖路12号", "滨湖路１２号", "湖南省常德市武陵区滨湖路12号3栋501室"])
def test_a_road_that_a_schools_page_lists_is_found(typed: str) -> None:
    factories.world()
    listed = words(Client(headers={"accept-language": "zh-hans"}).get("/schools/WL01/"))
    assert "滨湖路" in listed
    found = Client(headers={"accept-language": "zh-hans"}).post("/find-school/", {"address": typed})
    assert "滨湖路小学" in words(found)


@pytest.mark.parametrize("place", ["浙江省杭州市江干区", "福建省三明市梅列区", "广东省东莞市", "湖南省常德市武陵区"])
@pytest.mark.parametrize("group", ["穿青人", "土家族"])
def test_the_registry_takes_a_place_that_was_one_on_the_day_of_birth(place: str, group: str) -> None:
    application = placed()
    client, path = browser_of(application.guardian), f"/my/applications/{application.pk}/registry/"
    answer = client.post(path, {"page": "child", **RIGHT, "birthplace": place, "ethnic": group})
    assert (answer.status_code, answer["Location"][-9:]) == (302, "page=home")
    assert RegistryRecord.objects.get().answers["birthplace"] == place


def test_a_number_of_a_city_without_counties_names_its_place() -> None:
    first = "44190020190504001"
    one = factories.family(factories.world(), child_id=first + check_character(first))
    application = one.bring("accepted")
    shown = browser_of(one.guardian).get(f"/my/applications/{application.pk}/registry/").text
    assert "广东省东莞市" in shown
    assert "东莞市东莞市" not in shown


@pytest.mark.parametrize(
    ("name", "number", "taken"),
    [("Maria Sousa", "E12345678", True), ("Maria Sousa", "", False), ("李明", "E12345678", True)],
)
def test_the_registry_judges_the_other_guardian_by_the_own_document(name: str, number: str, taken: bool) -> None:
    application = placed()
    client, path = browser_of(application.guardian), f"/my/applications/{application.pk}/registry/"
    typed = {
        "page": "guardian",
        "second_is": "是",
        "second_name": name,
        "second_relation": "父亲",
        "second_id": number or factories.adult_number(),
        "second_phone": "19900000001",
    }
    answer = client.post(path, typed)
    assert ("second_name-error" not in answer.text) is taken


# -- papers ---------------------------------------------------------------------------------------------------------


def given(content: bytes, name: str) -> tuple[factories.Family, str]:
    one = unusual()
    page = f"/my/apply/{one.draft.public_id}/documents/"
    answer = browser_of(one.guardian).post(page, {"file:title": SimpleUploadedFile(name, content)}, follow=True)
    return one, words(answer)


def test_a_webp_photo_is_kept_as_a_picture_that_everybody_can_open() -> None:
    given(picture("WEBP", size=(900, 700)), "photo.webp")
    document = Document.objects.get()
    assert document.content_type == "image/jpeg"


def test_a_pdf_that_forbids_printing_is_taken_and_can_be_read() -> None:
    one, _said = given(pdf(2, owner="of the office"), "scan.pdf")
    document = Document.objects.get()
    assert not PdfReader(io.BytesIO(document_content(document))).is_encrypted
    assert browser_of(one.guardian).get(f"/documents/{document.public_id}/file/").status_code == 200


def test_an_ofd_file_is_named_with_what_to_do() -> None:
    _one, said = given(ofd(), "证明.ofd")
    assert "OFD" in said
    assert "PDF" in said
    assert not Document.objects.exists()


# -- late answers ---------------------------------------------------------------------------------------------------


def test_families_who_file_while_an_agency_is_away_need_no_person_once_it_is_back(agencies: City) -> None:
    place = factories.world()
    families = [factories.family(place) for _number in range(8)]
    for one in families:
        agencies.believe(one)
    agencies.knobs(household={"down": 1})
    applications = [run(application_of(one)) for one in families]
    assert {made.state for made in applications} == {"attention"}
    agencies.knobs()
    AgencySwitch.objects.all().delete()  # the minutes in which it rested are over
    for minutes in (11, 22, 33):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            ask_again_where_back()
            for filed_then in applications:
                filed_then.refresh_from_db()
                if filed_then.state == "verifying":
                    run(filed_then)
    assert {made.state for made in applications} == {"approved"}
    assert not Application.objects.filter(transitions__event="open_review").exists()


def test_a_sign_in_code_goes_before_the_results_of_a_round_and_is_not_sent_when_it_is_over() -> None:
    families = [factories.guardian() for _number in range(40)]
    params = {"child": "合成小明", "receipt": "26-0000-0000-0"}
    messages_queue(outgoing=[Outgoing(f"result:{one.pk}", "received", params, one) for one in families])
    late, now = Client(REMOTE_ADDR="203.0.113.9"), clock.now()
    with clock.at(now - timedelta(seconds=400)):
        late.post("/sign-in/", {"phone": "19900008181"})
    Client(REMOTE_ADDR="203.0.113.8").post("/sign-in/", {"phone": "19900008282"})
    drain()
    lines = ConsoleChannel().path.read_text().splitlines()
    assert '"code:' in lines[0]
    assert sum('"code:' in line for line in lines) == 1
    assert Message.objects.filter(template="sign_in_code", state="expired").count() == 1
    assert Message.objects.filter(template="received", state="sent").count() == len(families)

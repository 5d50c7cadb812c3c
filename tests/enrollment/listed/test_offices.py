"""An office keeps its own list, sees no other, and names who guides; a parent looks before anything is filed."""

import pytest
from django.test import Client

from accounts.departments import Department
from accounts.models import Account
from audit.models import Entry
from enrollment.judging.lists.kinds import LISTS
from enrollment.judging.models import ListEntry
from enrollment.listed.models import ListGuide
from enrollment.listed.selectors import entries_told
from enrollment.listed.services import GuideWords, guide_set
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import KeptList
from foundation.errors import NotAllowed, Refused
from imports.models import Import
from imports.selectors import own_kinds, own_tables
from imports.services import import_take, import_upload
from schools.models import District
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked as filed_and_checked
from tests.entering import signed_in
from tests.lottery.factories import token
from tests.tables import brought, checked, csv_of, taken

pytestmark = pytest.mark.django_db
PLACE = f"{factories.DISTRICT}:{factories.YEAR}"
WORDS = GuideWords("合成区人才服务中心", "", "0571-5550 0001", "工作日 9:00-17:00")


def officer(department: Department, district: str = factories.DISTRICT) -> Account:
    return factories.staff("department", department=department, district=district)


@pytest.mark.parametrize(
    ("department", "lists"),
    [
        (Department.MILITARY, {"military", "martyr"}),
        (Department.VETERANS, {"military", "martyr"}),
        (Department.EMERGENCY, {"rescue"}),
        (Department.PUBLIC_SECURITY, {"rescue"}),
        (Department.TALENT, {"talent"}),
        (Department.HUMAN_RESOURCES, {"talent"}),
        (Department.DISABLED, {"disabled"}),
        (Department.HOUSING, set()),
        (Department.EDUCATION, set()),
    ],
)
def test_an_officer_brings_in_what_the_department_keeps_and_nothing_else(
    department: Department, lists: set[str]
) -> None:
    place = factories.world()
    child = factories.family(place).child.id_number
    one = officer(department)
    assert {kind.name for kind in own_kinds(one)} == lists
    for kind in LISTS:
        rows = csv_of([{"儿童证件号": child, "残疾等级": "三级"} if kind.name == "disabled" else {"儿童证件号": child}])
        if kind.name in lists:
            assert checked(kind.name, PLACE, rows, by=one).state == "ready"
        else:
            with pytest.raises(NotAllowed):
                import_upload(official=one, kind=kind.name, place=PLACE, content=rows, file_name="a.csv")
    page = signed_in(one).get("/official/lists/")
    assert page.status_code == (200 if lists else 404)
    assert [one.name for one in LISTS if str(one.title) in page.text] == [
        one.name for one in LISTS if one.name in lists
    ]


def test_a_colleague_or_the_bureau_takes_it_and_never_who_brought_it() -> None:
    place = factories.world()
    first, second, official = officer(Department.TALENT), officer(Department.TALENT), factories.staff("official")
    for other in (second, official):
        child = factories.family(place).child.id_number
        made = checked("talent", PLACE, csv_of([{"儿童证件号": child}]), by=first)
        with pytest.raises(Refused) as refused:
            import_take(official=first, import_id=made.pk, token=token(first))
        assert refused.value.code == "same_person"
        assert taken(made, by=other).state == "applied"
    assert ListEntry.objects.filter(kind="talent").count() == 2


def test_officers_of_other_places_and_other_departments_see_no_table_of_it() -> None:
    place = factories.world()
    row = csv_of([{"儿童证件号": factories.family(place).child.id_number, "单位": "合成部队"}])
    made = checked("military", PLACE, row, by=officer(Department.MILITARY))
    District.objects.get_or_create(pk="330299", defaults={"name": "合成区", "parent_id": None})
    others = [
        officer(Department.TALENT),
        officer(Department.MILITARY, "430703"),
        factories.staff("reviewer", school="WL01"),
    ]
    for other in others:
        assert made not in own_tables(other)
        browser = signed_in(other)
        assert browser.get(f"/official/imports/no/{made.pk}/").status_code == 404
        assert browser.post(f"/official/imports/no/{made.pk}/refuse/").status_code == 404
    assert Import.objects.get().state == "ready"
    city = officer(Department.MILITARY, factories.DISTRICT[:4])
    assert made in own_tables(city)  # of the city, whose offices reach its counties


def test_an_office_names_who_guides_and_the_log_says_who_did() -> None:
    factories.world()
    one = officer(Department.TALENT)
    browser = signed_in(one)
    address = f"/official/lists/{factories.DISTRICT}/talent/"
    wrong = browser.post(address, {"office": "合成区人才服务中心", "phone": "问前台"})
    assert wrong.status_code == 422
    assert "合成区人才服务中心" in wrong.text
    assert not ListGuide.objects.exists()
    typed = {"office": WORDS.office, "phone": WORDS.phone, "hours": WORDS.hours}
    assert browser.post(address, typed).status_code == 302
    assert browser.post(address, {**typed, "person": "合成联络员"}).status_code == 302
    guide = ListGuide.objects.get()
    assert (guide.office, guide.person, guide.phone, guide.set_by) == (WORDS.office, "合成联络员", WORDS.phone, one)
    assert Entry.objects.filter(action="lists.guide", actor_id=one.pk).count() == 2
    for refused in (f"/official/lists/{factories.DISTRICT}/military/", "/official/lists/999999/talent/"):
        assert browser.get(refused).status_code == 404
        assert browser.post(refused, typed).status_code == 404


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (GuideWords("", "", "0571-55500001", ""), "office"),
        (GuideWords("办", "", "", ""), "phone"),
        (GuideWords("办", "", "一二三", ""), "phone"),
        (GuideWords("办", "", "<script>", ""), "phone"),
        (GuideWords("办" * 61, "", "12345", ""), "office"),
        (GuideWords("办", "人" * 31, "12345", ""), "person"),
    ],
)
def test_what_is_no_guide_is_refused_at_its_field(words: GuideWords, field: str) -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        guide_set(staff=officer(Department.TALENT), district=factories.DISTRICT, kind="talent", words=words)
    assert refused.value.field == field
    assert not ListGuide.objects.exists()


def parent_of(one: factories.Family) -> Client:
    factories.assured(one.guardian, id_number=one.answers["guardian_id"], name=one.answers["guardian_name"])
    browser = Client()
    browser.force_login(one.guardian)
    return browser


def known_at_home(agencies: City, one: factories.Family) -> None:
    """The register has the parent's own page, too, and names the child there."""
    child, parent = factories.records(one)["household"][0], one.answers["guardian_id"]
    names = one.answers["guardian_name"], one.child.name
    members = [
        {"id_number": parent, "name": names[0], "relation": "户主"},
        {"id_number": one.child.id_number, "name": names[1], "relation": "子女"},
    ]
    agencies.put("household", {**child, "members": members})
    agencies.put("household", {**child, "id_number": parent, "name": names[0], "members": members})


def test_a_parent_looks_before_anything_is_filed_and_reads_whom_to_ask(agencies: City) -> None:
    place = factories.world()
    two = factories.staff("official"), factories.staff("official")
    one, stranger = factories.family(place), factories.family(place)
    known_at_home(agencies, one)
    brought("talent", PLACE, csv_of([{"儿童证件号": one.child.id_number}]), by=two[0], other=two[1])
    guide_set(staff=officer(Department.TALENT), district=factories.DISTRICT, kind="talent", words=WORDS)
    browser = parent_of(one)
    before = browser.get("/my/lists/").text
    assert WORDS.phone in before  # whom to ask is said to everybody
    assert 'data-qa="entry"' not in before
    page = browser.post("/my/lists/").text
    assert one.child.name in page
    assert page.count('data-qa="entry"') == 1
    assert WORDS.office in page
    assert Entry.objects.filter(action="register.children", actor_id=one.guardian.pk).count() == 1
    nobody = Client()
    nobody.force_login(stranger.guardian)
    told = nobody.post("/my/lists/").text
    assert one.child.name not in told
    assert 'data-qa="entry"' not in told
    assert nobody.get("/my/lists/").text.count("/my/identity/") == 1


def test_who_is_on_no_list_reads_so_and_a_silent_register_loses_nothing(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    known_at_home(agencies, one)
    browser = parent_of(one)
    assert 'data-qa="entry"' not in browser.post("/my/lists/").text
    agencies.knobs(household={"down": 1})
    page = browser.post("/my/lists/")
    assert page.status_code == 200
    assert 'data-qa="child"' not in page.text


def test_the_guide_stands_on_the_application_for_the_proven_parent_only(agencies: City) -> None:
    place = factories.world()
    two = factories.staff("official"), factories.staff("official")
    one = factories.family(place)
    agencies.believe(one)
    brought("talent", PLACE, csv_of([{"儿童证件号": one.child.id_number}]), by=two[0], other=two[1])
    guide_set(staff=two[0], district=factories.DISTRICT, kind="talent", words=WORDS)
    application = filed_and_checked(one.submit())
    assert entries_told(one.guardian, application) == []
    page = parent_of(one).get(f"/my/applications/{application.pk}/").text
    assert WORDS.phone in page


@pytest.mark.parametrize(("grade", "degree"), [("一级", "severe"), ("3", "moderate"), ("四级", "mild")])
def test_the_list_of_disabled_children_tells_the_degree_where_no_register_is_asked(
    grade: str, degree: str, agencies: City
) -> None:
    place = factories.world()
    KeptList.objects.all().delete()
    two = factories.staff("official"), factories.staff("official")
    on, off = factories.family(place), factories.family(place)
    brought("disabled", PLACE, csv_of([{"儿童证件号": on.child.id_number, "等级": grade}]), by=two[0], other=two[1])
    told = []
    for one in (on, off):
        agencies.believe(one)
        told.append(filed_and_checked(one.submit()).versions.get().facts["child.disability"])
    assert [(fact["value"], fact["status"]) for fact in told] == [(degree, "verified"), ("none", "verified")]


def test_a_grade_that_is_none_is_returned_with_its_row() -> None:
    place = factories.world()
    child = factories.family(place).child.id_number
    made = checked("disabled", PLACE, csv_of([{"儿童证件号": child, "等级": "五级"}]), by=officer(Department.DISABLED))
    assert made.state == "wrong"
    lists_keep(district=District.objects.get(pk=factories.DISTRICT), kinds=["disabled"])
    assert not ListEntry.objects.exists()

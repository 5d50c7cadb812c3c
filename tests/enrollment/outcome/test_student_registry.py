"""The student registry: what is known is not asked, what is asked is kept, what is exported is text."""

import io
from datetime import date

import openpyxl
import pytest

from accounts.models import Account
from audit.models import Entry
from enrollment.outcome.models import RegistryRecord
from enrollment.outcome.student_registry.questions import (
    COLUMNS,
    FIELDS,
    place_code,
    place_of_address,
    place_of_number,
    student_registry_valid,
)
from enrollment.outcome.student_registry.services import (
    plain_cell,
    student_registry_asked,
    student_registry_export,
    student_registry_offered,
    student_registry_save,
)
from enrollment.seasons.models import Application, Child
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.appeals.test_appeals import staff_client
from tests.enrollment.outcome.test_letters import enter, placed

RIGHT = {
    "birthplace": "湖南省常德市武陵区",
    "native_place": "湖南省常德市鼎城区",
    "ethnic": "土家",
    "nationality": "中国",
    "overseas": "否",
    "health": "健康或良好",
    "only_child": "否",
    "preschool": "是",
    "left_behind": "非留守儿童",
    "household_type": "非农业户口",
    "post_address": factories.HOME,
    "postcode": "415000",
    "boarding": "走读",
    "second_is": "否",
}


def save(application: Application, **typed: str) -> tuple[RegistryRecord, dict[str, object]]:
    stored, errors = student_registry_save(guardian=application.guardian, application_id=application.pk, typed=typed)
    return stored, dict(errors)


def export(account: Account) -> openpyxl.Workbook:
    body = student_registry_export(staff=account, school_code="WL01", year=factories.YEAR)
    return openpyxl.load_workbook(io.BytesIO(body))  # noqa: TID251 - how each cell was written is not read else


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("湖南省常德市武陵区", "430702000000"),
        ("北京市东城区", "110101000000"),
        ("湖南省", "430000000000"),
        ("武陵区", ""),
        ("某某省某某市", ""),
        ("境外", "境外"),
    ],
)
def test_places_by_their_full_names(name: str, code: str) -> None:
    assert place_code(name) == code


def test_a_place_of_birth_that_was_abolished_or_has_no_counties_is_a_place() -> None:
    assert place_code("浙江省杭州市江干区") == "330104000000"
    assert place_code("福建省三明市梅列区") == "350402000000"
    assert place_code("广东省东莞市").startswith("4419")
    assert place_of_number("441900201908310012") == "广东省东莞市"
    assert place_of_number("330104201908310013") == "浙江省杭州市江干区"
    assert place_code("浙江省杭州市无此区") == ""


@pytest.mark.parametrize("typed", ["穿青人", "汉", "汉族", "维吾尔族"])
def test_groups_as_identity_cards_print_them(typed: str) -> None:
    field = next(field for field in FIELDS if field.kind == "ethnic")
    assert student_registry_valid(field, typed, date(2026, 6, 1))[1] is None


def test_places_from_numbers_and_addresses() -> None:
    assert place_of_number("430702201905041234") == "湖南省常德市武陵区"
    assert place_of_number("H1234567801") == ""
    assert place_of_address(factories.HOME) == "湖南省常德市武陵区"
    assert place_of_address("滨湖路12号") == ""


@pytest.mark.django_db
def test_what_the_application_says_is_not_asked_again() -> None:
    application = placed()
    asked = {
        field.name for page in ("child", "home", "guardian") for field in student_registry_asked(application, page)
    }
    assert asked == {field.name for field in FIELDS} - {"home_address", "household_place"}
    assert student_registry_offered(application)["birthplace"] == "湖南省常德市武陵区"


@pytest.mark.django_db
def test_right_answers_complete_it_and_wrong_ones_are_kept() -> None:
    application = placed()
    stored, errors = save(application, **{**RIGHT, "postcode": "4150", "birthplace": "常德"})
    assert set(errors) == {"postcode", "birthplace"}
    assert (stored.answers["postcode"], stored.completed_at) == ("4150", None)
    stored, errors = save(application, postcode="415000", birthplace=RIGHT["birthplace"])
    assert errors == {}
    assert stored.completed_at is not None


@pytest.mark.django_db
def test_a_second_guardian_is_asked_for_only_where_there_is_one() -> None:
    _stored, errors = save(placed(), **{**RIGHT, "second_is": "是"})
    assert set(errors) == {"second_name", "second_relation", "second_id", "second_phone"}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["offered", "waiting", "declined", "submitted"])
def test_nothing_is_asked_before_the_place_is_accepted(state: str) -> None:
    with pytest.raises(Refused) as refused:
        save(placed(state), **RIGHT)
    assert refused.value.code == "state"


@pytest.mark.django_db
def test_answers_of_a_sibling_are_offered() -> None:
    place = factories.world()
    first = placed(place=place)
    save(first, **RIGHT)
    second = placed(place=place)
    Application.objects.filter(pk=second.pk).update(guardian=first.guardian)
    second.refresh_from_db()
    offered = student_registry_offered(second)
    assert (offered["ethnic"], offered["postcode"]) == ("土家族", "415000")
    assert "health" not in offered


@pytest.mark.django_db
def test_the_pages_lead_through_and_come_back_with_what_is_wrong() -> None:
    application = placed()
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/registry/"
    assert "湖南省常德市武陵区" in client.get(path).content.decode()
    wrong = client.post(path, {"page": "home", "postcode": "41500", "household_type": "非农业户口"})
    assert (wrong.status_code, "A postcode has six digits" in wrong.content.decode()) == (422, True)
    first = client.post(path, {"page": "child", **RIGHT})
    assert first["Location"].endswith("?page=home")
    later = client.post(path, {"page": "home", "later": "1", "postcode": "1"})
    assert later["Location"].endswith(f"/{application.pk}/")
    assert RegistryRecord.objects.get().answers["postcode"] == "1"
    client.post(path, {"page": "home", **RIGHT})
    done = client.post(path, {"page": "guardian", "second_is": "否"})
    assert done["Location"].endswith(f"/{application.pk}/")
    assert RegistryRecord.objects.get().completed_at is not None


@pytest.mark.django_db
def test_the_export_is_text_and_keeps_every_character() -> None:
    application = placed()
    name = "𬱖䶮·㛃𰻝"
    Child.objects.filter(pk=application.child_id).update(name=name)
    save(application, **{**RIGHT, "post_address": factories.HOME})
    stored = RegistryRecord.objects.get()
    stored.answers = {**stored.answers, "post_address": "=HYPERLINK(1)\x07@x"}
    stored.save()
    book = export(factories.staff("reviewer", school="WL01"))
    header, row = list(book["学籍"].iter_rows())
    values = {str(title.value): cell for title, cell in zip(header, row, strict=True)}
    assert [title for title, _name in COLUMNS] == list(values)
    assert values["学生姓名"].value == name
    assert values["身份证件号"].value == application.child.id_number
    assert values["身份证件类型"].value == "居民身份证"
    assert {cell.data_type for cell in row if cell.value} == {"s"}
    assert values["通信地址"].value == "=HYPERLINK(1) @x"
    assert list(book["缺项"].values)[1:] == []
    assert Entry.objects.filter(action="registry.export").count() == 1
    assert Entry.objects.filter(action="application.registry", object_id=str(application.pk)).count() == 1


@pytest.mark.django_db
def test_what_is_missing_is_named_and_other_schools_get_nothing() -> None:
    application = placed()
    lacking = list(export(factories.staff("official"))["缺项"].values)[1]
    assert lacking[0] == application.receipt
    assert "民族" in str(lacking[1])
    for account in (factories.staff("reviewer", school="WL02"), factories.staff("supervisor")):
        with pytest.raises(NotAllowed):
            student_registry_export(staff=account, school_code="WL01", year=factories.YEAR)
    other = staff_client(factories.staff("reviewer", school="WL02"))
    assert other.get(f"/official/registry/WL01/{factories.YEAR}.xlsx").status_code == 404
    own = staff_client(factories.staff("reviewer", school="WL01")).get("/official/registry/WL01/newest.xlsx")
    assert own.content[:2] == b"PK"


def test_cells_are_one_line_without_control_characters() -> None:
    assert plain_cell("a\x00b\n\tc\x1f 𰻝") == "a b c 𰻝"


@pytest.mark.django_db
def test_staff_find_a_child_by_whole_name_or_number_only() -> None:
    place = factories.world()
    one, two = factories.family(place), factories.family(place)
    name = "𬱖䶮·㛃𰻝"
    Child.objects.filter(pk=one.child.pk).update(name=name, name_index=blind_index("child-name", name))
    first, second = one.submit(), two.submit()
    client = staff_client(factories.staff("official"))

    def found(term: str) -> set[str]:
        page = client.get("/admin/enrollment/application/", {"q": term, "desk": "all"}).content.decode()
        return {receipt for receipt in (first.receipt, second.receipt) if receipt in page}

    assert found(name) == found("𬱖䶮•㛃𰻝") == {first.receipt}
    assert found(two.child.id_number) == {second.receipt}
    assert found("𬱖䶮") == found(two.child.id_number[:17]) == set()

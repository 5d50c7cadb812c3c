"""Schools, seats, zones and the address book as tables: brought in, undone, refused where something rests on them."""

from typing import Any

import pytest

from accounts.models import Account
from enrollment.seasons.models import Round
from foundation.errors import Refused
from imports.models import Import
from imports.services import import_take, import_undo_ask, import_upload
from schools.models import AddressPoint, School, SeatPlan, Zone
from schools.selectors import zone_of, zones
from schools.services import district_ensure
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked as filed_and_checked
from tests.lottery.factories import token
from tests.tables import brought, checked, csv_of, undone

pytestmark = pytest.mark.django_db
HERE = factories.DISTRICT
YEAR = f"{HERE}:{factories.YEAR}"
PRIMARY = f"{YEAR}:primary"
SCHOOL: dict[str, object] = {
    "学校代码": "WL09",
    "学校名称": "新街小学",
    "办学性质": "公办",
    "地址": "新街1号",
    "经度": "111.7",
    "纬度": "29.03",
    "电话": "0736-5550109",
}


@pytest.fixture
def two() -> tuple[Account, Account]:
    factories.world()
    return factories.staff("official"), factories.staff("official")


def listed(kind: str, place: str, two: tuple[Account, Account], *rows: dict[str, object]) -> Any:
    return brought(kind, place, csv_of(rows), by=two[0], other=two[1])


def words(kind: str, place: str, two: tuple[Account, Account], *rows: dict[str, object]) -> list[str]:
    made = checked(kind, place, csv_of(rows), by=two[0])
    assert made.state == "wrong", (made.state, made.problem)
    return [one["words"].partition("：")[0] for one in made.report["wrong"]]


def zone_row(**changed: object) -> dict[str, object]:
    row = {"学区": "滨湖路学区", "年份": "2026", "学段": "小学", "学校": "WL01", "方式": "包含", "类型": "道路"}
    return {**row, "名称": "滨湖路", "起号": "1", "止号": "99", **changed}


def test_schools_come_in_change_and_are_taken_back(two: tuple[Account, Account]) -> None:
    listed("schools", HERE, two, SCHOOL)
    made = listed("schools", HERE, two, {**SCHOOL, "学校名称": "新街示例小学"}, {**SCHOOL, "学校代码": "WL10"})
    assert (made.counts["new"], made.counts["changed"]) == (1, 1)
    short = {name: value for name, value in SCHOOL.items() if name != "电话"}
    made = checked("schools", HERE, csv_of([{**short, "学校名称": "新街示例小学"}]), by=two[0])
    assert made.counts["same"] == 1, "a column that is not there changes nothing"
    made = Import.objects.get(pk=made.pk - 1)
    assert School.objects.get(pk="WL09").name == "新街示例小学"
    assert undone(made, by=two[0], other=two[1]).state == "undone"
    assert School.objects.get(pk="WL09").name == "新街小学"
    assert School.objects.get(pk="WL09").phone == "0736-5550109"
    assert not School.objects.filter(pk="WL10").exists()


def test_a_school_of_another_county_is_not_taken_from_it(two: tuple[Account, Account]) -> None:
    other = district_ensure(code="430703")
    School.objects.create(code="DC01", district=other, name="x", address="x", longitude=111, latitude=29)
    wrong = words(
        "schools", HERE, two, {**SCHOOL, "学校代码": "DC01"}, {**SCHOOL, "经度": "1116"}, {**SCHOOL, "办学性质": "公立"}
    )
    assert wrong == ["学校代码", "经度", "办学性质"]
    assert School.objects.get(pk="DC01").district_id == "430703"


def test_schools_that_seats_name_stay(two: tuple[Account, Account]) -> None:
    made = listed("schools", HERE, two, SCHOOL)
    listed("seats", YEAR, two, {"学校代码": "WL09", "学段": "小学", "招生计划": "90"})
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=two[0], import_id=made.pk)
    assert refused.value.code == "used"


def test_seats_come_in_and_are_taken_back_until_they_are_public(two: tuple[Account, Account]) -> None:
    rows: list[dict[str, object]] = [
        {"学校代码": "WL01", "学段": "小学", "招生计划": "90", "班额": "40"},
        {"学校代码": "WL02", "学段": "初中", "招生计划": "1,000"},
    ]
    made = listed("seats", YEAR, two, *rows)
    cells = {one["name"]: (one["before"], one["after"]) for one in made.report["changed"][0]["cells"]}
    assert (cells["招生计划"], cells["班额"]) == (("40", "90"), ("45", "40"))
    assert SeatPlan.objects.get(school="WL02", stage="junior").seats == 1000
    undone(made, by=two[0], other=two[1])
    assert list(SeatPlan.objects.order_by("school").values_list("seats", flat=True)) == [40, 40]
    made = listed("seats", YEAR, two, *rows)
    Round.objects.update(state="frozen")
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=two[0], import_id=made.pk)
    assert refused.value.code == "used"
    assert words("seats", YEAR, two, {**rows[0], "招生计划": "91"}) == ["学段"]


def test_wrong_seats_are_named(two: tuple[Account, Account]) -> None:
    right: dict[str, object] = {"学校代码": "WL01", "学段": "小学", "招生计划": "90", "班额": "45"}
    rows = [
        {**right, **one}
        for one in ({"学校代码": "X"}, {"学段": "大学"}, {"招生计划": "-1"}, {"招生计划": "1.5"}, {"班额": "0"})
    ]
    assert words("seats", YEAR, two, *rows) == ["学校代码", "学段", "招生计划", "招生计划", "班额"]


def test_zones_replace_those_of_a_stage_and_come_back(two: tuple[Account, Account]) -> None:
    before = zones(HERE, factories.YEAR, "primary")
    rows = [zone_row(), zone_row(学区="朗州路学区", 学校="WL02", 名称="朗州路", 起号="", 止号="", 单双号="双号")]
    made = listed("zones", PRIMARY, two, *rows)
    assert zone_of("武陵区朗州路8号", district=HERE, year=factories.YEAR, stage="primary").schools == ("WL02",)
    assert (made.counts["new"], made.counts["same"]) == (1, 1)
    made = listed("zones", PRIMARY, two, rows[1])
    assert (made.counts["gone"], Zone.objects.count()) == (1, 1)
    assert undone(made, by=two[0], other=two[1]).state == "undone"
    assert {zone.name for zone in zones(HERE, factories.YEAR, "primary")} == {"滨湖路学区", "朗州路学区"}
    assert before[0].rules in [zone.rules for zone in zones(HERE, factories.YEAR, "primary")]


def test_wrong_rows_of_zones_are_named(two: tuple[Account, Account]) -> None:
    rows = [
        zone_row(年份="2025"),
        zone_row(学区="甲", 学校="NO", 名称="甲路"),
        zone_row(学区="乙", 名称="棋盘山路以东"),
        zone_row(学区="丙", 名称="丙路", 起号="9", 止号="1"),
        zone_row(学区="丁", 类型="小曲", 名称="丁苑"),
    ]
    assert words("zones", PRIMARY, two, *rows) == ["年份", "学校", "名称", "止号", "类型"]


def test_a_zone_that_is_drawn_is_not_lost_with_a_table(two: tuple[Account, Account]) -> None:
    area = {"type": "Polygon", "coordinates": [[[111, 29], [112, 29], [112, 30], [111, 29]]]}
    Zone.objects.update(polygon=area)
    assert words("zones", PRIMARY, two, zone_row(学区="别处学区", 名称="朗州路")) == ["学区"]
    drawn = zone_row(类型="四至", 名称="滨湖路以东", 起号="", 止号="")
    listed("zones", PRIMARY, two, zone_row(), drawn, zone_row(学区="别处学区", 名称="朗州路"))
    assert Zone.objects.get(name="滨湖路学区").polygon == area


def test_zones_and_book_that_judged_somebody_do_not_change(agencies: City, two: tuple[Account, Account]) -> None:
    one = factories.family(factories.world())
    ready = checked("addresses", YEAR, csv_of([{"地址": "芙蓉家园", "经度": "111.7", "纬度": "29.03"}]), by=two[0])
    agencies.believe(one)
    filed_and_checked(one.submit())
    for kind, place in (("zones", PRIMARY), ("addresses", YEAR)):
        with pytest.raises(Refused) as refused:
            import_upload(official=two[0], kind=kind, place=place, content=b"x", file_name="")
        assert refused.value.code == "zones_in_use"
    with pytest.raises(Refused) as refused:
        import_take(official=two[1], import_id=ready.pk, token=token(two[1]))
    assert refused.value.code == "zones_in_use"
    assert import_upload(official=two[0], kind="zones", place=f"{YEAR}:junior", content=b"x", file_name="").pk


def test_the_address_book_grows_and_is_taken_back(two: tuple[Account, Account]) -> None:
    row: dict[str, object] = {"地址": "芙蓉家园", "经度": "111.7", "纬度": "29.03"}
    listed("addresses", YEAR, two, row)
    made = listed("addresses", YEAR, two, {**row, "经度": "111.8"}, {**row, "地址": "洞庭大道10号"})
    assert AddressPoint.objects.count() == 2
    undone(made, by=two[0], other=two[1])
    assert list(AddressPoint.objects.values_list("name", "longitude")) == [("芙蓉家园", 111.7)]
    assert words("addresses", YEAR, two, {**row, "地址": "洞庭大道"}, {**row, "经度": "x"}) == ["地址", "经度"]

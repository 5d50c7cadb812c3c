"""A bureau's folder: the example loads; every mistake is named with file, row and column; nothing half-stored."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from openpyxl import Workbook

from enrollment.seasons.models import ApplicationVersion, PolicyVersion, Round, Season
from foundation import clock
from foundation.errors import Refused
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from schools.models import School, Zone
from tests.lottery.factories import apply

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "wuling"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "season"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def said(folder: Path) -> list[str]:
    return [str(problem) for problem in read_folder(folder).problems]


def test_the_shipped_example_has_no_mistake() -> None:
    plan = read_folder(EXAMPLE)
    assert plan.problems == []
    assert plan.synthetic
    assert len(plan.rounds) == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("schools.csv", "111.6", "1116.6", "schools.csv row 2 column longitude"),
        ("schools.csv", "公办", "公立", "schools.csv row 2 column kind"),
        ("schools.csv", "430702P02", "430702P01", "schools.csv row 3 column code"),
        ("schools.csv", "经度", "精度", "schools.csv row 1 column longitude"),
        ("seats.csv", "430702P01,小学", "430702X01,小学", "seats.csv row 2 column school"),
        ("seats.csv", "小学,", "大学,", "seats.csv row 2 column stage"),
        ("zones.csv", "小区", "小曲", "zones.csv row 2 column kind"),
        ("season.yaml", '"430702"', '"999999"', "season.yaml column district"),
        ("season.yaml", "policy: changde", "policy: changda", "season.yaml column rounds[1].policy"),
        ("season.yaml", "2026-07-05 17:00", "2026-06-05 17:00", "season.yaml column rounds[1]"),
        ("season.yaml", "2026-06-20 08:00", "2026-06-31 08:00", "season.yaml column rounds[1].opens"),
        ("season.yaml", "rounds:", "rounds: [", "season.yaml: not readable as YAML"),
        ("season.yaml", "rounds:", "again: &a [x]\nmore: *a\nrounds:", "season.yaml row 16: Anchors"),
        ("season.yaml", "rounds:", "again: " + "x" * 9_000 + "\nrounds:", "season.yaml row 16: This is too large"),
        ("policies/changde.yaml", "mechanism: parallel", "mechanism: lottery", "policies/changde.yaml row"),
        ("service_points.csv", "区级", "省级", "service_points.csv row 2 column level"),
    ],
)
def test_a_mistake_is_named_where_it_stands(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    replace(folder / file, old, new)
    problems = said(folder)
    assert any(line.startswith(expected) for line in problems), problems


@pytest.mark.parametrize("name", ["schools.csv", "seats.csv", "zones.csv", "season.yaml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert any(name in line for line in said(folder))


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert "no such folder" in said(tmp_path / "nothing")[0]


def test_tables_of_excel_in_china_are_read(folder: Path) -> None:
    path = folder / "schools.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    sheet = Workbook()
    rows = [line.split(",") for line in (folder / "seats.csv").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        sheet.active.append([int(cell) if cell.isdigit() and len(cell) < 5 else cell for cell in row])  # type: ignore[union-attr]
    sheet.save(folder / "seats.xlsx")
    (folder / "seats.csv").unlink()
    plan = read_folder(folder)
    assert plan.problems == []
    assert plan.seats == read_folder(EXAMPLE).seats


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00binary", "neither UTF-8"), (b"PK\x03\x04 broken", "is damaged"), (b"", "is empty")],
)
def test_a_file_that_is_no_table_is_refused(folder: Path, content: bytes, words: str) -> None:
    (folder / "seats.csv").unlink()
    (folder / "seats.xlsx").write_bytes(content)
    assert any(line.startswith("seats.xlsx: ") and words in line for line in said(folder))


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_a_dry_run_stores_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_season", str(EXAMPLE), "--dry-run")
    assert not Season.objects.exists()
    call_command("load_season", str(EXAMPLE))
    counts = (School.objects.count(), Zone.objects.count(), Round.objects.count(), PolicyVersion.objects.count())
    call_command("load_season", str(EXAMPLE))
    again = (School.objects.count(), Zone.objects.count(), Round.objects.count(), PolicyVersion.objects.count())
    assert counts == again == (34, 30, 4, 2)
    assert "34 schools" in capsys.readouterr().out


@pytest.mark.django_db
def test_with_a_mistake_the_command_ends_with_2_and_stores_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(folder / "seats.csv", "小学,", "大学,")
    with pytest.raises(SystemExit) as ended:
        call_command("load_season", str(folder))
    assert ended.value.code == 2
    assert "seats.csv row 2 column stage" in capsys.readouterr().err
    assert not School.objects.exists()


@pytest.mark.django_db
def test_a_changed_policy_is_a_new_version_and_never_replaces_one_in_use(folder: Path) -> None:
    store_plan(read_folder(folder))
    replace(folder / "policies/changde.yaml", "count: 2", "count: 3")
    store_plan(read_folder(folder))
    versions = PolicyVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(versions.filter(code="changde")) == [1, 2]
    assert list(versions.exclude(code="changde")) == [1]
    Round.objects.update(state="open")
    replace(folder / "policies/changde.yaml", "count: 3", "count: 1")
    with pytest.raises(Refused) as refused:
        store_plan(read_folder(folder))
    assert refused.value.code == "in_use"
    assert PolicyVersion.objects.count() == 3


def feature(stage: str = "primary", ring: object = None, **properties: object) -> dict[str, object]:
    square = [[111.6, 29.0], [111.7, 29.0], [111.7, 29.1], [111.6, 29.1], [111.6, 29.0]]
    return {
        "type": "Feature",
        "properties": {"zone": "启明街道小学学区", "year": 2026, "stage": stage, **properties},
        "geometry": {"type": "Polygon", "coordinates": [square] if ring is None else ring},
    }


def test_zones_may_have_areas_on_the_map(folder: Path) -> None:
    body = {"type": "FeatureCollection", "features": [feature()]}
    (folder / "polygons.geojson").write_text(json.dumps(body), encoding="utf-8")
    plan = read_folder(folder)
    assert plan.problems == []
    assert [zone.name for zone in plan.zones if zone.polygon] == ["启明街道小学学区"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "polygons.geojson: not a GeoJSON"),
        (json.dumps({"features": [{}]}), "polygons.geojson row 1: needs the properties"),
        (json.dumps({"features": [feature(zone="没有的学区")]}), "polygons.geojson row 1: there is no zone"),
        (json.dumps({"features": [feature(), feature(ring=[[[0, 0], [1, 1]]])]}), "polygons.geojson row 2"),
    ],
)
def test_an_area_that_cannot_be_used_is_named(folder: Path, text: str, expected: str) -> None:
    (folder / "polygons.geojson").write_text(text, encoding="utf-8")
    assert any(line.startswith(expected) for line in said(folder)), said(folder)


def test_a_border_is_refused_with_its_row_unless_the_zone_is_drawn(folder: Path) -> None:
    (folder / "polygons.geojson").unlink()
    rows = (folder / "zones.csv").read_text(encoding="utf-8").splitlines()
    rows.append("启明街道小学学区,2026,小学,,包含,道路,棋盘山路以东、沿江路以北,,,")
    (folder / "zones.csv").write_text("\n".join(rows), encoding="utf-8")
    assert [line[:30] for line in said(folder)] == [f"zones.csv row {len(rows)} column name:"[:30]]
    rows[-1] = "启明街道小学学区,2026,小学,,,四至,棋盘山路以东、沿江路以北,,,"
    (folder / "zones.csv").write_text("\n".join(rows), encoding="utf-8")
    assert "polygons.geojson" in said(folder)[0]
    area = {"type": "Polygon", "coordinates": [[[111.6, 29], [111.7, 29], [111.7, 29.1], [111.6, 29.1], [111.6, 29]]]}
    properties = {"zone": "启明街道小学学区", "year": 2026, "stage": "primary"}
    body = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": area}]}
    (folder / "polygons.geojson").write_text(json.dumps(body), encoding="utf-8")
    assert said(folder) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("朗州示例苑,111.65,29.05", ""),
        ("洞庭大道10号,111.65,29.05", ""),
        ("朗州示例苑,11165,29.05", "addresses.csv row 2 column longitude"),
        ("朗州示例苑,111.65,", "addresses.csv row 2 column latitude"),
        ("洞庭大道,111.65,29.05", "addresses.csv row 2 column address"),
        ("朗州示例苑,111.65,29.05\n朗州示例苑,111.66,29.05", "addresses.csv row 3 column address"),
    ],
)
def test_the_address_book_is_read_and_its_mistakes_are_named(folder: Path, line: str, expected: str) -> None:
    (folder / "addresses.csv").write_text(f"小区,经度,纬度\n{line}\n", encoding="utf-8")
    problems = said(folder)
    assert [problem[: len(expected)] for problem in problems] == ([expected] if expected else [])


@pytest.mark.django_db
def test_zones_and_address_book_that_judged_somebody_are_not_replaced(folder: Path) -> None:
    (folder / "addresses.csv").write_text("小区,经度,纬度\n朗州示例苑,111.65,29.05\n", encoding="utf-8")
    store_plan(read_folder(folder))
    stored = list(Zone.objects.order_by("pk").values_list("pk", flat=True))
    store_plan(read_folder(folder))  # the same again changes nothing
    assert list(Zone.objects.order_by("pk").values_list("pk", flat=True)) == stored
    round_ = Round.objects.get(stage="primary", kind="main")
    application = apply(round_, 1)
    ApplicationVersion.objects.filter(application=application).update(assessed_at=clock.now())
    store_plan(read_folder(folder))
    before = (folder / "zones.csv").read_text(encoding="utf-8")
    primary = next(line for line in before.splitlines() if ",小学," in line)
    (folder / "zones.csv").write_text(before.replace(primary + "\n", "", 1), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        store_plan(read_folder(folder))
    assert refused.value.code == "zones_in_use"
    (folder / "zones.csv").write_text(before, encoding="utf-8")
    (folder / "addresses.csv").write_text("小区,经度,纬度\n朗州示例苑,111.66,29.05\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        store_plan(read_folder(folder))
    assert refused.value.code == "zones_in_use"
    junior = next(line for line in before.splitlines() if ",初中," in line)
    (folder / "addresses.csv").write_text("小区,经度,纬度\n朗州示例苑,111.65,29.05\n", encoding="utf-8")
    (folder / "zones.csv").write_text(before.replace(junior + "\n", "", 1), encoding="utf-8")
    store_plan(read_folder(folder))  # no application of that stage was judged

"""A season as a folder: what stands goes out as it came in, to the byte, and comes in again by two people."""

import io
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from audit.models import Entry
from enrollment.seasons.models import PolicyVersion, Round, Season
from enrollment.seasons.rules.forms import form_of
from enrollment.setup.models import SeasonFolder
from foundation import clock
from foundation.errors import Refused
from portal.seasons.changes import folder_drop, folder_take, folder_upload
from portal.seasons.export import archive, folder_of
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from schools.models import School, SeatPlan
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.enrollment.own_form.content import CHOICE, THANKS
from tests.enrollment.own_form.content import content as own_form
from tests.lottery.factories import token
from tests.portal.test_load_season import EXAMPLE, feature
from verification.models import DataItem

pytestmark = pytest.mark.django_db


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def empty_database() -> None:
    """As before the first season."""
    call_command("flush", interactive=False, verbosity=0)


def rich(tmp_path: Path) -> Path:
    """A season with everything that a folder can hold."""
    folder = tmp_path / "rich"
    shutil.copytree(EXAMPLE, folder)
    area = {"type": "FeatureCollection", "features": [feature()]}
    (folder / "polygons.geojson").write_text(json.dumps(area), encoding="utf-8")
    (folder / "addresses.csv").write_text("小区,经度,纬度\n朗州示例苑,111.65,29.05\n", encoding="utf-8")
    scheme = (folder / "policies/changde.yaml").read_text(encoding="utf-8")
    (folder / "policies/changde.2.yaml").write_text(scheme.replace("count: 2", "count: 3"), encoding="utf-8")
    season = (folder / "season.yaml").read_text(encoding="utf-8")
    season = season.replace(
        "{stage: junior, kind: main, policy: changde,",
        "{stage: junior, kind: main, policy: changde.2, form: bus, reminders: [5, 3, 1], answer_days: 9,",
    )
    own = {**own_form({**CHOICE, "name": "own_1"}, thanks=THANKS), "off": ["helper_name", "helper_phone"]}
    (folder / "forms.yaml").write_text(yaml.safe_dump({"bus": own}, allow_unicode=True), encoding="utf-8")
    line = "  - {item: household, quota: 5, dialect: {signature: hmac-sm3}, valid_until: 2027-12-31}\n"
    season = season.replace("items:\n", f"items:\n{line}")
    (folder / "season.yaml").write_text(season, encoding="utf-8")
    return folder


@pytest.mark.django_db(transaction=True)
def test_the_round_trip_is_exact(tmp_path: Path) -> None:
    plan = read_folder(rich(tmp_path))
    assert plan.problems == []
    out = folder_of(Season.objects.get(pk=store_plan(plan)))
    assert {"polygons.geojson", "addresses.csv", "articles.yaml", "forms.yaml", "policies/changde.1.yaml"} < set(out)
    empty_database()
    assert not School.objects.exists()
    again = read_folder(written(out, tmp_path / "out"))
    assert again.problems == []
    season = Season.objects.get(pk=store_plan(again))
    assert folder_of(season) == out
    junior = Round.objects.get(stage="junior")
    assert (junior.answer_days, junior.reminders) == (9, [5, 3, 1])
    assert form_of(junior.form_id).text("thanks", "en") == THANKS["en"]
    assert form_of(junior.form_id).shared == {"own_1"}
    assert DataItem.objects.get(agency="household").dialect == {"signature": "hmac-sm3"}
    assert DataItem.objects.count() == 7
    assert archive(folder_of(season)) == archive(out)
    with zipfile.ZipFile(io.BytesIO(archive(out))) as packed:
        assert sorted(packed.namelist()) == sorted(out)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("own_1", "guardian_name", "bus.extra.0.name"),
        ("kind: choice", "kind: photo", "bus"),
        ("- helper_phone", "- household_registered_on", "bus.off.household_registered_on"),
        ("thanks", "material:nothing", "bus.texts.material:nothing"),
    ],
)
def test_what_is_wrong_in_a_form_is_named(tmp_path: Path, old: str, new: str, column: str) -> None:
    folder = rich(tmp_path)
    text = (folder / "forms.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "forms.yaml").write_text(text.replace(old, new), encoding="utf-8")
    problems = [one for one in read_folder(folder).problems if one.file == "forms.yaml"]
    assert column in {one.column for one in problems}


def test_the_form_of_a_round_that_is_closed_stays(tmp_path: Path) -> None:
    plan = read_folder(rich(tmp_path))
    season = Season.objects.get(pk=store_plan(plan))
    Round.objects.filter(stage="junior").update(state="frozen")
    folder = written(folder_of(season), tmp_path / "again")
    text = (folder / "forms.yaml").read_text(encoding="utf-8").replace("谢谢", "多谢")
    (folder / "forms.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        store_plan(read_folder(folder), reason="改词")
    assert refused.value.code == "form_fixed"


def test_loading_what_stands_again_changes_nothing(tmp_path: Path) -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    out = folder_of(season)
    store_plan(read_folder(written(out, tmp_path)))
    assert folder_of(season) == out
    assert PolicyVersion.objects.count() == 2


def test_dates_of_a_running_round_are_not_overwritten(tmp_path: Path) -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    now = clock.now()
    closes = (now + timedelta(days=5)).replace(second=0, microsecond=0)
    Round.objects.filter(stage="primary", kind="main").update(
        state="open", opens_at=now, closes_at=closes, results_at=closes + timedelta(days=9)
    )
    with pytest.raises(Refused) as refused:
        store_plan(read_folder(EXAMPLE), reason="改期")
    assert refused.value.code == "dates_fixed"
    assert Round.objects.get(stage="primary", kind="main").closes_at == closes
    folder = written(folder_of(season), tmp_path)
    later = clock.written(closes + timedelta(days=1))
    text = (folder / "season.yaml").read_text(encoding="utf-8").replace(clock.written(closes), later)
    (folder / "season.yaml").write_text(text, encoding="utf-8")
    plan = read_folder(folder)
    with pytest.raises(Refused) as refused:
        store_plan(plan)
    assert refused.value.code == "reason"
    store_plan(plan, reason="台风，顺延一天")
    assert clock.written(Round.objects.get(stage="primary", kind="main").closes_at) == later


def zipped(files: dict[str, bytes], change: tuple[str, str, str] = ("", "", "")) -> bytes:
    name, old, new = change
    if name:
        assert old.encode() in files[name], (name, old)
        files = {**files, name: files[name].replace(old.encode(), new.encode())}
    return archive(files)


def test_a_folder_comes_in_by_two_people_with_every_difference_shown() -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    first, second = factories.staff("official"), factories.staff("official")
    at = f"/official/season/430702/{season.year}/folder/"
    desk = at_desk(Client(), first)
    answer = desk.get(f"{at}zip/")
    assert answer.content == archive(folder_of(season))
    changed = zipped(folder_of(season), ("seats.csv", "430702P01,小学,40,45", "430702P01,小学,60,45"))
    assert desk.post(at, {"file": SimpleUploadedFile("a.zip", changed)}).status_code == 302
    made = SeasonFolder.objects.get()
    assert made.changes == [
        {"file": "seats.csv", "gone": ["430702P01,小学,40,45"], "new": ["430702P01,小学,60,45"], "more": 0}
    ]
    assert b"SIMPLE" not in bytes(made.content)
    assert "430702P01,小学,60,45" in desk.get(at).content.decode()
    body = {"folder": made.pk, "token": token(first)}
    assert desk.post(f"{at}take/", body).status_code == 422
    assert SeatPlan.objects.get(school="430702P01", year=season.year).seats == 40
    other = at_desk(Client(), second)
    assert other.post(f"{at}take/", {"folder": made.pk, "token": token(second)}).status_code == 302
    assert SeatPlan.objects.get(school="430702P01", year=season.year).seats == 60
    made.refresh_from_db()
    assert (made.state, bytes(made.content)) == ("taken", b"")
    assert Entry.objects.get(action="season.folder_take").details["changes"] == made.changes
    assert other.post(f"{at}take/", {"folder": made.pk, "token": token(second)}).status_code == 422  # pressed twice


def test_a_folder_that_was_overtaken_is_not_taken_and_one_can_be_dropped() -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    first, second = factories.staff("official"), factories.staff("official")
    content = zipped(folder_of(season), ("seats.csv", "430702P01,小学,40,45", "430702P01,小学,60,45"))
    made = folder_upload(official=first, district="430702", year=season.year, content=content)
    with pytest.raises(Refused) as refused:
        folder_upload(official=second, district="430702", year=season.year, content=content)
    assert refused.value.code == "waiting"
    SeatPlan.objects.filter(school="430702P02").update(seats=1)
    with pytest.raises(Refused) as refused:
        folder_take(official=second, folder_id=made.pk, password=token(second))
    assert refused.value.code == "stale"
    assert folder_drop(official=second, folder_id=made.pk).state == "dropped"
    assert SeatPlan.objects.get(school="430702P01").seats == 40


def bomb() -> bytes:
    return archive({"schools.csv": b"0" * 70_000_000})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "5 MB"),
        (b"PK\x03\x04 broken", "zip"),
        (b"x" * (5 * 1024**2 + 1), "5 MB"),
        (bomb(), "解压后过大"),
        (archive({f"{at}.csv": b"x" for at in range(61)}), "解压后过大"),
        (archive({"../../etc/season.yaml": b"district: 1"}), "season.yaml"),
        (archive({"note.txt": b"x"}), "season.yaml"),
    ],
)
def test_an_archive_that_is_none_is_refused_and_writes_nothing(content: bytes, words: str) -> None:
    desk = at_desk(Client(), factories.staff("official"))
    answer = desk.post("/official/season/430702/2026/folder/", {"file": SimpleUploadedFile("a.zip", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SeasonFolder.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "notary", "clerk", "elsewhere", "nobody"])
def test_nobody_else_reads_or_brings_a_folder(role: str) -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    client, at = Client(), f"/official/season/430702/{season.year}/folder/"
    if role == "elsewhere":
        at_desk(client, factories.staff("official", district="430703"))
    elif role != "nobody":
        at_desk(client, factories.staff(role))
    content = zipped(folder_of(season), ("seats.csv", "430702P01,小学,40,45", "430702P01,小学,60,45"))
    for path in (at, f"{at}zip/", "/official/notices/430702/"):
        assert client.get(path).status_code in {302, 404}, path
    for path in (at, f"{at}take/", f"{at}drop/", "/official/notices/430702/"):
        assert client.post(path, {"file": SimpleUploadedFile("a.zip", content), "folder": "1"}).status_code in {
            302,
            404,
        }
    assert not SeasonFolder.objects.exists()


def test_the_command_says_what_it_would_change_and_changes_it_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    season = Season.objects.get(pk=store_plan(read_folder(EXAMPLE)))
    folder = written(folder_of(season), tmp_path)
    seats = (
        (folder / "seats.csv").read_bytes().replace("430702P01,小学,40,45".encode(), "430702P01,小学,60,45".encode())
    )
    (folder / "seats.csv").write_bytes(seats)
    with pytest.raises(SystemExit) as ended:
        call_command("load_season", str(folder))
    assert ended.value.code == 2
    assert "  + 430702P01,小学,60,45" in capsys.readouterr().out
    assert SeatPlan.objects.get(school="430702P01").seats == 40
    call_command("load_season", str(folder), "--apply")
    assert SeatPlan.objects.get(school="430702P01").seats == 60

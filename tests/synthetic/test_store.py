"""The SQLite file for the mock agencies, and the command that writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from synthetic import AGENCIES, Family, generate
from synthetic.__main__ import main
from synthetic.spec import CitySpec, SpecError
from synthetic.store import write
from tests.synthetic.cities import SPEC, city


def read(path: Path, query: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query, values).fetchall()


def test_records_are_found_by_document_and_by_certificate(tmp_path: Path) -> None:
    path = tmp_path / "city.sqlite"
    families = list(generate(city(families=200)))
    seen: list[int] = []
    written = write(path, families, progress=seen.append, batch=50)
    assert seen == [50, 100, 150, 200, 200]
    assert (written.families, written.children) == (200, sum(len(f.children) for f in families))
    home = next(f for f in families if f.records["real_estate"])
    record = home.records["real_estate"][0]
    for key in (record["certificate"], record["owners"][0]["id_number"]):
        found = read(path, "SELECT body FROM real_estate WHERE key = ?", key)
        assert [json.loads(body) for (body,) in found] == [record]
    child = home.children[0].id
    ((truth,),) = read(path, "SELECT body FROM truth WHERE id = ?", child)
    assert json.loads(truth) == json.loads(json.dumps(home.truth[child].to_json()))
    ((body,),) = read(path, "SELECT body FROM family WHERE id = ?", home.id)
    assert json.loads(body)["synthetic"] is True
    assert "records" not in json.loads(body)
    assert dict(read(path, "SELECT name, value FROM about"))["digest"] == written.digest


def test_what_is_stored_has_the_one_form_that_is_digested(tmp_path: Path) -> None:
    write(tmp_path / "city.sqlite", generate(city(families=40, seed=3)))
    for table in ("family", "truth", *AGENCIES):
        for (body,) in read(tmp_path / "city.sqlite", f"SELECT body FROM {table}"):
            assert body == json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_same_city_same_digest(tmp_path: Path) -> None:
    first, second, other = (
        write(tmp_path / name, generate(city(families=40, seed=seed))).digest
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == second != other


def test_an_interrupted_write_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "city.sqlite"

    def broken() -> Iterator[Family]:
        yield from generate(city(families=20))
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write(path, broken())
    assert list(tmp_path.iterdir()) == []
    write(path, generate(city(families=20)))
    with pytest.raises(FileExistsError):
        write(path, generate(city(families=20)))


def test_command_line_writes_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "city.sqlite"
    spec.write_text(json.dumps(SPEC), "utf-8")
    assert main(["--families", "30", "--seed", "3", "--spec", str(spec), "--out", str(out)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["synthetic"], report["families"]) == (True, 30)
    tables = {name for (name,) in read(out, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables >= {*AGENCIES, "family", "truth"}
    assert main(["--families", "30", "--spec", str(spec), "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


BAD: list[tuple[dict[str, Any], str]] = [
    ({"families": 0}, "families must be"),
    ({"families": 2_000_000}, "families must be"),
    ({"seed": "x"}, "seed must be"),
    ({"district": 430702}, "district must be"),
    ({"district": "43"}, "six-digit"),
    ({"towns": []}, "at least one"),
    ({"towns": "甲镇"}, "towns must be a list"),
    ({"stages": ["university"]}, "stages must be"),
    ({"estates": [{"name": "x"}]}, "estates[0]: missing road"),
    ({"estates": [{**SPEC["estates"][0], "number": "12"}]}, "estates[0].number"),
    ({"estates": [{**SPEC["estates"][0], "zone": "z"}]}, "unknown zone"),
    ({"check_on": "15 June"}, "check_on must be"),
    ({"town": "x"}, "town is no field"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_bad_specifications_name_the_field(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        CitySpec.from_json({**SPEC, **changes})
    assert said in str(caught.value)


@pytest.mark.parametrize(("text", "said"), [("{", "not JSON"), ("[]", "JSON object"), ("{}", "seed must be")])
def test_bad_spec_files_exit_2(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(text, "utf-8")
    assert main(["--spec", str(spec), "--out", str(tmp_path / "o")]) == 2
    assert said in capsys.readouterr().err
    assert main(["--spec", str(tmp_path / "none"), "--out", str(tmp_path / "o")]) == 2


def test_the_example_of_the_readme_is_a_city() -> None:
    readme = (Path(__file__).resolve().parents[2] / "synthetic/README.md").read_text("utf-8")
    example = json.loads(readme.partition("```json")[2].partition("```")[0])
    assert next(generate(CitySpec.from_json(example))).claims

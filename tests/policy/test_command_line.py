"""The command line: JSON out, exit 2 and a clear line for anything that cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policy.__main__ import main
from tests.policy.builder import policy_text
from tests.policy.personas import DEED, HOUSEHOLD

Out = pytest.CaptureFixture[str]


@pytest.fixture
def family(tmp_path: Path) -> Path:
    path = tmp_path / "family.json"
    path.write_text(json.dumps({"child.birth_date": "2019-01-01", **HOUSEHOLD, **DEED}), "utf-8")
    return path


@pytest.mark.parametrize("name", ["policy", "enrollment.policy"])  # the second is the name outsiders know
def test_evaluate_prints_the_whole_judgement(family: Path, name: str) -> None:
    command = [sys.executable, "-m", name, "evaluate", "changde", str(family)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    out = json.loads(done.stdout)
    assert (out["eligible"], out["group"], out["tier"], out["order_key"]) == (True, "class_1", 1, [1, 20190501])
    assert {"points", "materials", "agencies", "needs_person", "trace"} <= set(out)


def test_check_lists_issues_with_lines(tmp_path: Path, capsys: Out) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(policy_text("{fact: nope, eq: 1}"), "utf-8")
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr()
    (issue,) = json.loads(said.out)["errors"]
    assert "line 15, column 12: groups[0].when.fact: There is no fact `nope`; see" in said.err
    assert (issue["line"], issue["code"]) == (15, "unknown_fact")
    assert main(["check", "linping-2021"]) == main(["check", "changde.yaml"]) == 0
    assert capsys.readouterr().out.count('"ok": true') == 2
    assert main(["check", "linping-2021"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_compare_says_what_changes_for_whom(tmp_path: Path, capsys: Out) -> None:
    new = tmp_path / "new.yaml"
    old = tmp_path / "old.yaml"
    old.write_text(policy_text(), "utf-8")
    new.write_text(policy_text("{fact: household.zone_relation, in: [in_zone, in_district]}"), "utf-8")
    people = tmp_path / "people.jsonl"
    rows = [("a", "in_zone"), ("b", "in_district"), ("c", "elsewhere")]
    lines = [
        json.dumps({"id": i, "school": "s1", "facts": {"child.birth_date": "2019-01-01", "household.zone_relation": z}})
        for i, z in rows
    ]
    people.write_text("\n".join(lines) + "\n\n", "utf-8")
    assert main(["compare", str(old), str(new), str(people)]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["families"], out["changed"]) == (3, 1)
    assert out["by_school"] == {"s1": [{"from": "last", "to": "first", "count": 1}]}
    assert (out["changes"][0]["id"], out["changes"][0]["after"]["group"]) == ("b", "first")
    assert main(["compare", str(old), str(new), str(people), "--limit", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["changes_left_out"] == 1


def test_compare_counts_who_loses_and_who_wins(tmp_path: Path, capsys: Out) -> None:
    old, new, people = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "people.jsonl"
    old.write_text(policy_text(), "utf-8")
    new.write_text(policy_text().replace("min_years: 6", "min_years: 7"), "utf-8")
    people.write_text('{"child.birth_date": "2019-08-31"}\n{"child.birth_date": "2018-08-31"}\n', "utf-8")
    for first, second, lost, won in ((old, new, 1, 0), (new, old, 0, 1)):
        assert main(["compare", str(first), str(second), str(people)]) == 0
        out = json.loads(capsys.readouterr().out)
        assert (out["changed"], out["eligibility_lost"], out["eligibility_won"]) == (1, lost, won)
        assert out["changes"][0]["id"] == "1"


BAD_FAMILIES = [
    ("{", "not JSON"),
    ("[]", "must be an object"),
    ('{"insurance.city": "\\ud800"}', "not JSON"),
    ("NaN", "not a JSON number"),
    ('{"home.kid": "deed"}', "did you mean home.kind"),
    ('{"home.kind": "castle"}', "one of deed"),
    ('{"child.birth_date": "31.8.2019"}', "YYYY-MM-DD"),
    ('{"home.ownership_share": 50}', "share from 0 to 1"),
    ('{"home.kind": ["deed"]}', "a value is text"),
    ('{"home.kind": {"value": "deed", "status": "sure"}}', "status 'sure'"),
    ('{"home.kind": {"value": "deed", "when": 1}}', "unknown key 'when'"),
    ('{"home.kind": "deed", "home": {"kind": "deed"}}', "given twice"),
]


@pytest.mark.parametrize(("text", "said"), BAD_FAMILIES)
def test_bad_families_exit_2(text: str, said: str, tmp_path: Path, capsys: Out) -> None:
    path = tmp_path / "f.json"
    path.write_text(text, "utf-8")
    assert main(["evaluate", "changde", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_bad_files_exit_2(tmp_path: Path, family: Path, capsys: Out) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    broken = tmp_path / "broken.yaml"
    broken.write_text(policy_text("{}"), "utf-8")
    cases = [
        (["evaluate", "no-such", str(family)], "shipped scheme"),
        (["evaluate", "changde", str(tmp_path / "none.json")], "cannot read"),
        (["evaluate", "changde", str(tmp_path)], "cannot read"),
        (["evaluate", str(binary), str(family)], "not UTF-8"),
        (["evaluate", str(broken), str(family)], "line 15, column"),
        (["compare", "changde", "shandong", str(tmp_path / "none")], "cannot read"),
    ]
    for arguments, said in cases:
        assert main(arguments) == 2, arguments
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["judge"], ["evaluate"], ["compare", "a", "b", "c", "--limit", "-1"]])
def test_bad_arguments_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_schemes_and_facts_are_listed(capsys: Out) -> None:
    assert main(["schemes"]) == 0
    assert json.loads(capsys.readouterr().out) == ["chancheng-2021", "changde", "linping-2021", "shandong"]
    assert main(["facts"]) == 0
    assert "home.ownership_share" in {fact["name"] for fact in json.loads(capsys.readouterr().out)}

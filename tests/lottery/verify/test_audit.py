"""The verifier against the core, and against every kind of tampering."""

import ast
import gzip
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery import audit
from lottery.engine.admission.admission_file import admission_json
from lottery.engine.allocation.allocate import allocate, result_json
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.ring import ring_winners
from lottery.engine.drawing.tickets import RollRow, canonical_roll, commit, roll_root, roll_row
from lottery.engine.drawing.transcript import (
    Domain,
    Entropy,
    Reveal,
    Sources,
    announce,
    canonical_json,
    conduct,
    roll_lines,
)
from lottery.engine.messages import LotteryError

DOMAIN = Domain("330282", "2026", "main", "实验小学", "admission")
SOURCES = Sources(("notary", "deputy"), "five balls of 49", "index published next day", "a withheld reveal is left out")


def _roll(count: int = 12) -> list[RollRow]:
    rows = [roll_row(f"R{number:03}", salt=bytes([number]) * 16, facts="tier 1") for number in range(count)]
    twins = [roll_row(f"T{number}", salt=bytes([100 + number]) * 16, group="twins") for number in range(2)]
    return rows + twins


def _entropy(roll: list[RollRow], *, withheld: bool = False) -> Entropy:
    root = roll_root(canonical_roll(roll))
    made = [(name, bytes([at]) * 32) for at, name in enumerate(SOURCES.witnesses, 1)]
    reveals = [Reveal(name, commit(root, name, nonce), nonce) for name, nonce in made]
    if withheld:
        reveals[1] = Reveal("deputy", reveals[1].commitment, None)
    return Entropy(tuple(reveals), (7, 31, 2, 45, 16), "3051.22")


def _transcript(rule: SiblingRule = SiblingRule.EXPAND, seats: int = 5, *, withheld: bool = False) -> dict[str, Any]:
    roll = _roll()
    announcement = announce(roll, domain=DOMAIN, seats=seats, rule=rule, sources=SOURCES)
    return conduct(announcement, roll, _entropy(roll, withheld=withheld))[0]


def _write(folder: Path, value: object, name: str = "t.json") -> str:
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.mark.parametrize("rule", list(SiblingRule))
@pytest.mark.parametrize("seats", [0, 1, 5, 8, 14, 20])
def test_the_verifier_agrees_with_the_core(rule: SiblingRule, seats: int, tmp_path: Path) -> None:
    assert audit.main(["draw", _write(tmp_path, _transcript(rule, seats))]) == 0


def test_a_withheld_reveal_follows_the_fallback(tmp_path: Path) -> None:
    silent = _transcript(withheld=True)
    assert audit.main(["draw", _write(tmp_path, silent)]) == 0
    assert silent["seed"] != _transcript()["seed"]


def test_the_file_runs_alone_with_the_standard_library_only(tmp_path: Path) -> None:
    source = Path(audit.__file__).read_text(encoding="utf-8")
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert names <= sys.stdlib_module_names
    alone = tmp_path / "audit.py"
    alone.write_text(source, encoding="utf-8")
    path = _write(tmp_path, _transcript())
    done = subprocess.run(
        [sys.executable, "-I", str(alone), "draw", path], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verified: 13 groups, 5 seats")


def test_large_rolls_stand_beside_the_transcript_and_may_be_compressed(tmp_path: Path) -> None:
    transcript = _transcript()
    lines = b"".join(roll_lines(canonical_roll(_roll())))
    plain, packed = tmp_path / "roll.csv", tmp_path / "roll.csv.gz"
    plain.write_bytes(lines)
    packed.write_bytes(gzip.compress(lines))
    assert audit.main(["draw", _write(tmp_path, transcript), "--roll", str(packed)]) == 0
    apart = {**transcript, "roll_rows": None}
    apart.pop("digest")
    apart["digest"] = {"sha256": hashlib.sha256(canonical_json(apart)).hexdigest(), "sm3": None}
    assert audit.main(["draw", _write(tmp_path, apart), "--roll", str(plain)]) == 0
    assert audit.main(["draw", _write(tmp_path, apart)]) == 2


def test_any_changed_byte_of_the_roll_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path, _transcript())
    lines = b"".join(roll_lines(canonical_roll(_roll())))
    roll = tmp_path / "roll.csv"
    for at in range(0, len(lines), 7):
        roll.write_bytes(lines[:at] + bytes([lines[at] ^ 1]) + lines[at + 1 :])
        assert audit.main(["draw", path, "--roll", str(roll)]) == 1, at
        assert "roll" in capsys.readouterr().err
    for changed in (lines[:-1], lines + b"\n", b"", lines.replace(b"\n", b"\r\n")):
        roll.write_bytes(changed)
        assert audit.main(["draw", path, "--roll", str(roll)]) == 1
        assert "roll" in capsys.readouterr().err


def test_a_changed_row_inside_the_transcript_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    transcript = _transcript()
    transcript["roll_rows"][3], transcript["roll_rows"][4] = transcript["roll_rows"][4], transcript["roll_rows"][3]
    assert audit.main(["draw", _write(tmp_path, transcript)]) == 1
    assert "roll row 5 is out of order" in capsys.readouterr().err


def _changes(value: Any) -> list[Any]:
    """Every way to change one leaf of a JSON value a little."""
    if isinstance(value, dict):
        return [{**value, key: changed} for key, item in value.items() for changed in _changes(item)]
    if isinstance(value, list):
        inside = [[*value[:at], one, *value[at + 1 :]] for at, item in enumerate(value) for one in _changes(item)]
        return [*inside, [*value, "0" * 64], value[:-1]] if value else [[1]]
    if isinstance(value, str):
        return [value[:-1] + ("1" if value[-1:] == "0" else "0"), value + "0"]
    return [value + 1, float(value)] if isinstance(value, int) else [0]


def test_any_changed_value_of_the_transcript_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    transcript = _transcript(SiblingRule.STOP)
    changes = _changes(transcript)
    assert len(changes) > 100
    for changed in changes:
        assert audit.main(["draw", _write(folder, changed)]) in (1, 2), changed
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (["announcement", "seats"], 6, "announcement digest"),
        (["seed"], "0" * 64, "seed"),
        (["balls"], [1, 2, 3], "seed"),
        (["public_value"], "3051.23", "seed"),
        (["reveals", 0, "nonce"], "00" * 32, "commitment of notary"),
        (["order", "sha256"], "0" * 64, "order"),
        (["winners", 2], "0" * 64, "winners, position 3"),
        (["extra_seats"], 9, "extra seats"),
        (["note"], "added", "transcript digest"),
    ],
)
def test_the_first_difference_is_named(
    path: list[Any], value: object, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    transcript = _transcript()
    at: Any = transcript
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert audit.main(["draw", _write(tmp_path, transcript)]) == 1
    assert f"DIFFERS: {named}" in capsys.readouterr().err


def test_a_wholly_forged_transcript_fails_against_the_noted_announcement(tmp_path: Path) -> None:
    noted = _transcript(seats=5)["announcement_digest"]["sha256"]
    assert audit.main(["draw", _write(tmp_path, _transcript(seats=5)), "--announced", noted]) == 0
    assert audit.main(["draw", _write(tmp_path, _transcript(seats=6)), "--announced", noted]) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"announcement": 1}', '{"a":1,"a":1}', "\x00", '{"a": NaN}'])
def test_an_unusable_transcript_is_bad_input(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.json"
    path.write_text(text, encoding="utf-8")
    for command in ("draw", "admission"):
        assert audit.main([command, str(path)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert audit.main(["draw", str(tmp_path / "missing.json")]) == 2


def test_a_truncated_transcript_is_bad_input(tmp_path: Path) -> None:
    whole = json.dumps(_transcript()).encode()
    path = tmp_path / "t.json"
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        assert audit.main(["draw", str(path)]) == 2
    path.write_bytes(gzip.compress(whole)[:-20])
    assert audit.main(["draw", str(path)]) == 2


def test_a_family_finds_its_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path, _transcript())
    mine = ["ticket", path, "--receipt", "R003", "--salt", "03" * 16]
    assert audit.main([*mine, "--facts", "tier 1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["receipt_hash"] == roll_row("R003", salt=b"\x03" * 16).receipt_hash
    assert 1 <= found["rank"] <= found["of"] == 13
    assert found["seat"] == (found["receipt_hash"] in _transcript()["winners"])
    assert audit.main([*mine, "--facts", "tier 2"]) == 1
    assert audit.main(["ticket", path, "--receipt", "R003", "--salt", "04" * 16]) == 1
    assert audit.main(["ticket", path, "--receipt", "R003", "--salt", "zz"]) == 2


def test_a_ceremony_out_of_step_with_its_announcement_is_refused() -> None:
    roll = _roll()
    announcement = announce(roll, domain=DOMAIN, seats=3, rule=SiblingRule.SKIP, sources=SOURCES)
    entropy = _entropy(roll)
    with pytest.raises(LotteryError, match="The roll is not"):
        conduct(announcement, roll[1:], entropy)
    with pytest.raises(LotteryError, match="The witnesses are not"):
        conduct(announcement, roll, Entropy(entropy.reveals[::-1], entropy.balls, "1"))
    false = Reveal("notary", entropy.reveals[0].commitment, b"x" * 32)
    with pytest.raises(LotteryError, match="does not match"):
        conduct(announcement, roll, Entropy((false, entropy.reveals[1]), entropy.balls, "1"))


@given(st.integers(1, 60), st.data())
def test_the_ring_of_the_verifier_equals_the_ring_of_the_core(numbers: int, data: st.DataObject) -> None:
    seats = data.draw(st.integers(0, numbers))
    start, interval = data.draw(st.integers(1, numbers)), data.draw(st.integers(1, numbers))
    expected = ring_winners(numbers=numbers, seats=seats, start=start, interval=interval)
    assert audit.ring_winners(numbers, seats, start, interval) == expected


def test_the_ring_command_prints_winners_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    ring = ["ring", "--numbers", "10", "--seats", "6", "--start", "3", "--interval", "2"]
    assert audit.main(ring) == 0
    assert capsys.readouterr().out == "3\n5\n7\n9\n1\n4\n"
    assert audit.main([*ring, "--json"]) == 0
    assert capsys.readouterr().out == "[3, 5, 7, 9, 1, 4]\n"


@pytest.mark.parametrize(
    "changed", ["--numbers=0", "--seats=11", "--seats=-1", "--interval=0", "--interval=11", "--start=0"]
)
def test_the_ring_command_refuses_numbers_out_of_range(changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    ring = ["ring", "--numbers", "10", "--seats", "6", "--start", "3", "--interval", "2", changed]
    assert audit.main(ring) == 2
    assert changed.split("=", maxsplit=1)[0] in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        audit.main(["ring", "--numbers", "x"])
    assert caught.value.code == 2


def _problem(seed: int, mechanism: Mechanism, rule: SiblingRule) -> Problem:
    chance = random.Random(seed)
    names = "ABCDE"
    pupils: list[Pupil] = []
    for order in chance.sample(range(100), 20):
        listed = chance.sample(names, chance.randrange(6))
        choices = tuple(Choice(name, order, chance.randrange(3), order % 2) for name in listed)
        twins = chance.random() < 0.4
        pupils += [Pupil(f"p{len(pupils) + at}", choices, f"g{order}" if twins else None) for at in range(1 + twins)]
    schools = tuple(School(name, chance.randrange(7), "private" if name in "BE" else "") for name in names)
    return Problem(schools, tuple(pupils), mechanism, rule)


@given(st.integers(0, 10**6), st.sampled_from(Mechanism), st.sampled_from(SiblingRule))
@settings(max_examples=80, deadline=None)
def test_the_verifier_recomputes_every_admission(seed: int, way: Mechanism, rule: SiblingRule) -> None:
    problem = _problem(seed, way, rule)
    result = allocate(problem)
    raw = json.loads(canonical_json(admission_json(problem, result_json(problem, result))))
    raw["problem"]["pupils"].sort(key=lambda pupil: pupil["id"])
    places, seats, *_ = audit.settle(raw["problem"])
    assert {name: places.get(name) for name in result.placements} == result.placements
    assert {name: seats[name] - cutoff.seats for name, cutoff in result.cutoffs.items()} == {
        name: cutoff.extra_seats for name, cutoff in result.cutoffs.items()
    }


@pytest.mark.parametrize("way", list(Mechanism))
@pytest.mark.parametrize("rule", list(SiblingRule))
def test_the_admission_command_verifies_and_names_what_was_changed(
    way: Mechanism, rule: SiblingRule, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = _problem(5, way, rule)
    public = admission_json(problem, result_json(problem, allocate(problem)))
    assert audit.main(["admission", _write(folder, public)]) == 0
    capsys.readouterr()
    text = json.dumps(public)
    for pupil in list(public["result"]["placements"])[:12]:
        changed = json.loads(text)
        place = changed["result"]["placements"][pupil]
        changed["result"]["placements"][pupil] = None if place else "A"
        assert audit.main(["admission", _write(folder, changed)]) == 1
        assert capsys.readouterr().err.startswith("DIFFERS")
    for school in "ABCDE":
        changed = json.loads(text)
        changed["result"]["cutoffs"][school]["order"] = 10**6
        assert audit.main(["admission", _write(folder, changed)]) == 1
        assert f"cut-off of {school}, order" in capsys.readouterr().err
    for problem_change in ({"seats": 99}, {"seats": -1}):
        changed = json.loads(text)
        changed["problem"]["schools"][0].update(problem_change)
        assert audit.main(["admission", _write(folder, changed)]) in (1, 2)


def _public() -> dict[str, Any]:
    problem = _problem(5, Mechanism.PARALLEL, SiblingRule.EXPAND)
    return dict(json.loads(json.dumps(admission_json(problem, result_json(problem, allocate(problem))))))


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"siblings": "both"}, 2, "not known"),
        ({"mechanism": "random"}, 2, "not known"),
        ({"pupils": 3}, 2, "pupils is of the wrong type"),
        ({"schools": [{"id": "A"}]}, 2, "seats is missing"),
        ({"schools": [{"id": "A", "seats": 1}] * 2}, 1, "school A stands twice"),
        ({"schools": [{"id": "A", "seats": -1}]}, 1, "school A has less than no seats"),
        ({"schools": [{"id": "A", "seats": 1}]}, 1, "lists a school twice, or one that is not in the run"),
        ({"pupils": [{"id": "p", "choices": []}] * 2}, 1, "pupil p stands twice"),
        ({"pupils": [{"choices": []}]}, 2, "not in the published form"),
        ({"pupils": []}, 1, "pupils, position 1"),
    ],
)
def test_an_admission_file_of_another_form_is_refused(
    changes: dict[str, Any], code: int, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public = _public()
    public["problem"].update(changes)
    assert audit.main(["admission", _write(tmp_path, public)]) == code
    assert named in capsys.readouterr().err


def test_strangers_with_equal_ranks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = [{"school": "A", "tier": 0, "points": 0, "order": 1}]
    pupils = [{"id": name, "choices": one} for name in "xy"]
    problem = {"mechanism": "parallel", "schools": [{"id": "A", "seats": 1}], "pupils": pupils}
    public = {"format": "enrollment-lottery/admission/1", "problem": problem, "result": {"placements": {}}}
    assert audit.main(["admission", _write(tmp_path, public)]) == 1
    assert "pupils x and y have equal ranks at A" in capsys.readouterr().err


def test_a_damaged_compressed_file_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "t.json.gz"
    packed = bytearray(gzip.compress(json.dumps(_transcript()).encode()))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    assert audit.main(["draw", str(path)]) == 2

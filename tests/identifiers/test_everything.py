"""Properties that hold for every kind, and the command line."""

import json
import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identifiers import KINDS, MESSAGES, check, mask, normalise
from identifiers.__main__ import main
from tests.identifiers.numbers import resident

kinds = st.sampled_from(KINDS)
tricky = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789XxXHM三五〇一十百幢栋号楼室单元路街道村组-－()（）·・ \u200b\u00a0\u3000#座弄之第"),
        st.characters(),
    ),
    max_size=40,
)


@given(kinds, tricky)
@example("name", "ŉ\u0345")
@example("address", "0-0-00室")
@example("mobile", "00008613800138000")
@example("resident-id", "110105491231002")
@example("id", "H1234567801")
def test_normalise_is_idempotent(kind: str, raw: str) -> None:
    once = normalise(kind, raw)
    assert normalise(kind, once) == once


@given(kinds, tricky)
def test_every_answer_is_complete(kind: str, raw: str) -> None:
    checked = check(kind, raw)
    assert checked.code in MESSAGES
    assert checked.ok is (checked.code == "ok")
    assert checked.ok or checked.message == MESSAGES[checked.code].format(**checked.params) != ""
    assert checked.raw == raw


@given(kinds, tricky)
def test_an_accepted_value_is_the_normal_form_and_accepted_again(kind: str, raw: str) -> None:
    checked = check(kind, raw, role="guardian", document="passport")
    if checked.ok:
        assert checked.value == normalise(kind, raw)
        assert check(kind, checked.value, role="guardian", document="passport").value == checked.value


@given(kinds, tricky)
def test_a_mask_shows_at_most_three_and_four_characters(kind: str, raw: str) -> None:
    masked = mask(kind, raw)
    head, tail = re.match(r"[^*]*", masked), re.search(r"[^*]*$", masked)
    assert head is not None
    assert tail is not None
    assert len(head[0]) <= 3
    assert len(masked) <= 1 or "*" in masked
    assert len(tail[0]) <= 4


def test_an_unknown_kind_is_an_error_that_lists_the_kinds() -> None:
    with pytest.raises(ValueError, match="resident-id"):
        check("passport-number", "E1")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["--kind", "resident-id", "--role", "child", "11010519491231002x"], 0, "ok"),
        (["--kind", "resident_id", "110105194912310021"], 1, "checksum"),
        (["--kind", "resident-id", "--today", "2020-02-28", resident()], 1, "future_birth_date"),
        (["--kind", "resident-id", resident(born="29990101")], 1, "future_birth_date"),
        (["--kind", "name", "--document", "passport", "JOHN"], 0, "ok"),
        (["--kind", "name", "𬱖・好"], 0, "ok"),
        (["--kind", "mobile", ""], 1, "empty"),
    ],
)
def test_the_command_prints_one_line_of_json(
    arguments: list[str], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *arguments]) == status
    line = capsys.readouterr().out
    answer = json.loads(line)
    assert list(answer) == ["ok", "value", "code", "message"]
    assert answer["code"] == code
    assert line.count("\n") == 1
    assert "\\u" not in line


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check", "--kind", "nonsense", "1"],
        ["check", "--kind", "name", "\udcff"],
        ["check", "--kind", "name", "--today", "tomorrow", "张"],
        ["check", "--kind", "name", "--role", "aunt", "张"],
        ["check", "--kind", "name"],
    ],
)
def test_a_wrong_argument_is_explained_with_status_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_the_module_runs_by_itself_in_a_bare_locale() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "identifiers", "check", "--kind", "name", "古丽・买买提"],
        capture_output=True, check=False, env={"LC_ALL": "C", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout)["value"] == "古丽·买买提"


def test_the_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kinds"]) == 0
    assert capsys.readouterr().out.split() == list(KINDS)

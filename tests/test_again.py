"""Which failures of a whole run are looked at once more."""

import json
from pathlib import Path

import pytest

from tests import again


@pytest.mark.parametrize(("many", "looked"), [(0, False), (1, True), (3, True), (4, False), (200, False)])
def test_few_failures_are_run_again_and_many_are_not(many: int, *, looked: bool) -> None:
    assert again.worth_a_second_run([f"tests/test_x.py::test_{n}" for n in range(many)]) is looked


@pytest.mark.parametrize(("body", "code"), [("assert True", 0), ("assert False", 1)])
def test_what_fails_alone_too_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], body: str, code: int
) -> None:
    (tmp_path / "test_one.py").write_text(f"def test_it():\n    {body}\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    found = tmp_path / "lastfailed"
    found.write_text(json.dumps({"test_one.py::test_it": True}))
    monkeypatch.setattr(again, "ROOT", tmp_path)
    monkeypatch.setattr(again, "FAILED", found)
    assert again.main() == code
    assert ("Passed only alone, to be mended: test_one.py::test_it" in capfd.readouterr().out) is (code == 0)


def test_a_run_that_did_not_end_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "FAILED", tmp_path / "none")
    assert again.main() == 1

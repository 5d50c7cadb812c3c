"""What is checked before a commit is what `make lint` checks."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from scripts import lint

ROOT = Path(settings.BASE_DIR)


def hooks() -> list[dict[str, Any]]:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"  # nothing is fetched to check a commit
    found: list[dict[str, Any]] = repository["hooks"]
    return found


def test_every_check_is_a_hook_and_every_hook_a_check() -> None:
    asked: list[str] = []
    for hook in hooks():
        program, script, *names = shlex.split(hook["entry"])
        assert (program, script) == (".venv/bin/python", "scripts/lint.py")
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)
        asked += names
    assert sorted(asked) == sorted(lint.CHECKS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import vine\n", "DEP003"),  # comes with kombu, nobody declared it
        ("import no_such_package\n", "DEP001"),
        ("import pytest\n", "DEP004"),  # a development package in what runs
    ],
)
def test_an_undeclared_package_is_told(tmp_path: Path, text: str, said: str) -> None:
    program = lint.tool("deptry")
    if shutil.which(program) is None:
        pytest.fail("deptry is missing: make lint installs requirements-dev.txt")
    for name in ("requirements.in", "requirements-dev.in", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "ours.py").write_text(text, encoding="utf-8")
    rules = ["--config", str(ROOT / "scripts" / "deptry.toml"), "--no-ansi", "--ignore", "DEP002"]
    done = subprocess.run([program, ".", *rules], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr


def test_an_unknown_check_is_refused() -> None:
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "lint.py"), "nonsense"], env=env, capture_output=True, check=False
    )
    assert done.returncode == 2

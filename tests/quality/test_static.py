"""Styles and scripts are served as they stand, so what a browser would stumble over is looked for here."""

import subprocess
from pathlib import Path

from django.conf import settings

from scripts.node import node
from tests.quality.inspector import HERE

ROOT = Path(settings.BASE_DIR)
PROGRAMS = HERE / "node_modules" / ".bin"


def told(program: str, *arguments: str, given: str = "") -> str:
    """What a linter finds; "" when nothing."""
    config = ["--config", str(HERE / f"{program}.config.mjs")]
    command = [node(), str(PROGRAMS / program), *config, "--max-warnings", "0", *arguments]
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def ours(folder: str, suffix: str) -> list[str]:
    """The files of ours; what others wrote is in static/vendor."""
    found = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "static" / folder).rglob(f"*.{suffix}"))
    assert found
    return found


def test_styles_are_sound_and_each_selector_stands_in_one_file() -> None:
    assert told("stylelint", *ours("css", "css")) == ""


def test_scripts_are_sound() -> None:
    assert told("eslint", *ours("js", "js")) == ""


def test_nothing_of_ours_lies_beside_these_folders() -> None:
    known = {*ours("css", "css"), *ours("js", "js")}
    found = {str(path.relative_to(ROOT)) for kind in ("css", "js") for path in (ROOT / "static").rglob(f"*.{kind}")}
    assert {path for path in found - known if not path.startswith("static/vendor/")} == set()


def test_the_linters_find_what_they_are_for(tmp_path: Path) -> None:
    one, two = tmp_path / "one.css", tmp_path / "two.css"
    one.write_text(".card { color: #12345g; }\n", encoding="utf-8")
    two.write_text(".card { margin: 0; }\n", encoding="utf-8")
    found = told("stylelint", str(one), str(two))
    assert "color-no-invalid-hex" in found
    assert "portal/one-file" in found
    script = "const place = Math.random();\nconst box = document.body;\nbox.innerHTML = place + missing;\n"
    found = told("eslint", "--stdin", "--stdin-filename", "static/js/new.js", given=script)
    assert "no-restricted-properties" in found
    assert "no-undef" in found

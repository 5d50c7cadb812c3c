"""Documents that are made from code say what the code says."""

import json
import re
from pathlib import Path

from django.conf import settings

from portal import diagrams

ROOT = Path(settings.BASE_DIR)


def test_state_diagrams_are_those_of_the_tables() -> None:
    page = diagrams.written()
    assert diagrams.drawn(page) == page, "run: manage.py diagrams"


def test_every_runtime_dependency_earns_its_line() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            package = re.split(r"[=~<>\[ ]", line.partition("#")[0].strip())[0]
            if package and not package.startswith("-"):
                known = package in page or (package.startswith(("types-",)) and "types-*" in page)
                known = known or (package.endswith(("-stubs", "-types")) and "django-stubs" in page)
                assert known, f"{package} has no line in docs/dependencies.md"


def test_every_package_of_npm_earns_its_line() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    listed = json.loads((ROOT / "tests/quality/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert [name for name in listed if name not in page] == []


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_every_decision_is_listed_and_says_what_was_rejected() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert f"]({page.name})" in index, f"{page.name} is not in docs/decisions/README.md"
        assert text.startswith(f"# {int(page.stem)}. "), page.name
        assert [f"**{part}.**" in text for part in ("Context", "Decision", "Rejected", "What follows")] == [True] * 4
        assert len(text.split()) < 400, f"{page.name} is longer than half a page"

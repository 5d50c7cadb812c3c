"""Documents that are made from code say what the code says."""

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


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"

"""Every check of the code that runs without servers, side by side: ``python scripts/lint.py [NAME ...]``.

Prints nothing but what is wrong, and ends with 1 then. The longest check begins first; Django starts once for all that
needs it, and the migrations are compared with the models without a database.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
NOT_OURS: Final = r"\.venv|var/|.*/node_modules/|.*/__pycache__/"


def tool(name: str) -> str:
    """The program of this virtual environment, or else the system's."""
    own = BIN / name
    return str(own) if own.exists() else shutil.which(name) or str(own)


DEPTRY: Final = [tool("deptry"), ".", "--config", "scripts/deptry.toml", "--no-ansi"]
CHECKS: Final[dict[str, list[str]]] = {
    "mypy": [str(BIN / "mypy"), "--no-error-summary", "."],
    "django": [sys.executable, str(Path(__file__)), "--django"],
    "djlint": [str(BIN / "djlint"), "templates", "--check", "--lint"],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "ruff": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    # what runs may import only what requirements.in names; tests and benchmarks also what requirements-dev.in names
    "packages": [*DEPTRY, "--exclude", rf"{NOT_OURS}|tests/|bench/"],
    "test-packages": [
        *DEPTRY,
        "--exclude",
        NOT_OURS,
        "--requirements-files",
        "requirements.in,requirements-dev.in",
        "--ignore",
        "DEP002",
    ],
}
HINTS: Final = {
    "format": "run: .venv/bin/ruff format .",
    "django": "run: make messages, or manage.py makemigrations",
    "packages": "declare it in requirements.in (then: make lock, and a line in docs/dependencies.md), or take it out",
    "test-packages": "declare it in requirements-dev.in (then: make lock, and a line in docs/dependencies.md)",
}


def run(name: str) -> str:
    """What is wrong by this check; empty when nothing is."""
    try:
        done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError as gone:
        return f"== {name} ==\n{gone.filename} is missing: it comes with requirements-dev.txt (make lint installs it)\n"
    if done.returncode == 0:
        return ""
    said = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
    return f"== {name} ==\n{said}\n{HINTS.get(name, '')}".rstrip() + "\n"


def django() -> int:
    """Texts without a translation, and models that have moved on from their migrations."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django as framework

    framework.setup()
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    from portal import catalogue

    wrong = [f"no Chinese text: {text}" for text in catalogue.missing(catalogue.merged())]
    translation.deactivate_all()  # migrations hold the English texts
    loader = MigrationLoader(None)
    wrong += [f"two last migrations in {app}: {', '.join(names)}" for app, names in loader.detect_conflicts().items()]
    states = loader.project_state(), ProjectState.from_apps(apps)
    for app, found in MigrationAutodetector(*states).changes(graph=loader.graph).items():
        wrong += [f"no migration in {app}: {one.describe()}" for migration in found for one in migration.operations]
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


def main(names: list[str]) -> int:
    """Run the checks of these names (all of them without any); 1 when one finds something, 2 for a wrong name."""
    if names == ["--django"]:
        return django()
    if unknown := [name for name in names if name not in CHECKS]:
        sys.stderr.write(f"no such check: {', '.join(unknown)} (there are {', '.join(CHECKS)})\n")
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        found = [said for said in side_by_side.map(run, names or CHECKS) if said]
    sys.stderr.write("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""No file of ours imports itself through others, wherever in a file an import stands."""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")


def modules(root: Path, packages: list[str]) -> dict[str, Path]:
    """Every module by its dotted name; migrations are written once and imported by nobody."""
    found = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    """The modules of ours this one imports, at its top or within a function."""
    named = {name for node in ast.walk(ast.parse(path.read_text("utf-8"))) for name in names(module, path, node, known)}
    found = {next((one for one in above(name) if one in known), "") for name in named}
    return found - {"", module}


def names(module: str, path: Path, node: ast.AST, known: Mapping[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        here = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        start = here[: len(here) - node.level + 1] if node.level else []
        base = ".".join([*start, *([node.module] if node.module else [])])
        for one in node.names:
            yield f"{base}.{one.name}" if f"{base}.{one.name}" in known else base


def above(name: str) -> Iterator[str]:
    """The name itself, then the packages it stands in, innermost first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def circle(root: Path, packages: list[str]) -> list[str]:
    """The modules of one circle in order, the first one again at the end; empty where there is none."""
    known = modules(root, packages)
    try:
        TopologicalSorter({name: imported(name, path, known) for name, path in known.items()}).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_circle_of_files() -> None:
    assert circle(ROOT, OURS) == []


def test_a_circle_through_a_function_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "one.py").write_text("from room import two\n")
    (folder / "two.py").write_text(
        textwrap.dedent(
            """
            def late():
                from .one import name
                return name
            """
        )
    )
    assert set(circle(tmp_path, ["room"])) == {"room.one", "room.two"}


def test_a_package_may_be_imported_by_what_stands_in_it_only_without_a_circle(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "__init__.py").write_text("from room.door import name\n")
    (folder / "door.py").write_text("name = 1\n")
    assert circle(tmp_path, ["room"]) == []
    (folder / "door.py").write_text("import room\n\nname = 1\n")
    assert set(circle(tmp_path, ["room"])) == {"room", "room.door"}

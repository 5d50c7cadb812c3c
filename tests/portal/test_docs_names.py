"""What documents and docstrings name in backticks is there: files, modules, and what modules and classes hold.

Whoever follows a name that has moved finds nothing and learns to distrust the page. Names are looked up in the files as
they are written, so that nothing has to be imported.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
BARE = re.compile(r"[A-Za-z]\w*_\w+")  # one word alone: it is looked for anywhere but in the words of documents
PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?(?::\w+)?")
CODE = (
    ".py",
    ".css",
    ".js",
)  # another file, named without a folder, may be one that people bring or fetch
NOT_HERE = ("var/", "static/video/")  # what an installation puts there, so no file of the repository
FILES = (".json", ".csv", ".yaml", ".geojson", ".html", ".typ", ".toml", ".mp4", ".webm", ".md", ".in", ".txt", ".xlsx")
OTHERS = frozenset(
    {
        "crypto.getRandomValues",  # of browsers
        "certificate.leaves",  # of the JSON that a verifier writes
        "result.certificate.leaves",
        "child.name_character",  # of the JSON that the API takes
        "local.something",  # a fact of a district's own, by any name
        "twilio.request_validator",  # of the library that is not installed here
        "vX.Y.Z",
    }
)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@cache
def files() -> frozenset[str]:
    """Every file of the repository, and what was just written and not yet added."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return frozenset(name for name in listed if (ROOT / name).exists())


@cache
def folders() -> frozenset[str]:
    """Every folder that holds a file of the repository."""
    return frozenset(str(parent) for name in files() for parent in Path(name).parents if str(parent) != ".")


@cache
def by_last_name() -> dict[str, tuple[str, ...]]:
    """Modules and packages of ours by their last name, as files and folders."""
    found: dict[str, list[str]] = {}
    for name in files():
        if name.endswith(".py") and not name.endswith("__init__.py"):
            found.setdefault(Path(name).stem, []).append(name)
    for name in folders():
        if any(other.startswith(f"{name}/") and other.endswith(".py") for other in files()):
            found.setdefault(Path(name).name, []).append(name)
    return {name: tuple(places) for name, places in found.items()}


@cache
def tree(name: str) -> ast.Module:
    """One of our files, parsed."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether a module of ours is brought in: what it defines is named by its own module, never by who uses it."""
    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    return (module or "").partition(".")[0] in folders()


def given_in(method: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names a method gives to its object."""
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node


def said_in(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names a module or class defines or brings in, at its top or within its conditions, each with where."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child.name, child
            yield from given_in(child) if isinstance(node, ast.ClassDef) else ()
        elif isinstance(child, ast.ClassDef):
            yield child.name, child
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            for inner in ast.walk(child):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id, child
        elif isinstance(child, ast.Import | ast.ImportFrom) and not is_ours(child):
            for alias in child.names:
                yield alias.asname or alias.name, child
        elif isinstance(child, ast.If | ast.Try | ast.ExceptHandler | ast.With):
            yield from said_in(child)


def holds(node: ast.AST, rest: list[str]) -> bool:
    """Whether a module or class holds what remains of a dotted name; what another library made may hold anything."""
    if not rest:
        return True
    found = [where for name, where in said_in(node) if name == rest[0]]
    if any(not isinstance(where, ast.ClassDef) or holds(where, rest[1:]) for where in found):
        return True
    return isinstance(node, ast.ClassDef) and not found and any(_inherits(base, rest) for base in node.bases)


def _inherits(base: ast.expr, rest: list[str]) -> bool:
    name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
    ours = classes().get(name, [])
    return any(holds(where, rest) for where in ours) if ours else not name.endswith("Enum")


@cache
def classes() -> dict[str, list[ast.ClassDef]]:
    """Every class of ours by its name."""
    found: dict[str, list[ast.ClassDef]] = {}
    for name in files():
        if name.endswith(".py") and "/migrations/" not in name:
            for node in ast.walk(tree(name)):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(node)
    return found


def leads_from(place: str, rest: list[str]) -> bool:
    """Whether what remains of a dotted name is found below a module or package."""
    if place.endswith(".py"):
        return holds(tree(place), rest)
    if not rest:
        return True
    below = f"{place}/{rest[0]}"
    if f"{below}.py" in files() and leads_from(f"{below}.py", rest[1:]):
        return True
    if below in folders() and leads_from(below, rest[1:]):
        return True
    return f"{place}/__init__.py" in files() and holds(tree(f"{place}/__init__.py"), rest)


@cache
def texts() -> frozenset[str]:
    """What stands as a text of its own in code, or begins one: names of abilities, facts, locks, acts of the log."""
    found: set[str] = set()
    for name in files():
        if name.endswith((".py", ".html", ".js", ".yaml", ".json")) and not name.startswith("tests/"):
            found.update(
                re.findall(r"""["']([\w.]+\.(?:\w+(?=["'])|(?=\{)))""", (ROOT / name).read_text(encoding="utf-8"))
            )
    return frozenset(found)


@cache
def words() -> frozenset[str]:
    """Every word of code, templates and data, and of the examples in documents; this file does not count."""
    found: set[str] = set()
    written = (*CODE, *FILES, ".sh", ".env", ".yml", "Makefile", "Dockerfile")
    for name in files():
        if name.endswith(written) and not name.endswith(Path(__file__).name):
            text = (ROOT / name).read_text(encoding="utf-8", errors="ignore")
            found.update(re.findall(r"\w+", "".join(FENCED.findall(text)) if name.endswith(".md") else text))
    return frozenset(found)


@cache
def borrowed() -> frozenset[str]:
    """The first names of what is imported from elsewhere."""
    found: set[str] = set(sys.stdlib_module_names)
    for name in files():
        if name.endswith(".py"):
            found.update(
                re.findall(r"^\s*(?:from|import) (\w+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
            )
    return frozenset(found)


def is_name_wrong(dotted: str) -> bool:
    """Whether a dotted name leads to no module of ours, no part of one, no table, and is no text of the code."""
    first, *rest = dotted.split(".")
    if any(leads_from(place, rest) for place in by_last_name().get(first, ())):
        return False
    if any(holds(where, rest) for where in classes().get(first, ())):
        return False
    if f"{first}/models.py" in files() and leads_from(f"{first}/models.py", rest):  # a table as Django calls it
        return False
    is_another = first in borrowed() and first not in by_last_name()
    return not (is_another or dotted in OTHERS or {dotted, f"{dotted.rpartition('.')[0]}."} & texts())


def is_path_wrong(path: str, page: Path) -> bool:
    """Whether a path that says where a file of ours is leads to none, from the root, the page or any folder."""
    path, _, name = path.partition(":")
    wanted = path.rstrip("/").removeprefix("./")
    pattern = re.compile("(?:.*/)?" + re.escape(wanted).replace(r"\*", "[^/]*"))
    found = [file for file in (*files(), *folders()) if pattern.fullmatch(file)]
    found += [wanted] if (page.parent / wanted).exists() else []
    if name and any(file.endswith(".py") for file in found):
        return not any(file.endswith(".py") and holds(tree(file), [name]) for file in found)
    if not found and DOTTED.fullmatch(wanted.replace("/", ".")):  # a module and what it holds: views/signin._enter
        return is_name_wrong(wanted.replace("/", "."))
    return not found


def is_wrong(said: str, page: Path) -> bool:
    """Whether what stands in backticks is meant as a place or name of ours and leads nowhere."""
    said = re.sub(r"\([\w, =*.]*\)$", "", said)
    path = said.partition(":")[0]
    first, has_folder, _ = path.partition("/")
    last = path.rpartition("/")[2]
    is_name = bool(DOTTED.fullmatch(last)) and f".{last.rpartition('.')[2]}" not in FILES
    if PATH.fullmatch(said) and (path.endswith(CODE) or (has_folder and (first in folders() or is_name))):
        return not said.startswith(NOT_HERE) and is_path_wrong(said, page)
    if BARE.fullmatch(said):
        return said not in words()
    return is_name and not has_folder and is_name_wrong(said)


def wrong_in(text: str, page: Path) -> list[str]:
    """The names in backticks of a text that lead nowhere."""
    return [said for said in re.findall(r"`+([^`\n]+?)`+", text) if is_wrong(said, page)]


def docstrings(name: str) -> Iterator[str]:
    """Every docstring of one of our files that has a backtick."""
    if "`" in (ROOT / name).read_text(encoding="utf-8"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield ast.get_docstring(node) or ""


def test_documents_name_what_is_there() -> None:
    wrong = {}
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        if page.name != "CHANGELOG.md":  # it tells of what was
            wrong[page.name] = wrong_in(FENCED.sub("", page.read_text(encoding="utf-8")), page)
    assert {name: names for name, names in wrong.items() if names} == {}


def test_docstrings_name_what_is_there() -> None:
    wrong = {}
    for name in sorted(files()):
        if name.endswith(".py") and "/migrations/" not in name:
            wrong[name] = [said for text in docstrings(name) for said in wrong_in(text, ROOT / name)]
    assert {name: names for name, names in wrong.items() if names} == {}


def test_every_module_says_what_it_is() -> None:
    modules = [name for name in sorted(files()) if name.endswith(".py") and "/migrations/" not in name]
    written = [name for name in modules if (ROOT / name).stat().st_size]
    assert [name for name in written if not ast.get_docstring(tree(name))] == []


def test_wrong_names_are_seen() -> None:
    page = ROOT / "docs/architecture.md"
    right = "`accounts.pages`, `services.messages_queue`, `audit/services.py:record`, `Ability`, `os.path`, `docs/*.md`"
    assert wrong_in(right, page) == []
    wrong = ["accounts.nowhere", "services.never_there", "audit/services.py:never", "audit/gone.py", "docs/*.txt"]
    wrong += ["Ability.NEVER", "never_said_anywhere", "views/signin._never"]
    assert wrong_in(" ".join(f"``{said}``" for said in wrong), page) == wrong

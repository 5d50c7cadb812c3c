"""A browser test asks for what a reader sees or for ``data-qa``, never for how something is painted."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CLASSES = frozenset(
    name
    for path in (ROOT / "static" / "css").glob("*.css")
    for name in re.findall(r"\.([a-z][\w-]*)", path.read_text())
)
OTHERS = frozenset({"pdf", "result"})  # classes, and also the end of a file's name and what a script reads
# not followed by what makes it a call or an assignment of a script
BY_CLASS = re.compile(r"(?:^|[\s>+~,(\]\"'])[a-z]*\.([a-z][\w-]*)(?![\w-]|\s*[(=])|\[class\b")


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a file but its docstrings, with its line."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def by_class(source: str) -> list[str]:
    """The texts that select by a class of our style sheets, with their lines."""
    return [
        f"{line}: {text}"
        for line, text in strings(ast.parse(source))
        if "classList" in text or any(not name or name in CLASSES - OTHERS for name in BY_CLASS.findall(text))
    ]


@pytest.mark.parametrize("folder", ["browser", "quality"])
def test_no_browser_test_selects_by_a_class(folder: str) -> None:
    files = sorted((ROOT / "tests" / folder).glob("*.py"))
    assert files
    found = {path.name: by_class(path.read_text("utf-8")) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "selector",
    ["button.btn-go", ".note.good", "main .receipt", "li:has(.tag)", "[data-run] .hall-new", "[class*=btn]"],
)
def test_a_selector_by_a_class_is_found(selector: str) -> None:
    assert by_class(f"page.locator({selector!r})\npage.tap(f'{selector}{{rest}}')")


@pytest.mark.parametrize("said", ["photo.png", "[data-qa=go]", "main a[href$='/add/']", "e => e.type", "portal.wsgi"])
def test_what_selects_by_no_class_is_left_alone(said: str) -> None:
    assert by_class(f"page.locator({said!r})") == []

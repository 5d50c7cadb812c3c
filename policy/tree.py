"""Reads the YAML of a policy into plain data and remembers where every value stands, so that an error can name its
line.

Dates stay text (YAML would guess), anchors and aliases are refused (they can explode), keys may not repeat. Every
size is bounded before the text is read in earnest: the limits are many times what the longest real scheme needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import yaml

from policy.messages import ISSUES
from policy.words import Text

Path = tuple[str | int, ...]
MAX_BYTES: Final = 128 * 1024  # the longest shipped scheme has 10 KB
MAX_LINES: Final = 5_000
MAX_LINE: Final = 4_000  # characters; a text of a scheme may have 1,200
MAX_DEPTH: Final = 40
MAX_VALUES: Final = 10_000  # keys, values, lists and mappings; the longest shipped scheme has 900
MAX_ENTRIES: Final = 500  # of one list or mapping
MAX_NUMBER: Final = 32  # characters
_LIMITS: Final[Mapping[str, tuple[int, Text]]] = {
    "bytes": (MAX_BYTES, Text("字节数", "bytes")),
    "lines": (MAX_LINES, Text("行数", "lines")),
    "line": (MAX_LINE, Text("这一行的字符数", "characters in this line")),
    "depth": (MAX_DEPTH, Text("嵌套层数", "levels of nesting")),
    "values": (MAX_VALUES, Text("键和值的总数", "keys and values")),
    "entries": (MAX_ENTRIES, Text("这一处的项数", "entries in one place")),
}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PolicyIssue:
    """One thing wrong in a policy: `line` and `column` count from 1, `path` is like groups[0].when, `message` says
    what to do.
    """

    line: int
    path: str
    code: str
    message: str
    column: int = 1
    message_zh: str = ""

    def to_json(self) -> dict[str, str | int]:
        """Return a JSON-safe object."""
        return {
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "code": self.code,
            "message": self.message,
            "message_zh": self.message_zh,
        }


class PolicyError(ValueError):
    """The policy cannot be used; `errors` lists every issue in the order of its lines."""

    def __init__(self, errors: Iterable[PolicyIssue]) -> None:
        self.errors: tuple[PolicyIssue, ...] = tuple(sorted(errors, key=lambda e: (e.line, e.column, e.path, e.code)))
        super().__init__("\n".join(f"line {e.line}, column {e.column}: {e.path}: {e.message}" for e in self.errors))


def path_text(path: Path) -> str:
    """Write a path for people: ("groups", 0, "when") -> groups[0].when."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "policy"


@dataclass(frozen=True, slots=True)
class Tree:
    """The data of a policy and the (line, column) of every value in it."""

    data: dict[str, Any]
    marks: Mapping[Path, tuple[int, int]]

    def issue(self, path: Path, code: str, **params: object) -> PolicyIssue:
        """Build the issue for a path; a path that does not exist is placed at its nearest parent."""
        known = path
        while known not in self.marks:
            known = known[:-1]
        line, column = self.marks[known]
        return make_issue(line, column, path, code, **params)


def make_issue(line: int, column: int, path: Path, code: str, **params: object) -> PolicyIssue:
    """Build an issue at a place, its texts filled in; a "_near" text is a kinder wording of the same code."""
    text = ISSUES[code]
    zh, en = (_filled(text.of(lang), lang, params) for lang in ("zh", "en"))
    return PolicyIssue(line, path_text(path), code.removesuffix("_near"), en, column, zh)


def _filled(text: str, lang: str, params: Mapping[str, object]) -> str:
    words = {name: value.of(lang) if isinstance(value, Text) else value for name, value in params.items()}
    return text.format(**words).strip()


def _too_large(line: int, column: int, what: str, path: Path = ()) -> PolicyError:
    limit, words = _LIMITS[what]
    return PolicyError([make_issue(line, column, path, "too_large", limit=limit, what=words)])


class _Reader:
    """Walks the composed nodes once."""

    def __init__(self) -> None:
        self.marks: dict[Path, tuple[int, int]] = {}
        self.issues: list[PolicyIssue] = []
        self.scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > MAX_DEPTH:
            raise _too_large(*self.marks[path], "depth", path)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in found:
                mark = key_node.start_mark
                self.issues.append(make_issue(mark.line + 1, mark.column + 1, (*path, key), "duplicate_key", key=key))
            found[key] = self.value(value_node, (*path, key))
            # An error in a value is looked for at its key: that is where an official's eye goes first.
            self.marks[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        return found

    def scalar(self, node: yaml.Node, path: Path) -> Any:
        if _SURROGATE.search(node.value):
            self.issues.append(make_issue(*self.marks[path], path, "yaml_syntax", detail="half of a surrogate pair"))
        if node.tag in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}:
            return self.number(node)
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)

    def number(self, node: yaml.Node) -> Any:
        if len(node.value) > MAX_NUMBER:
            return str(node.value)
        try:
            value = self.scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            return str(node.value)
        # .inf and .nan can be neither compared nor written as JSON.
        return value if value == value and abs(value) < 1e15 else str(node.value)


def refuse_size(text: str) -> None:
    """Refuse a text that is too long, or has a line that is, before anything reads it. Raises PolicyError."""
    lines = text[: MAX_BYTES + 1].splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise _too_large(number, MAX_LINE + 1, "line")
        if number > MAX_LINES:
            raise _too_large(number, 1, "lines")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_large(len(lines), 1, "bytes")


def refuse_shape(text: str, loader: Any = yaml.SafeLoader) -> None:
    """Refuse aliases, deep nesting and more values than a policy can need, while the text streams by.

    Raises PolicyError, or YAMLError where the text is no YAML.
    """
    values, left = 0, [1]  # how many more there may be in each open list or mapping
    for event in yaml.parse(text, Loader=loader):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PolicyError([make_issue(line, column, (), "alias")])
        if isinstance(event, yaml.CollectionEndEvent):
            left.pop()
        elif isinstance(event, yaml.NodeEvent):
            values += 1
            left[-1] -= 1
            if values > MAX_VALUES:
                raise _too_large(line, column, "values")
            if left[-1] < 0:
                raise _too_large(line, column, "entries")
            if isinstance(event, yaml.CollectionStartEvent):
                left.append(MAX_ENTRIES * (2 if isinstance(event, yaml.MappingStartEvent) else 1))
        if len(left) > MAX_DEPTH + 1:
            raise _too_large(line, column, "depth")


def refuse_unbounded(text: str) -> None:
    """Refuse what no YAML file of ours can need, within milliseconds. Raises PolicyError with the line."""
    refuse_size(text)
    quick = getattr(yaml, "CSafeLoader", None)  # ten times as fast; it only counts, the other reads
    if quick is not None and not _SURROGATE.search(text):
        with suppress(yaml.YAMLError):
            refuse_shape(text, quick)


def read(text: str) -> Tree:
    """Parse one YAML document. Raises PolicyError with line and column when it is not YAML or not a mapping."""
    refuse_unbounded(text)
    try:
        refuse_shape(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PolicyError([make_issue(*place, (), "yaml_syntax", detail=error.problem or error.context)]) from error
    except yaml.YAMLError as error:
        detail = str(error).splitlines()[0]
        raise PolicyError([make_issue(1, 1, (), "yaml_syntax", detail=detail)]) from error
    if not isinstance(node, yaml.MappingNode):
        raise PolicyError([make_issue(1, 1, (), "not_mapping")])
    reader = _Reader()
    data = reader.value(node, ())
    if reader.issues:
        raise PolicyError(reader.issues)
    return Tree(data, reader.marks)

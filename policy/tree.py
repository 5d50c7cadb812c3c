"""Reads the YAML of a policy into plain data and remembers where every value stands, so that an error can name its
line.

Dates stay text (YAML would guess), anchors and aliases are refused (they can explode), keys may not repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from policy.messages import ISSUES

Path = tuple[str | int, ...]
MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 40
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
    return PolicyIssue(
        line,
        path_text(path),
        code.removesuffix("_near"),
        text.en.format(**params).strip(),
        column,
        text.zh.format(**params).strip(),
    )


class _Reader:
    """Walks the composed nodes once."""

    def __init__(self) -> None:
        self.marks: dict[Path, tuple[int, int]] = {}
        self.issues: list[PolicyIssue] = []
        self.scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > MAX_DEPTH:
            raise PolicyError([make_issue(*self.marks[path], path, "too_large")])
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
        try:
            value = self.scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            return str(node.value)
        # .inf and .nan can be neither compared nor written as JSON.
        return value if value == value and abs(value) < 1e15 else str(node.value)


def _refuse_aliases(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PolicyError([make_issue(line, column, (), "alias")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PolicyError([make_issue(line, column, (), "too_large")])


def read(text: str) -> Tree:
    """Parse one YAML document. Raises PolicyError with line and column when it is not YAML or not a mapping."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise PolicyError([make_issue(1, 1, (), "too_large")])
    try:
        _refuse_aliases(text)
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

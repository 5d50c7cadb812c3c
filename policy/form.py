"""Checks the form of a policy against schema.json and says what is wrong in an official's words."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, cast

from policy.tree import Path, PolicyIssue, Tree

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_TYPES: Final[Mapping[str, str]] = {
    "object": "a set of keys and values",
    "array": "a list (- item)",
    "string": "text (put quotes around numbers)",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_PATTERNS: Final[Mapping[str, str]] = {
    "^[0-9]{6}$": 'a six-digit county code in quotes, like "330113"',
    "^[a-z0-9][a-z0-9_-]{0,59}$": "lower-case letters, digits, - and _, at most 60",
}


MOST_ISSUES: Final = 100  # more would not be read


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # only where a policy is read, not at every start

    schema = json.loads((FilePath(__file__).parent / "schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of a policy."""
    return cast(Mapping[str, Any], _validator().schema)


def form_issues(tree: Tree) -> list[PolicyIssue]:
    """Return every place where the policy does not have the form of schema.json."""
    found = (issue for error in _validator().iter_errors(tree.data) for issue in _explain(tree, error))
    return list(islice(found, MOST_ISSUES))


def _explain(tree: Tree, error: ValidationError) -> Iterator[PolicyIssue]:
    path: Path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    found: Any = error.instance
    match error.validator:
        case "required":
            yield tree.issue(path, "missing_key", key=next(key for key in wanted if f"'{key}'" in error.message))
        case "additionalProperties":
            yield from _unknown_keys(tree, path, error)
        case "type":
            kinds = wanted if isinstance(wanted, list) else [wanted]
            yield tree.issue(path, "wrong_type", expected=" or ".join(_TYPES[kind] for kind in kinds))
        case "enum" | "const":
            allowed = wanted if isinstance(wanted, list) else [wanted]
            yield tree.issue(path, "not_allowed", value=found, allowed=", ".join(map(str, allowed)))
        case "minimum" | "maximum":
            sign = "≥" if error.validator == "minimum" else "≤"
            yield tree.issue(path, "out_of_range", value=found, limit=f"{sign} {wanted}")
        case "pattern":
            detail = _PATTERNS.get(str(wanted), "YYYY-MM-DD")
            yield tree.issue(path, "bad_format", value=found, detail=detail)
        case "maxItems":
            code = "too_many_materials" if path[-1:] == ("materials",) else "too_many"
            yield tree.issue(path, code, count=len(found), limit=wanted)
        case "minItems" | "minProperties" | "minLength":
            yield tree.issue(path, "too_few", limit=wanted)
        case _:
            yield tree.issue(path, "schema", detail=error.message)


def _unknown_keys(tree: Tree, path: Path, error: ValidationError) -> Iterator[PolicyIssue]:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
    instance: Any = error.instance
    for key in instance:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            if near:
                yield tree.issue((*path, key), "unknown_key_near", key=key, near=near[0])
            else:
                yield tree.issue((*path, key), "unknown_key", key=key, known=", ".join(known))

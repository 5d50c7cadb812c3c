"""Command line: evaluate a family, check a policy, compare two policies on many families.

    python -m policy evaluate POLICY.yaml FAMILY.json
    python -m policy check POLICY.yaml
    python -m policy compare OLD.yaml NEW.yaml FAMILIES.jsonl [--limit N]
    python -m policy schemes | facts

POLICY is a file or the name of a shipped scheme. Exit code 0: done; 2: a bad argument or file, said on standard error
(`check` also prints every mistake of the policy as JSON on standard output).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from policy.compare import Subject, compare
from policy.compile import load
from policy.evaluate import evaluate
from policy.facts import DICTIONARY
from policy.family import Facts, FactsError, problems
from policy.model import Policy
from policy.shipped import scheme_names, scheme_text
from policy.tree import PolicyError


class _BadInputError(Exception):
    """Something the caller gave cannot be used; the text says what and what to do."""


def _read(name: str, what: str) -> str:
    try:
        return Path(name).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _BadInputError(f"cannot read {what} {name}: {error.strerror or error}") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise _BadInputError(f"{what} {name} is not UTF-8 text") from error


def _policy_text(name: str) -> str:
    scheme = name.removesuffix(".yaml")
    if name in scheme_names() or (scheme in scheme_names() and not Path(name).exists()):
        return scheme_text(scheme)
    if not Path(name).exists():
        raise _BadInputError(f"no policy file {name}, and no shipped scheme of that name ({', '.join(scheme_names())})")
    return _read(name, "policy")


def _policy(name: str) -> Policy:
    try:
        return load(_policy_text(name))
    except PolicyError as error:
        raise _BadInputError(f"policy {name} cannot be used:\n{error}") from error


def _json(text: str, where: str) -> object:
    def refuse(name: str) -> object:
        raise ValueError(f"{name} is not a JSON number")

    try:
        parsed: object = json.loads(text, parse_constant=refuse)
        if "\\u" in text:
            # Half of a surrogate pair, which only an escape can write, cannot be printed again, nor stored.
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise _BadInputError(f"{where} is not JSON: {error}") from error
    return parsed


def _facts(obj: object, policies: Sequence[Policy], where: str) -> Facts:
    if isinstance(obj, Mapping) and isinstance(obj.get("facts"), Mapping):
        obj = obj["facts"]
    try:
        facts = Facts.from_json(obj)
    except FactsError as error:
        raise _BadInputError(f"{where}: {error}") from error
    local = {name: spec for policy in policies for name, spec in policy.local_facts.items()}
    if found := problems(facts, local):
        raise _BadInputError("\n".join(f"{where}: {problem}" for problem in found))
    return facts


def _evaluate(args: argparse.Namespace) -> object:
    policy = _policy(args.policy)
    family = "-" if args.family == "-" else f"family {args.family}"
    text = sys.stdin.read() if args.family == "-" else _read(args.family, "family")
    return evaluate(policy, _facts(_json(text, family), [policy], family)).to_json()


def _subjects(name: str, policies: Sequence[Policy]) -> Iterator[Subject]:
    try:
        with Path(name).open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _subject(line, f"{name} line {number}", str(number), policies)
    except OSError as error:
        raise _BadInputError(f"cannot read families {name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise _BadInputError(f"families {name} is not UTF-8 text") from error


def _subject(line: str, where: str, number: str, policies: Sequence[Policy]) -> Subject:
    obj = _json(line, where)
    wrapped = isinstance(obj, Mapping) and isinstance(obj.get("facts"), Mapping)
    head = obj if wrapped and isinstance(obj, Mapping) else {}
    return Subject(str(head.get("id", number)), str(head.get("school", "")), _facts(obj, policies, where))


def _compare(args: argparse.Namespace) -> object:
    old, new = _policy(args.old), _policy(args.new)
    return compare(old, new, _subjects(args.families, [old, new]), limit=args.limit).to_json()


def _check(args: argparse.Namespace) -> dict[str, object]:
    text = _policy_text(args.policy)
    try:
        policy = load(text)
    except PolicyError as error:
        print(f"error: policy {args.policy} cannot be used:\n{error}", file=sys.stderr)
        return {"ok": False, "errors": [issue.to_json() for issue in error.errors]}
    groups = [
        {"id": g.id, "tier": g.tier, "name": g.name.to_json(), "materials": len(g.materials)} for g in policy.groups
    ]
    return {"ok": True, "id": policy.id, "digest": policy.digest, "groups": groups}


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 1_000_000:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 1000000")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policy", description="Judge, check and compare policies.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("evaluate", help="judge one child by a policy")
    one.add_argument("policy", help="a policy file or the name of a shipped scheme")
    one.add_argument("family", help="JSON file of facts, or - for standard input")
    check = commands.add_parser("check", help="check a policy and list every mistake with its line")
    check.add_argument("policy")
    two = commands.add_parser("compare", help="what changes for whom between two policies")
    two.add_argument("old")
    two.add_argument("new")
    two.add_argument("families", help="one JSON object per line: facts, or {id, school, facts}")
    two.add_argument("--limit", type=_count, default=1000, help="changes to list in full (default 1000)")
    commands.add_parser("schemes", help="list the shipped schemes")
    commands.add_parser("facts", help="print the fact dictionary")
    return parser


def _dictionary() -> list[dict[str, object]]:
    return [
        {
            "name": spec.name,
            "type": spec.kind,
            "unit": spec.unit,
            "label": spec.label.to_json(),
            "agencies": list(spec.agencies),
            "choices": {value: words.to_json() for value, words in spec.choices.items()},
        }
        for spec in DICTIONARY.values()
    ]


def _run(args: argparse.Namespace) -> object:
    match args.command:
        case "evaluate":
            return _evaluate(args)
        case "compare":
            return _compare(args)
        case "check":
            return _check(args)
        case "schemes":
            return list(scheme_names())
        case _:
            return _dictionary()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        result = _run(args)
    except _BadInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 2 if isinstance(result, dict) and result.get("ok") is False else 0


if __name__ == "__main__":
    sys.exit(main())

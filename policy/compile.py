"""From YAML text to a `Policy`: read, check the form, check the meaning, build. Every mistake is reported at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from policy import meaning
from policy.conditions import Compiler, scalar_list
from policy.facts import FactSpec
from policy.form import form_issues
from policy.logic import Days
from policy.model import (
    AgeRule,
    BigZone,
    Coordination,
    Exemption,
    FalseDeclaration,
    Group,
    MaterialRule,
    OrderRule,
    PointItem,
    PointsRule,
    Policy,
    SeatLock,
    Source,
    Supplementary,
)
from policy.reach import reach_issues
from policy.tree import Path, PolicyError, Tree, read
from policy.uses import facts_used
from policy.words import Text


@lru_cache(maxsize=32)  # reading YAML with its line numbers takes a tenth of a second; a text never changes
def digest(policy_text: str) -> str:
    """Return "sha256:..." over the canonical form: comments, key order and layout do not count, every value does.

    Raises PolicyError when the text is not a readable YAML document.
    """
    return _digest(read(policy_text))


def _digest(tree: Tree) -> str:
    # not foundation.canonical, which this room may not know: in its form, ASCII alone, digests are published already
    canonical = json.dumps(tree.data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()


def load(text: str) -> Policy:
    """Read and check one policy document.

    Raises PolicyError whose `errors` name the line, the column, the path and what to do for every mistake found.
    """
    tree = read(text)
    if issues := form_issues(tree):
        raise PolicyError(issues)
    issues = list(meaning.day_issues(tree))
    if issues:
        raise PolicyError(issues)
    local, found = meaning.local_facts(tree)
    days = _days(tree.data)
    compiler = Compiler(tree, local, tree.data.get("definitions", {}), (days.cutoff, days.entry), found)
    compiler.issues.extend(meaning.meaning_issues(tree))
    for name, node in compiler.definitions.items():
        compiler.open_definitions.append(name)
        compiler.condition(node, ("definitions", name))
        compiler.open_definitions.pop()
    policy = _build(tree, compiler)
    policy = replace(policy, uses=facts_used(policy))
    compiler.issues.extend(meaning.tier_issues(tree, policy.groups))
    if not compiler.issues:  # what is wrong in itself is mended first: it may be why a group is not reached
        locked = policy.seat_lock.groups if policy.seat_lock else frozenset()
        compiler.issues.extend(reach_issues(tree, policy.groups, locked, days))
    if compiler.issues:
        raise PolicyError(dict.fromkeys(compiler.issues))
    return policy


def _build(tree: Tree, compiler: Compiler) -> Policy:
    data = tree.data
    big_zone, supplementary = data.get("big_zone"), data.get("supplementary")
    return Policy(
        id=data["id"],
        title=Text.from_json(data["title"]),
        district=data["district"],
        year=data["year"],
        stages=tuple(data["stages"]),
        source=_source(data["source"]),
        cutoff=date.fromisoformat(data["cutoff"]),
        entry=_days(data).entry,
        ages=tuple(_age(node) for node in data["age"]),
        local_facts=compiler.local,
        groups=tuple(_groups(data, compiler)),
        otherwise_person=data["otherwise"]["verdict"] == "person",
        otherwise_text=Text.from_json(data["otherwise"]["text"]),
        choices=data["choices"]["count"],
        mechanism=data["choices"]["mechanism"],
        last_seat=data["siblings"]["last_seat"],
        points=_points(data, compiler),
        seat_lock=_seat_lock(data.get("seat_lock")),
        big_zone=BigZone(big_zone["share_percent"], tuple(big_zone.get("groups", ()))) if big_zone else None,
        coordination=_coordination(data.get("coordination")),
        supplementary=_supplementary(supplementary) if supplementary else None,
        digest=_digest(tree),
        false_declaration=FalseDeclaration(**data.get("false_declaration", {"refuse": False, "take_back": False})),
    )


def _days(data: Mapping[str, Any]) -> Days:
    return Days(date.fromisoformat(data["cutoff"]), meaning.entry_day(data))


def _optional_text(node: Mapping[str, Any], key: str) -> Text | None:
    return Text.from_json(node[key]) if key in node else None


def _source(node: Mapping[str, Any]) -> Source:
    published = date.fromisoformat(node["date"]) if "date" in node else None
    return Source(Text.from_json(node["name"]), node.get("document", ""), published, _optional_text(node, "note"))


def _age(node: Mapping[str, Any]) -> AgeRule:
    stretch = node.get("stretch", {})
    return AgeRule(
        stage=node["stage"],
        cutoff=date.fromisoformat(node["cutoff"]),
        min_years=node["min_years"],
        max_years=node.get("max_years"),
        stretch_until=date.fromisoformat(stretch["until"]) if stretch else None,
        stretch_rounds=tuple(stretch.get("rounds", ("supplementary",))),
    )


def _groups(data: Mapping[str, Any], compiler: Compiler) -> Iterator[Group]:
    tier = 0
    for index, node in enumerate(data["groups"]):
        path: Path = ("groups", index)
        tier = node.get("tier", tier + 1)
        yield Group(
            id=node["id"],
            name=Text.from_json(node["name"]),
            rule=Text.from_json(node["rule"]),
            tier=tier,
            when=compiler.condition(node["when"], (*path, "when")),
            order=tuple(_order(node["order"], (*path, "order"), compiler)),
            agencies=tuple(node["agencies"]),
            materials=tuple(_materials(node["materials"], (*path, "materials"), compiler)),
            stages=tuple(node.get("stages", data["stages"])),
            offline=node.get("check") == "offline",
        )


def _materials(nodes: list[Any], path: Path, compiler: Compiler) -> Iterator[MaterialRule]:
    for index, node in enumerate(nodes):
        proves = node.get("proves", [])
        for place, name in enumerate(proves):
            compiler.fact(name, (*path, index, "proves", place))
        yield MaterialRule(node["id"], Text.from_json(node["name"]), tuple(proves))


def _order(nodes: list[Any], path: Path, compiler: Compiler) -> Iterator[OrderRule]:
    for index, node in enumerate(nodes):
        by, place = node["by"], (*path, index)
        if by in {"points", "ticket"}:
            yield OrderRule(by, descending=by == "points")
            continue
        if "fact" not in node:
            compiler.issues.append(compiler.tree.issue(place, "missing_key", key="fact"))
            continue
        spec = compiler.fact(node["fact"], (*place, "fact"))
        if spec is not None and (rule := _order_by_fact(node, by, spec, place, compiler)):
            yield rule


def _order_by_fact(
    node: Mapping[str, Any], by: Any, spec: FactSpec, place: Path, compiler: Compiler
) -> OrderRule | None:
    fitting = {"date": ("date",), "number": ("number", "share"), "rank": ("choice", "flag", "text")}[by]
    if spec.kind not in fitting:
        issue = compiler.tree.issue(
            (*place, "by"), "operand", value=by, fact=spec.name, expected=f"by: {_fitting(spec)}"
        )
        compiler.issues.append(issue)
        return None
    if by != "rank":
        fallback = compiler.fact(node["else_fact"], (*place, "else_fact")) if "else_fact" in node else None
        if fallback is not None and fallback.kind not in fitting:
            expected = " / ".join(fitting)
            params = {"value": fallback.name, "fact": spec.name, "expected": expected}
            compiler.issues.append(compiler.tree.issue((*place, "else_fact"), "operand", **params))
        return OrderRule(by, spec, node.get("direction", "asc") == "desc", fallback=fallback)
    values = scalar_list(spec, node.get("values", []))
    if not values:
        expected = " / ".join(spec.choices) or "values: [...]"
        issue = compiler.tree.issue(
            (*place, "values"), "operand", value=node.get("values"), fact=spec.name, expected=expected
        )
        compiler.issues.append(issue)
        return None
    return OrderRule(by, spec, False, values)


def _fitting(spec: FactSpec) -> str:
    return {"date": "date", "number": "number", "share": "number"}.get(spec.kind, "rank")


def _points(data: Mapping[str, Any], compiler: Compiler) -> PointsRule | None:
    node = data.get("points")
    if node is None:
        return None
    items = tuple(
        PointItem(
            item["id"],
            item["dimension"],
            Text.from_json(item["name"]),
            item["points"],
            compiler.condition(item["when"], ("points", "items", index, "when")),
        )
        for index, item in enumerate(node.get("items", []))
    )
    exemption = node.get("exemption")
    return PointsRule(node["mode"], items, _exemption(exemption) if exemption else None)


def _exemption(node: Mapping[str, Any]) -> Exemption:
    given, until = (date.fromisoformat(node[name]) for name in ("date", "until"))
    return Exemption(given, until, node["document"], tuple(node["dimensions"]))


def _seat_lock(node: Mapping[str, Any] | None) -> SeatLock | None:
    if node is None:
        return None
    return SeatLock(node["years"], frozenset(node["groups"]), node.get("sibling_exempt", True))


def _coordination(node: Mapping[str, Any] | None) -> Coordination | None:
    if node is None:
        return None
    return Coordination(tuple(node["order"]), tuple(node.get("groups", ())), _optional_text(node, "rule"))


def _supplementary(node: Mapping[str, Any]) -> Supplementary:
    return Supplementary(date.fromisoformat(node["cutoff"]), _optional_text(node, "rule"))

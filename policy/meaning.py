"""Checks what a well-formed policy means: days that exist, ids that differ, proofs that may be asked, orders that
compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from policy.facts import DICTIONARY, FactSpec
from policy.forbidden import DIMENSIONS, banned
from policy.model import Group
from policy.tree import Path, PolicyIssue, Tree
from policy.words import Text


def _days(tree: Tree) -> Iterator[tuple[Path, str]]:
    data = tree.data
    for key in ("cutoff", "entry"):
        if key in data:
            yield (key,), data[key]
    for index, rule in enumerate(data["age"]):
        yield ("age", index, "cutoff"), rule["cutoff"]
        if "stretch" in rule:
            yield ("age", index, "stretch", "until"), rule["stretch"]["until"]
    for path in (("source", "date"), ("supplementary", "cutoff")):
        if path[1] in data.get(path[0], {}):
            yield path, data[path[0]][path[1]]
    if exemption := data.get("points", {}).get("exemption"):
        for name in ("date", "until"):
            yield ("points", "exemption", name), exemption[name]


def day_issues(tree: Tree) -> Iterator[PolicyIssue]:
    """Find days that are not in the calendar, such as 2024-02-30."""
    for path, text in _days(tree):
        try:
            date.fromisoformat(text)
        except ValueError:
            yield tree.issue(path, "bad_date", value=text)


def local_facts(tree: Tree) -> tuple[dict[str, FactSpec], list[PolicyIssue]]:
    """Read the facts a policy declares for itself; their names start with `local.`."""
    found: dict[str, FactSpec] = {}
    issues: list[PolicyIssue] = []
    for index, node in enumerate(tree.data.get("facts", [])):
        path: Path = ("facts", index, "name")
        name = node["name"]
        if not name.startswith("local.") or name in DICTIONARY:
            issues.append(tree.issue(path, "local_name"))
        if name in found:
            issues.append(tree.issue(path, "duplicate_id", id=name))
        issues.extend(_ban(tree, path, name, node["label"]["zh"], node["label"]["en"]))
        if node["type"] == "choice" and "choices" not in node:
            issues.append(tree.issue(("facts", index), "missing_key", key="choices"))
        choices = {key: Text.from_json(words) for key, words in node.get("choices", {}).items()}
        label = Text.from_json(node["label"])
        found[name] = FactSpec(name, node["type"], label, tuple(node.get("agencies", ())), choices=choices)
    return found, issues


def _ban(tree: Tree, path: Path, *texts: str) -> Iterator[PolicyIssue]:
    if ban := banned(*texts):
        yield tree.issue(path, ban.code, name=texts[0], proof=f"{ban.name.zh} / {ban.name.en}")


def meaning_issues(tree: Tree) -> Iterator[PolicyIssue]:
    """Find everything in a well-formed policy that the rules forbid or that cannot work."""
    yield from _ids(tree)
    yield from _stages(tree)
    yield from _ages(tree)
    yield from _materials(tree)
    yield from _points(tree)
    yield from _orders(tree)
    yield from _group_lists(tree)
    if tree.data["siblings"].get("follow_elder"):
        # an advantage at one school only: no order of admission here knows one (docs/policy.md)
        yield tree.issue(("siblings", "follow_elder"), "follow_elder")


def _ids(tree: Tree) -> Iterator[PolicyIssue]:
    lists: list[tuple[Path, list[Any]]] = [(("groups",), tree.data["groups"])]
    lists.append((("points", "items"), tree.data.get("points", {}).get("items", [])))
    lists.extend((("groups", i, "materials"), group["materials"]) for i, group in enumerate(tree.data["groups"]))
    for path, nodes in lists:
        seen: set[str] = set()
        for index, node in enumerate(nodes):
            if node["id"] in seen:
                yield tree.issue((*path, index, "id"), "duplicate_id", id=node["id"])
            seen.add(node["id"])


def _stages(tree: Tree) -> Iterator[PolicyIssue]:
    known = tree.data["stages"]
    for index, rule in enumerate(tree.data["age"]):
        if rule["stage"] not in known:
            yield tree.issue(("age", index, "stage"), "unknown_stage", stage=rule["stage"])
        if any(rule["stage"] == other["stage"] for other in tree.data["age"][:index]):
            yield tree.issue(("age", index, "stage"), "duplicate_id", id=rule["stage"])
    for index, group in enumerate(tree.data["groups"]):
        for place, stage in enumerate(group.get("stages", [])):
            if stage not in known:
                yield tree.issue(("groups", index, "stages", place), "unknown_stage", stage=stage)


def _ages(tree: Tree) -> Iterator[PolicyIssue]:
    for index, rule in enumerate(tree.data["age"]):
        path: Path = ("age", index)
        if "stretch" in rule and rule["stretch"]["until"] < rule["cutoff"]:
            yield tree.issue((*path, "stretch", "until"), "date_order", later="until", earlier="cutoff")
        if rule.get("max_years", 99) <= rule["min_years"]:
            limit = f"> min_years ({rule['min_years']})"
            yield tree.issue((*path, "max_years"), "out_of_range", value=rule["max_years"], limit=limit)
    extra = tree.data.get("supplementary")
    if extra and extra["cutoff"] < tree.data["cutoff"]:
        yield tree.issue(("supplementary", "cutoff"), "date_order", later="supplementary.cutoff", earlier="cutoff")


def _materials(tree: Tree) -> Iterator[PolicyIssue]:
    for index, group in enumerate(tree.data["groups"]):
        for place, node in enumerate(group["materials"]):
            path: Path = ("groups", index, "materials", place)
            yield from _ban(tree, path, node["id"], node["name"]["zh"], node["name"]["en"])


def _points(tree: Tree) -> Iterator[PolicyIssue]:
    node = tree.data.get("points")
    if node is None:
        return
    if node["mode"] == "computed" and not node.get("items"):
        yield tree.issue(("points",), "missing_key", key="items")
    yield from _exemption(tree)
    allowed = {*DIMENSIONS, *node.get("exemption", {}).get("dimensions", [])}
    for index, item in enumerate(node.get("items", [])):
        path: Path = ("points", "items", index)
        yield from _ban(tree, path, item["id"], item["name"]["zh"], item["name"]["en"])
        if item["dimension"] not in allowed:
            yield tree.issue((*path, "dimension"), "dimension", dimension=item["dimension"])
    for index, dimension in enumerate(node.get("dimensions", [])):
        if dimension not in allowed:
            yield tree.issue(("points", "dimensions", index), "dimension", dimension=dimension)


def _exemption(tree: Tree) -> Iterator[PolicyIssue]:
    """An approval of other points must have been given by the day of record, and hold until the children enter."""
    node = tree.data["points"].get("exemption")
    if node is None:
        return
    path: Path = ("points", "exemption")
    given, until, cutoff = (date.fromisoformat(day) for day in (node["date"], node["until"], tree.data["cutoff"]))
    entry = entry_day(tree.data)
    if until < given:
        yield tree.issue((*path, "until"), "date_order", later="until", earlier="date")
    elif until < entry:
        yield tree.issue((*path, "until"), "exemption_over", until=until.isoformat(), entry=entry.isoformat())
    if given > cutoff:
        yield tree.issue((*path, "date"), "date_order", later="cutoff", earlier="points.exemption.date")


def entry_day(data: Mapping[str, Any]) -> date:
    """The first day at school of a policy's children: 1 September unless it says another."""
    return date.fromisoformat(data["entry"]) if "entry" in data else date(data["year"], 9, 1)


def _orders(tree: Tree) -> Iterator[PolicyIssue]:
    for index, group in enumerate(tree.data["groups"]):
        kinds = [node["by"] for node in group["order"]]
        path: Path = ("groups", index, "order")
        if kinds.count("ticket") != 1 or kinds[-1] != "ticket":
            yield tree.issue(path, "ticket_last")
        if "points" in kinds and "points" not in tree.data:
            yield tree.issue((*path, kinds.index("points")), "no_points")


def _group_lists(tree: Tree) -> Iterator[PolicyIssue]:
    known = {group["id"] for group in tree.data["groups"]}
    for section in ("seat_lock", "big_zone", "coordination"):
        for index, group_id in enumerate(tree.data.get(section, {}).get("groups", [])):
            if group_id not in known:
                yield tree.issue((section, "groups", index), "unknown_group", id=group_id)


def tier_issues(tree: Tree, groups: Sequence[Group]) -> Iterator[PolicyIssue]:
    """Tiers must rise down the list (a lower group never outranks an upper one); groups of one tier need one order."""
    for index in range(1, len(groups)):
        before, group = groups[index - 1], groups[index]
        path: Path = ("groups", index, "tier")
        if group.tier < before.tier:
            yield tree.issue(path, "tier_order", previous=before.tier)
        if group.tier == before.tier and group.order != before.order:
            yield tree.issue(("groups", index, "order"), "tier_same_order")

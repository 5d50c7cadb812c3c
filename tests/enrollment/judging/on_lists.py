"""Which of the bureau's lists the children of a synthetic city are on, what follows from it, and the bureau's tables.

The city knows families of soldiers, of listed talent and with points. Children of martyrs, more of listed talent, and
what only this district asks (resettled families, and of which bank), are drawn from the child's number: the same child
is always on the list.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from synthetic.family import Family

LOCAL = ("local.resettled", "local.bank")
ISSUED = "2026-04-20"
Lists = Mapping[str, Mapping[str, Any]]


def lists_of(family: Family, child_id: str) -> dict[str, dict[str, Any]]:
    """The entries of a child, by the kind of list, as the judging reads them."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in family.lists}
    drawn = crc32(child_id.encode())
    if drawn % 31 == 0:
        found["martyr"] = {}
    if drawn % 29 == 2:
        found["talent"] = {}
    if drawn % 13 == 1:
        found["local"] = {"local.resettled": True, "local.bank": "north" if drawn // 13 % 2 else "south"}
    if family.points:
        points = family.points
        found["points"] = {
            "total": points["total"],
            "town": points["town"],
            "matches": points["town"] == points["residence_town"],
        }
    return found


def facts_of(lists: Lists) -> dict[str, Any]:
    """What is true of a child on these lists, and on no other."""
    kinds = ("military", "martyr", "talent")
    return {
        **{f"preferential.{kind}": kind in lists for kind in kinds},
        "local.resettled": False,
        **lists.get("local", {}),
    }


def tables(children: Iterable[tuple[str, Family, str]]) -> dict[str, list[dict[str, object]]]:
    """The bureau's tables by kind, as offices send them, from (number, family, child's id)."""
    made: dict[str, list[dict[str, object]]] = defaultdict(list)
    for number, family, child_id in children:
        lists = lists_of(family, child_id)
        child: dict[str, object] = {"儿童证件号": number}
        for kind in lists.keys() & {"military", "martyr", "talent"}:
            made[kind].append(child)
        if family.points:
            made["points"].append(
                {
                    **child,
                    "积分": family.points["total"],
                    "积分镇街": family.points["town"],
                    "居住镇街": family.points["residence_town"],
                    "出具日期": ISSUED,
                }
            )
        for name, value in lists.get("local", {}).items():
            made["local"].append({**child, "事项": name, "内容": "是" if value is True else value})
    return made

"""A scheme the engine has never met is expressed as data alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy import Facts, Policy, evaluate, load

HOME = {
    "child.birth_date": "2020-08-31",
    "application.stage": "primary",
    "household.zone_relation": "in_zone",
    "home.kind": "deed",
    "home.ownership_share": 0.51,
    "home.deed_date": "2023-05-31",
    "home.owner_relation": "grandparent",
}
PERMIT = {
    "child.birth_date": "2020-08-31",
    "application.stage": "primary",
    "permit.valid_on_check_day": True,
    "permit.held_since": "2020-01-01",
    "insurance.continuous_months": 6,
    "points.imported_total": 60,
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load((Path(__file__).parent / "unseen.yaml").read_text("utf-8"))


CASES: list[tuple[dict[str, Any], str | None]] = [
    (HOME, "a"),
    (HOME | {"home.ownership_share": 0.5}, None),
    (HOME | {"home.deed_date": "2023-06-01"}, None),
    (HOME | {"home.parents_other_home": True}, None),
    (HOME | {"home.owner_relation": "child", "home.parents_other_home": True}, "a"),
    (HOME | {"home.kind": "none", "local.demolished": True}, "a"),
    (HOME | {"application.stage": "kindergarten", "child.birth_date": "2022-01-01"}, None),
    (PERMIT, "b"),
    (PERMIT | {"points.imported_total": 59.5}, None),
    (PERMIT | {"insurance.continuous_months": 5}, None),
    (PERMIT | {"local.island": "outer"}, None),
    (PERMIT | {"local.island": "inner"}, "b"),
]


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_unseen_scheme_sorts_families(policy: Policy, facts: dict[str, Any], expected: str | None) -> None:
    group = evaluate(policy, Facts.from_json(facts)).group
    assert (group.id if group else None) == expected


def test_siblings_come_first_then_the_deed_then_the_larger_share(policy: Policy) -> None:
    def order(**changes: Any) -> tuple[int, ...]:
        return evaluate(policy, Facts.from_json(HOME | {k.replace("__", "."): v for k, v in changes.items()})).order

    sibling = order(sibling__same_school=True)
    earlier = order(home__deed_date="2020-01-01")
    assert sibling < earlier < order(home__ownership_share=1) < order()


def test_the_stretch_may_open_the_main_round(policy: Policy) -> None:
    result = evaluate(policy, Facts.from_json(PERMIT | {"child.birth_date": "2020-12-31"}))
    assert result.eligible.value is True
    assert result.trace[0].code == "age_stretched"
    assert policy.mechanism == "sequential"

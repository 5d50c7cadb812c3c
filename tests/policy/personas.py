"""Named families for the shipped schemes. All are made up; dates are set around the cut-off of the scheme in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy import Evaluation, Facts, Policy, evaluate, load, scheme_text

Family = Mapping[str, Any]

HOUSEHOLD: Family = {
    "household.zone_relation": "in_zone",
    "household.registered_on": "2019-05-01",
    "household.head_relation": "parent",
    "household.same_as_parent": True,
    "household.type": "family",
}
DEED: Family = {
    "home.kind": "deed",
    "home.zone_relation": "in_zone",
    "home.owner_relation": "parent",
    "home.ownership_share": 1,
    "home.deed_date": "2018-03-02",
    "home.matches_household": True,
}
CONTRACT: Family = {
    "home.kind": "contract",
    "home.zone_relation": "in_zone",
    "home.owner_relation": "parent",
    "home.contract_filed_on": "2020-03-02",
}
PERMIT: Family = {
    "permit.valid_on_check_day": True,
    "permit.zone_relation": "in_zone",
    "permit.held_since": "2018-09-01",
    "insurance.months": 30,
    "household.zone_relation": "elsewhere",
}
ELSEWHERE: Family = {"household.zone_relation": "elsewhere"}
GRANDPARENTS: Family = {
    **HOUSEHOLD,
    **DEED,
    "household.head_relation": "grandparent",
    "household.same_as_parent": False,
    "household.same_as_grandparent": True,
    "home.owner_relation": "grandparent",
}


def child(policy: Policy, **changes: Any) -> dict[str, Any]:
    """A child who reaches six on the cut-off day of the policy."""
    return {"child.birth_date": policy.cutoff.replace(year=policy.cutoff.year - 6).isoformat(), **changes}


def shipped(name: str) -> Policy:
    """Load a shipped scheme."""
    return load(scheme_text(name))


def judge(policy: Policy, *families: Family, **named: Any) -> Evaluation:
    """Judge a six-year-old of these facts; later families win."""
    merged = child(policy)
    for family in families:
        merged |= family
    return evaluate(policy, Facts.from_json({**merged, **named}))


def group_of(policy: Policy, *families: Family) -> str | None:
    """Return the id of the group these facts lead to."""
    group = judge(policy, *families).group
    return group.id if group else None

"""Which facts a policy looks at: what a district must have a source for before the policy may be in force."""

from collections.abc import Iterator

from policy.conditions import facts_of
from policy.model import Policy

SEAT_FACTS = ("home.seat_used_on", "home.seat_locked_until")
SEAT_SIBLING = "home.seat_locked_by_sibling"
IMPORTED_POINTS = "points.imported_total"


def facts_used(policy: Policy) -> frozenset[str]:
    """The names of every fact that age, groups, points, order or seat lock depend on."""
    return frozenset(_names(policy))


def _names(policy: Policy) -> Iterator[str]:
    if policy.ages:
        yield "child.birth_date"
    for group in policy.groups:
        yield from facts_of(group.when)
        for rule in group.order:
            yield from (spec.name for spec in (rule.spec, rule.fallback) if spec is not None)
            if rule.by == "points" and policy.points is not None and policy.points.mode == "imported":
                yield IMPORTED_POINTS
    if policy.points is not None:
        for item in policy.points.items:
            yield from facts_of(item.when)
    if policy.seat_lock is not None:
        yield SEAT_FACTS[0]
        if policy.seat_lock.sibling_exempt:
            yield SEAT_SIBLING

"""Where each fact comes from (pure).

The table is whole: a test compares it with the dictionary of facts. A policy that looks at a fact which the district
has no source for is refused when it is loaded (``unsourced``): what nothing can tell is unknown, never a default.
"""

from collections.abc import Collection, Mapping
from typing import Final

from policy import Policy
from verification.agencies import FIVE

NO_SOURCE: Final = "none"  # of a fact that nothing tells us yet

# The bureau's lists: kind of list, fact, who keeps it.
LIST_FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "military": ("preferential.military", "veterans"),
    "martyr": ("preferential.martyr", "veterans"),
    "rescue": ("preferential.rescue", "veterans"),
    "talent": ("preferential.talent", "talent"),
}
# Every district can ask the five; the others are there where the district has an item for them.
FURTHER: Final = ("birth", "marriage", "rental", "business", "disability", "registry")
_HOMES: Final = ("real_estate", "contract")
# What each fact can be known from: agencies that are asked, ``application`` for what the round itself says, and
# ``list:KIND`` for a list that the district has to keep. () is a fact that nothing tells us yet.
KNOWN_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "child.birth_date": ("household",),
    "child.sex": ("household",),
    "child.ethnic_group": (),
    "child.disability": ("disability", "list:disabled"),
    "household.zone_relation": ("household",),
    "household.registered_on": ("household",),
    "household.head_relation": ("household",),
    "household.same_as_parent": ("household",),
    "household.same_as_grandparent": ("household",),
    "household.type": ("household",),
    "home.kind": (*_HOMES, "rental"),
    "home.zone_relation": (*_HOMES, "rental"),
    "home.owner_relation": _HOMES,
    "home.ownership_share": _HOMES,
    "home.deed_date": ("real_estate",),
    "home.contract_filed_on": ("contract",),
    "home.mortgaged": ("real_estate",),
    "home.usable": _HOMES,
    "home.matches_household": ("household",),
    "home.parents_other_home": _HOMES,
    "home.seat_locked_until": (),  # the register says when a seat was used; the policy says for how long
    "home.seat_used_on": ("list:seats", "registry"),
    "home.seat_locked_by_sibling": ("list:seats", "registry"),
    "home.leased_since": ("rental",),
    "permit.holder": ("permit",),
    "permit.valid_on_check_day": ("permit",),
    "permit.held_since": ("permit",),
    "permit.zone_relation": ("permit",),
    "insurance.months": ("insurance",),
    "insurance.continuous_months": ("insurance",),
    "insurance.city": ("insurance",),
    "insurance.in_city": ("insurance",),
    "application.rented_filed": ("declaration", "rental"),  # without the register a person looks up the lease number
    "work.kind": ("insurance", "business"),
    "work.since": ("business",),
    "business.registered_on": ("business",),
    "business.in_city": ("business",),
    "points.imported_total": ("list:points",),
    "points.town": ("list:points",),
    "points.town_matches": ("list:points",),
    **{name: (f"list:{kind}",) for kind, (name, _keeper) in LIST_FACTS.items()},
    "sibling.same_school": ("list:siblings", "registry"),
    "parents.separated": ("marriage",),
    "parents.custody": ("marriage",),
    "parents.on_birth_certificate": ("birth",),
    "study.in_district": ("registry",),
    "study.years": ("registry",),
    "study.registered_elsewhere": ("registry",),
    "application.stage": ("application",),
    "application.round": ("application",),
}
LISTS: Final = frozenset({*LIST_FACTS, "disabled", "points", "seats", "siblings"})


def is_list(kind: str) -> bool:
    """Whether a district can keep such a list: one of these, or a fact of its own policy (``local.…``)."""
    return kind in LISTS or kind.startswith("local.")


# Asked about whatever the policy says: a child that is too young or lives elsewhere is a question to every policy.
ALWAYS: Final = frozenset({"child.birth_date", "household.zone_relation", "home.zone_relation"})


def served(agency: str) -> frozenset[str]:
    """The facts that this agency can tell."""
    return frozenset(name for name, sources in KNOWN_FROM.items() if agency in sources)


def unsourced(policy: Policy, kept: Collection[str], items: Collection[str] = FIVE) -> tuple[str, ...]:
    """The facts the policy looks at which nothing in a district with these lists and items can tell, by name.

    A fact of the policy's own (``local.*``) is told by the list of its name.
    """
    there = {*(f"list:{kind}" for kind in kept), *items, "application", "declaration"}
    return tuple(sorted(name for name in policy.uses if there.isdisjoint(KNOWN_FROM.get(name, (f"list:{name}",)))))

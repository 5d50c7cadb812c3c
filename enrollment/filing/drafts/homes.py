"""The homes that registers name for a family: one is filled in, of several the family picks one (pure).

Asked about are who applies and, where the child's own page of the household register writes the two as a couple, the
other one of it. Whose home it is stands beside each, so that whoever picks one says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import identifiers
from verification.agencies import MalformedRecord, number
from verification.agencies.household import members_of
from verification.agencies.property import WHOLE, is_held_home

ANOTHER: Final = "another"  # none of the homes that registers name
PEOPLE: Final = {"real_estate": "owners", "contract": "buyers"}
NUMBERS: Final = {"real_estate": "certificate", "contract": "contract"}
KINDS: Final = {"real_estate": "deed", "contract": "contract"}
# what registers call the husband or wife of the householder
SPOUSE: Final = frozenset({"配偶", "夫", "妻", "丈夫", "妻子", "spouse"})
# what is filled in of a home; picking another one empties what does not belong to it
HOME_ANSWERS: Final = (
    "home_kind",
    "home_address",
    "home_certificate",
    "home_contract",
    "home_owner_relation",
    "home_owner_id",
    "home_share",
)


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home as its register has it; ``holders`` maps the numbers of its people to name and share (0 to 1)."""

    agency: str
    number: str
    address: str
    holders: Mapping[str, tuple[str, float]]


def spouse_in(household: Mapping[str, Any], person: str) -> tuple[str, str] | None:
    """Number and name of whoever the child's page writes as this parent's husband or wife; None where it does not.

    Only a householder who is the child's parent has one there: beyond that a page does not say who is married to whom.
    """
    if household.get("householder_relation") != "parent":
        return None
    head = number(household.get("householder_id"))
    people = [(number(one.get("id_number")), str(one.get("name") or ""), one) for one in members_of(household)]
    couple = {no: name for no, name, one in people if no == head or str(one.get("relation") or "") in SPOUSE}
    others = [(no, name) for no, name in couple.items() if no and no != person]
    return others[0] if len(couple) == 2 and person in couple and len(others) == 1 and others[0][1] else None


def homes_of(prefilled: Mapping[str, Any]) -> list[KnownHome]:
    """The homes in force, each once: a contract whose certificate is there already is the same home.

    The home at the address of the household comes first.
    """
    found: list[KnownHome] = []
    for agency in PEOPLE:
        said = prefilled.get(agency) or {}
        for record in said.get("records") or [] if said.get("outcome") == "found" else []:
            home = _home(agency, record)
            if home is None or any(home.number == one.number and agency == one.agency for one in found):
                continue
            if agency == "contract" and any(identifiers.same_place(home.address, one.address) for one in found):
                continue
            found.append(home)
    household = ((prefilled.get("household") or {}).get("records") or [{}])[0]
    registered = str(household.get("address") or "")
    return sorted(found, key=lambda one: not (registered and identifiers.same_place(registered, one.address)))


def _home(agency: str, record: Mapping[str, Any]) -> KnownHome | None:
    """The home of a record; None for a parking space, a deed or contract that is over, and what cannot be read."""
    people = record.get(PEOPLE[agency])
    at_number, address = str(record.get(NUMBERS[agency]) or ""), str(record.get("address") or "")
    try:
        held = is_held_home(record)
    except MalformedRecord:
        return None
    if not held or not at_number or not isinstance(people, list):
        return None
    holders = {
        number(one.get("id_number")): (str(one.get("name") or ""), _share(one))
        for one in people
        if isinstance(one, Mapping)
    }
    return KnownHome(agency, at_number, address, holders)


def _share(person: Mapping[str, Any]) -> float:
    share = person.get("share", 1)
    return float(share) if isinstance(share, int | float) and not isinstance(share, bool) else 0.0


def only_home(prefilled: Mapping[str, Any], guardian_id: str) -> KnownHome | None:
    """The home that is filled in without a question: there is one in all, and it is that of who applies."""
    found = homes_of(prefilled)
    return found[0] if len(found) == 1 and guardian_id in found[0].holders else None


def must_pick(prefilled: Mapping[str, Any], guardian_id: str) -> Sequence[KnownHome]:
    """The homes the family picks from; none where there is nothing to pick."""
    found = homes_of(prefilled)
    return found if found and only_home(prefilled, guardian_id) is None else ()


def home_answers(home: KnownHome, guardian_id: str, other_parent: str = "", spouse: str = "") -> dict[str, str]:
    """The answers of the form that say this home: whose it is, and the share of the family.

    ``other_parent`` is the number that the family gave. Where it gave none, ``spouse`` is taken for the other parent:
    that is what the choice says beside the home.
    """
    answers = dict.fromkeys(HOME_ANSWERS, "")
    other = other_parent or (spouse if spouse in home.holders else "")
    parents = [one for one in (guardian_id, other) if one and one in home.holders]
    share = sum(home.holders[one][1] for one in parents or home.holders)
    answers |= {
        "home_kind": KINDS[home.agency],
        "home_address": home.address,
        f"home_{NUMBERS[home.agency]}": home.number,
        "home_owner_relation": "parent" if parents else "other",
        "home_owner_id": "" if parents else next(iter(home.holders), ""),
        "home_share": f"{round(WHOLE * share, 6):g}" if share else "",
    }
    if parents and other and other != other_parent:
        answers["second_guardian_id"] = other
    return answers

"""What somebody who sees a child by agreement is shown of the answers filed for it (pure): one decision a field.

The table is the whole rule. A field that is not in it is hidden, whatever it is; a test fails until each field of the
form has a line. Where somebody lives, and what leads there, is hidden as soon as that person's address is protected; an
order of protection hides everything. A carer gets what the task needs: the child and the schools.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import identifiers

PARENT, CARER = "parent", "carer"  # the role of who reads


OWN, ORDER = "own", "order"  # the protection of who applied: by own wish, by order; "" for none


CHILD_NAME, CHILD_ID, CHOICES = "child_name", "child_id", "choices"  # stated with the form's fields


class Show(StrEnum):
    """How an answer is shown: whole, with few of its characters, or not at all."""

    SHOWN = "shown"
    MASKED = "masked"
    HIDDEN = "hidden"


S, M, H = Show.SHOWN, Show.MASKED, Show.HIDDEN


@dataclass(frozen=True, slots=True)
class Rule:
    """One field: for a second guardian, for one beside a protected address, for a carer.

    ``answer``: a second guardian may answer it when a reviewer asks. What concerns the person of who applied - name,
    numbers, work - is that person's alone: an account's identity follows from it.
    """

    parent: Show
    protected: Show
    carer: Show
    answer: bool = False


POLICY: Final[Mapping[str, Rule]] = {
    CHILD_NAME: Rule(S, S, S),
    CHILD_ID: Rule(M, M, M),
    "guardian_relation": Rule(S, S, H),
    "guardian_name": Rule(M, M, H),
    "guardian_name_character": Rule(H, H, H),  # it says the one character that the mask of the name hides
    "guardian_id": Rule(M, H, H),
    "second_guardian_id": Rule(M, H, H, answer=True),
    "authorised_by": Rule(S, S, H),
    "family_situation": Rule(S, H, H),
    "lives_with": Rule(S, H, H, answer=True),
    "helper_name": Rule(M, H, H),
    "helper_phone": Rule(M, H, H),
    "household_here": Rule(S, H, H, answer=True),
    "household_address": Rule(M, H, H, answer=True),
    "household_registered_on": Rule(S, H, H, answer=True),
    "home_kind": Rule(S, H, H, answer=True),
    "home_address": Rule(M, H, H, answer=True),
    "home_certificate": Rule(M, H, H, answer=True),
    "home_contract": Rule(M, H, H, answer=True),
    "home_grandparent_id": Rule(M, H, H, answer=True),
    "home_lease": Rule(M, H, H, answer=True),
    "home_rental_contract": Rule(M, H, H, answer=True),
    "home_since": Rule(S, H, H, answer=True),
    "home_owner_relation": Rule(S, H, H, answer=True),
    "home_owner_id": Rule(M, H, H, answer=True),
    "home_share": Rule(S, H, H, answer=True),
    "permit_holder": Rule(S, H, H),
    "insurance_holder": Rule(H, H, H),  # the working life of who applied, as the line below
    "insurance_months": Rule(H, H, H),
    "keep_siblings": Rule(S, S, S, answer=True),
    CHOICES: Rule(S, H, S, answer=True),
    "need_kinds": Rule(H, H, H),  # for the district's own reviewers alone, see docs/journey.md
    "need_text": Rule(H, H, H),
}


STARS: Final = re.compile(r"\*+")  # how long a name or address is, is not told either


_NOTHING = Rule(H, H, H)


_STRICT = (S, M, H)


def decision(name: str, *, role: str, protection: str) -> Show:
    """How a field is shown to this role beside this protection. An unknown role or protection is shown nothing."""
    if role not in {PARENT, CARER} or protection not in {"", OWN}:
        return Show.HIDDEN
    rule = POLICY.get(name, _NOTHING)
    columns = [rule.parent if role == PARENT else rule.carer, *([rule.protected] if protection else [])]
    return max(columns, key=_STRICT.index)


def seen(name: str, kind: str, value: str, *, role: str, protection: str) -> str | None:
    """An answer as it may be shown, ``kind`` being an identifiers kind where it is masked; None for nothing of it."""
    show = decision(name, role=role, protection=protection)
    if show is Show.HIDDEN:
        return None
    return value if show is Show.SHOWN else STARS.sub("****", identifiers.mask(kind, value))


def sees_own(*, role: str, protection: str) -> bool:
    """Whether this person reads answers to those of a district's own questions that are marked for second guardians.

    Nobody knows what such an answer leads to: beside a protected address, and for a carer, all of them are hidden.
    """
    return role == PARENT and not protection


def answerable(item: str) -> bool:
    """Whether a second guardian may answer this item of a return for correction. Documents are not."""
    return POLICY.get(item, _NOTHING).answer

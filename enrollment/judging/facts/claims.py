"""From a parent's answers to one claim per agency, and which of them are checked at all (pure).

A home that is declared as "none" is checked too. Nobody is asked about what the policy in force does not look at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from enrollment.judging.facts.further import RENTED, further_claims
from enrollment.seasons.rules.sources import ALWAYS, served
from schools.matching import divisions
from verification.agencies import FIVE

Answers = Mapping[str, str]
OTHER_HOMES = "home.parents_other_home"  # the fact for which the parents' other homes are looked for
# What the student registry tells only where the district keeps no list of its own.
_BY_LIST = {"siblings": {"sibling.same_school"}, "seats": {"home.seat_used_on", "home.seat_locked_by_sibling"}}


@dataclass(frozen=True, slots=True)
class City:
    """The city of the district: the first four digits of its divisions, and the ways in which registers write it."""

    code: str
    names: tuple[str, ...]


def city_of(district: str) -> City:
    """The city that a county's six digits (GB/T 2260) belong to."""
    code = district[:4]
    known = divisions.get(code)
    return City(code, (*((known.name, known.bare) if known else ()), code, f"{code}00"))


def guardian_ids(answers: Answers) -> list[str]:
    return [number for number in (answers.get("guardian_id", ""), answers.get("second_guardian_id", "")) if number]


def applies_as_parent(answers: Answers) -> bool:
    """Whether who applies is a parent: what a grandparent or another guardian has is not what the parents have."""
    return answers.get("guardian_relation") not in {"grandparent", "other"}


def parents_at_home(answers: Answers) -> list[str]:
    """The parents whose home counts: where they live apart, the one with whom the child lives."""
    with_whom = answers.get("lives_with", "")
    if answers.get("family_situation") != "separated" or with_whom not in {"mother", "father"}:
        return [one for one in guardian_ids(answers) if one != answers.get("guardian_id") or applies_as_parent(answers)]
    if answers.get("guardian_relation") == with_whom:
        return [answers.get("guardian_id", "")]
    return [number for number in (answers.get("second_guardian_id", ""),) if number]


def owners(answers: Answers, child_id: str) -> list[str]:
    """The document numbers of which one must be on the deed or contract of the home."""
    if answers.get("home_kind") == "grandparents":
        return [answers.get("home_grandparent_id", "")]
    relation = answers.get("home_owner_relation", "parent")
    if relation == "child":
        return [child_id]
    if relation in {"grandparent", "other"}:
        return [answers.get("home_owner_id", "")]
    return parents_at_home(answers)


def in_other_name(answers: Answers) -> bool:
    """Whether the home is in the name of neither a parent nor the child: the parents may have one of their own."""
    kind, relation = answers.get("home_kind"), answers.get("home_owner_relation", "parent")
    return kind == "grandparents" or (kind in {"deed", "contract"} and relation in {"grandparent", "other"})


def person_of(answers: Answers, holder: str, child_id: str) -> str:
    """The number of who is said to hold a permit or to be insured: ``parent`` (who applies), ``other_parent`` or
    ``child``.

    Empty where the family did not give it, and where who applies is no parent: nobody is found under an empty number,
    and a person asks.
    """
    if holder == "child":
        return child_id
    if holder == "parent" and not applies_as_parent(answers):
        return ""
    return answers.get("second_guardian_id" if holder == "other_parent" else "guardian_id", "")


@dataclass(frozen=True, slots=True)
class Applying:
    """The child, and what it is applied for: whom the claims are about. ``on`` is the check day."""

    child_id: str
    child_name: str
    born_on: str
    stage: str
    on: date
    district: str  # six digits


def claims_asked(
    answers: Answers,
    one: Applying,
    *,
    used: Collection[str],
    items: Collection[str] = FIVE,
    lists: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """The claims that are checked: of the district's items those that the policy needs for this family.

    ``used`` are the facts that the policy in force looks at, ``lists`` the lists that the district keeps.
    """
    city = city_of(one.district)
    claims = agency_claims(
        answers, child_id=one.child_id, child_name=one.child_name, on=one.on, city=city, used=used
    ) | further_claims(
        answers,
        child_id=one.child_id,
        child_name=one.child_name,
        born_on=one.born_on,
        stage=one.stage,
        on=one.on,
        city=city.code,
    )
    told = {name for kind in lists for name in _BY_LIST.get(kind, ())}
    wanted = {*used, *ALWAYS}
    if answers.get("home_kind") in RENTED:
        wanted.add("permit.zone_relation")  # where a rented home lies is known from the permit for it
    return {
        agency: claim
        for agency, claim in claims.items()
        if agency in items and served(agency) & wanted - (told if agency == "registry" else set()) and _said(claim)
    }


def _said(claim: Mapping[str, Any]) -> bool:
    """Whether there is anybody to ask about: a permit that nobody holds, the home of nobody, are no question.

    Of a household that is declared as none here the child's own entry still tells where it is.
    """
    people = claim.get("people")
    if claim.get("none") and "guardian_ids" not in claim:
        return bool(people) and "number" not in claim
    return people is None or bool(people) or bool(claim.get("number"))


def agency_claims(
    answers: Answers, *, child_id: str, child_name: str, on: date, city: City, used: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """The claim for each of the five main agencies, in the form its adapter reads.

    ``on`` is the check day, ``used`` the facts that the policy in force looks at: nothing else is asked for.
    """
    guardians = guardian_ids(answers)
    kind, people = answers.get("home_kind", "none"), owners(answers, child_id)
    by_parents = kind in {"deed", "contract"} and answers.get("home_owner_relation", "parent") == "parent"
    family = guardians if in_other_name(answers) or OTHER_HOMES in used else []
    registered = {
        "people": people,
        "family": family,
        "spouse_unknown": by_parents and not answers.get("second_guardian_id"),
        "address": answers.get("home_address", ""),
        "share": answers.get("home_share", ""),
    }
    # A family with a deed declares nothing at the register of contracts, and the other way round. Its numbers are sent
    # there only where other homes matter: without that a register would learn of people for nothing.
    none = {"none": True, "people": guardians if kind not in {"deed", "contract", "grandparents"} else family}
    permit, insured = answers.get("permit_holder", "none"), answers.get("insurance_holder", "none")
    return {
        "household": {
            "id_number": child_id,
            "name": child_name,
            "guardian_ids": guardians,
            "address": answers.get("household_address", ""),
            "registered_on": answers.get("household_registered_on", ""),
            "city": city.code,
            "none": answers.get("household_here") == "no",
        },
        "real_estate": {**registered, "number": answers.get("home_certificate", "")}
        if kind in {"deed", "grandparents"}
        else none,
        "contract": {**registered, "number": answers.get("home_contract", "")} if kind == "contract" else none,
        "permit": {
            "none": permit == "none",
            "id_number": person_of(answers, permit, child_id),
            "on": on.isoformat(),
            "name": {"child": child_name, "parent": answers.get("guardian_name", "")}.get(permit, ""),
            "address": answers.get("home_address", ""),
        },
        "insurance": {
            "none": insured == "none",
            "id_number": person_of(answers, insured, child_id),
            "name": answers.get("guardian_name", "") if insured == "parent" else "",
            "months": answers.get("insurance_months", ""),
            "cities": list(city.names),
        },
    }

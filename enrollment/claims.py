"""From a parent's answers to one claim per agency (pure).

Five checks a family: what is declared as "none" is checked too.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

Answers = Mapping[str, str]


def guardian_ids(answers: Answers) -> list[str]:
    return [number for number in (answers.get("guardian_id", ""), answers.get("second_guardian_id", "")) if number]


def owners(answers: Answers, child_id: str) -> list[str]:
    """The document numbers of which one must be on the paper of the home."""
    if answers.get("home_kind") == "grandparents":
        return [answers.get("home_grandparent_id", "")]
    relation = answers.get("home_owner_relation", "parent")
    if relation == "child":
        return [child_id]
    if relation in {"grandparent", "other"}:
        return [answers.get("home_owner_id", "")]
    return guardian_ids(answers)


def agency_claims(answers: Answers, *, child_id: str, child_name: str, on: date) -> dict[str, dict[str, Any]]:
    """The claim for each of the five main agencies, in the form its adapter reads; ``on`` is the check day."""
    guardians = guardian_ids(answers)
    kind = answers.get("home_kind", "none")
    people = owners(answers, child_id)
    paper = {"people": people, "address": answers.get("home_address", ""), "share": answers.get("home_share", "")}
    permit_holder = child_id if answers.get("permit_holder") == "child" else (guardians or [child_id])[0]
    return {
        "household": {
            "id_number": child_id,
            "name": child_name,
            "guardian_ids": guardians,
            "address": answers.get("household_address", ""),
            "registered_on": answers.get("household_registered_on", ""),
            "none": answers.get("household_here") == "no",
        },
        "real_estate": {**paper, "number": answers.get("home_certificate", "")}
        if kind in {"deed", "grandparents"}
        else {"none": True, "people": guardians},
        "contract": {**paper, "number": answers.get("home_contract", "")}
        if kind == "contract"
        else {"none": True, "people": guardians},
        "permit": {
            "none": answers.get("permit_holder", "none") == "none",
            "id_number": permit_holder,
            "on": on.isoformat(),
            "name": child_name if permit_holder == child_id else answers.get("guardian_name", ""),
            "address": answers.get("home_address", ""),
        },
        "insurance": {
            "none": answers.get("insurance_holder", "none") == "none",
            "id_number": (guardians or [child_id])[0],
            "name": answers.get("guardian_name", ""),
            "months": answers.get("insurance_months", ""),
        },
    }

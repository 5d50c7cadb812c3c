"""From what a synthetic parent knows to what is typed into the form (pure)."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

SEXES = {"male": "1", "female": "2"}
SECOND_CHOICE_SHARE = 0.7


def child_input(claim: Mapping[str, Any]) -> dict[str, str]:
    """The fields of "add a child"."""
    child = claim["child"]
    return {
        "name": child["name"],
        "id_number": child["id_number"],
        "birth_date": child["birth_date"],
        "sex": SEXES[child["sex"]],
    }


def form_answers(claim: Mapping[str, Any], *, bound: bool) -> dict[str, str]:
    """The answers of the form; ``bound`` keeps twins together."""
    guardian, second = claim["guardian"], claim["second_guardian"]
    answers = {
        "guardian_relation": guardian["relation"],
        "guardian_name": guardian["name"],
        "guardian_id": guardian["id_number"],
        "second_guardian_id": second["id_number"] if second else "",
        "keep_siblings": "yes" if bound else "no",
        "permit_holder": "parent" if claim["permit"] else "none",
        "insurance_holder": "none",
        "household_here": "no",
    }
    if claim["household"]:
        answers["household_here"] = "yes"
        answers["household_address"] = claim["household"]["address"]
        answers["household_registered_on"] = claim["household"]["registered_on"]
    if claim["insurance"]:
        answers["insurance_holder"] = "parent"
        answers["insurance_months"] = str(claim["insurance"]["months"])
    return answers | _home(claim)


def _home(claim: Mapping[str, Any]) -> dict[str, str]:
    home = claim["home"]
    answers = {"home_kind": home["kind"]}
    if home["kind"] == "none":
        return answers
    answers["home_address"] = home.get("address") or claim["address"]
    if home["kind"] not in {"deed", "contract"}:
        return answers
    number = "home_certificate" if home["kind"] == "deed" else "home_contract"
    answers[number] = home.get("certificate") or home["contract"]
    answers["home_owner_relation"] = home["owner_relation"]
    owners = {owner["id_number"]: owner["share"] for owner in home["owners"]}
    guardians = {person["id_number"] for person in (claim["guardian"], claim["second_guardian"]) if person}
    named = guardians & owners.keys()
    if home["owner_relation"] in {"grandparent", "other"}:
        answers["home_owner_id"] = next(iter(owners))
        named = {answers["home_owner_id"]}
    elif home["owner_relation"] == "child":
        named = {claim["child"]["id_number"].upper()} & owners.keys()
    answers["home_share"] = f"{100 * sum(owners[person] for person in named):g}"
    return answers


def corrected(answers: Mapping[str, str], items: Sequence[str], truth: Mapping[str, Any]) -> dict[str, str]:
    """What a parent types when asked to look again: the planted slip put right, everything else confirmed."""
    fixed = {name: answers.get(name, "") for name in items}
    if "home_address" in fixed:
        fixed["home_address"] = fixed["home_address"].removesuffix("-附房")
    if "household_registered_on" in fixed:
        fixed["household_registered_on"] = str(truth["facts"].get("household.registered_on", ""))
    return fixed


def choices(zone_school: str, near: Sequence[str], rng: Random, most: int) -> list[str]:
    """The zone's school first, then often the nearest other one."""
    picked = [zone_school]
    if most > 1 and near and rng.random() < SECOND_CHOICE_SHARE:
        picked.append(near[0] if rng.random() < SECOND_CHOICE_SHARE else rng.choice(list(near[:4])))
    return picked

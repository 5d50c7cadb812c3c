"""From what a synthetic parent knows to what is typed into the form (pure)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from enrollment.seasons.rules.own_form import OwnForm

SEXES = {"male": "1", "female": "2"}
SECOND_CHOICE_SHARE = 0.7
PRIVATE_SHARE = 0.12  # of the families that could choose a private school: more than its seats hold
MIGRANT_SHARE = 0.4  # of migrant workers: the school of their children stands behind that of the zone


@dataclass(frozen=True, slots=True)
class Around:
    """The schools that a family chooses from: that of its zone, those that share seats with it in a big zone, and the
    other public, the private ones and those of migrant workers' children, each nearest first.
    """

    own: str
    big_zone: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    migrant: tuple[str, ...] = ()


def child_input(claim: Mapping[str, Any]) -> dict[str, str]:
    """The fields of "add a child"."""
    child = claim["child"]
    return {
        "name": child["name"],
        "id_number": child["id_number"],
        "birth_date": child["birth_date"],
        "sex": SEXES[child["sex"]],
        **claim.get("child_typed", {}),
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
    if claim["parents_separated"] and second:
        answers |= {"family_situation": "separated", "lives_with": guardian["relation"]}
    if claim["household"] and claim["household"]["here"]:
        answers["household_here"] = "yes"
        answers["household_address"] = claim["household"]["address"]
        answers["household_registered_on"] = claim["household"]["registered_on"]
    if claim["insurance"]:
        answers["insurance_holder"] = "parent"
        answers["insurance_months"] = str(claim["insurance"]["months"])
    said: Mapping[str, str] = claim.get("answers", {})  # by an unusual family
    return {**answers, **_home(claim), **said}


def own_answers(form: OwnForm, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers with those to the district's own questions, and without those to questions it leaves out."""
    kept = {name: answer for name, answer in answers.items() if name not in form.off}
    return {**kept, **{one["name"]: _own(one) for one in form.extra}}


def _own(question: Mapping[str, Any]) -> str:
    said = {"text": "合成回答", "yes_no": "no", "date": "2020-05-04", "whole": "1"}
    return said.get(question["kind"]) or str(question["options"][0]["value"])


def _home(claim: Mapping[str, Any]) -> dict[str, str]:
    home = claim["home"]
    answers = {"home_kind": home["kind"]}
    if home["kind"] == "none":
        return answers
    answers["home_address"] = home.get("address") or claim["address"]
    if home.get("lease"):
        answers["home_lease"] = home["lease"]
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


def choices(around: Around, rng: Random, most: int, *, migrant: bool = False) -> list[str]:
    """The zone's school first, then often another one: of the same big zone where there is one, else the nearest.

    Some try a private school before it. ``migrant`` families often name the school of migrant workers' children next.
    """
    if most < 2:
        return [around.own]
    if around.private and rng.random() < PRIVATE_SHARE:
        return [rng.choice(around.private), around.own]
    if migrant and around.migrant and rng.random() < MIGRANT_SHARE:
        return [around.own, around.migrant[0]]
    others = around.big_zone or around.near
    if others and rng.random() < SECOND_CHOICE_SHARE:
        return [around.own, others[0] if rng.random() < SECOND_CHOICE_SHARE else rng.choice(others[:4])]
    return [around.own]


def public_value(seed: int) -> str:
    """Seven digits in place of the public value that a real ceremony waits for, the same for the same seed."""
    return str(int.from_bytes(hashlib.sha256(f"public value {seed}".encode()).digest()) % 10_000_000).zfill(7)

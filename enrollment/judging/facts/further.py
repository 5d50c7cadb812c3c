"""The claims of the six further data items, and the facts that follow from them (pure).

Birth certificate, marriage and custody, leases, business licences, disability certificates, the student registry: each
is asked only in a district that has the item, for a policy that looks at one of its facts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

import identifiers
from enrollment.seasons.rules.sources import NO_SOURCE
from policy import Fact
from policy.uses import SEAT_FACTS, SEAT_SIBLING
from verification.agencies import birth, disability, marriage, number, registry

Answers = Mapping[str, str]
Scalar = str | int | float | bool
RENTED: Final = ("rented", "public_rental")
PARENTS: Final = frozenset({"mother", "father"})
DAYS_A_YEAR: Final = 365.25


class Into(Protocol):
    """Where facts are collected (``enrollment.judging.facts.collect``)."""

    @property
    def family(self) -> Any: ...
    @property
    def facts(self) -> dict[str, Fact]: ...
    def add(self, name: str, value: Scalar | None, *agencies: str) -> None: ...
    def record(self, agency: str) -> Mapping[str, Any]: ...


def parent_numbers(answers: Answers) -> dict[str, str]:
    """The numbers of the declared parents, by what each is to the child."""
    found, relation = {}, answers.get("guardian_relation", "")
    if relation in PARENTS and answers.get("guardian_id"):
        found[relation] = answers["guardian_id"]
    if answers.get("second_guardian_id"):
        other = {"mother": "father", "father": "mother"}.get(relation, "parent")
        found[other] = answers["second_guardian_id"]
    return found


def further_claims(
    answers: Answers, *, child_id: str, child_name: str, born_on: str, stage: str, on: date, city: str
) -> dict[str, dict[str, Any]]:
    """The claim for each of the six further agencies, in the form its adapter reads."""
    parents = parent_numbers(answers)
    everybody = [one for one in (answers.get("guardian_id", ""), answers.get("second_guardian_id", "")) if one]
    stays = parents.get(answers.get("lives_with", ""), "")
    kind = answers.get("home_kind", "none")
    lease = answers.get("home_lease" if kind == "rented" else "home_rental_contract", "")
    contract = answers.get("home_contract", "")
    homes = [*identifiers.numbers_in(answers.get("home_certificate", "")), *([contract] if contract else [])]
    return {
        "birth": {"id_number": child_id, "name": child_name, "born_on": born_on, "parents": list(parents.values())},
        "marriage": {
            "people": list(parents.values()),
            "child_id": child_id,
            "separated": answers.get("family_situation") == "separated",
            "stays_with": [stays] if stays else [],
        },
        "rental": {
            "none": kind not in RENTED,
            "number": lease if kind in RENTED else "",
            "public": kind == "public_rental",
            "people": everybody,
            "address": answers.get("home_address", ""),
            "on": on.isoformat(),
        },
        "business": {
            "people": everybody,
            "names": {answers.get("guardian_id", ""): answers.get("guardian_name", "")},
            "city": city,
        },
        "disability": {"id_number": child_id, "name": child_name, "on": on.isoformat()},
        "registry": {
            "id_number": child_id,
            "name": child_name,
            "guardian_ids": everybody,
            "homes": homes,
            "stage": stage,
        },
    }


def add_facts(into: Into) -> None:
    """The facts of whichever of the six was asked."""
    for agency, read in _READ.items():
        if agency in into.family.findings:
            read(into)


def _birth(into: Into) -> None:
    record = into.record("birth")
    parents = {number(one) for one in parent_numbers(into.family.answers).values()}
    # No register may have the certificate of a child born elsewhere: what the family declares is then passed on, and
    # the status of the finding keeps a policy from counting it as verified.
    value = bool(parents & birth.parents_on(record)) if record else bool(parents)
    into.add("parents.on_birth_certificate", value, "birth")


def _marriage(into: Into) -> None:
    family, record = into.family, into.record("marriage")
    separated = family.answers.get("family_situation") == "separated"
    into.add("parents.separated", separated or (bool(record) and marriage.is_divorced(record)), "marriage")
    if not record or not marriage.is_divorced(record):
        # Only a divorce says who has custody. Of parents who are married it is both; those who say that they live apart
        # without a divorce may each claim the child, so the fact is left open and a person asks.
        into.add("parents.custody", None if separated else "both", "marriage")
        return
    holder = marriage.custodian(record, family.child_id)
    kin = {number(one): relation for relation, one in parent_numbers(family.answers).items() if relation in PARENTS}
    given = "both" if holder == marriage.BOTH else kin.get(holder, "other") if holder else None
    into.add("parents.custody", given, "marriage")


def add_lease(into: Into, kind: str) -> None:
    """The facts of a rented home from its register; where it lies also from a residence permit for that address."""
    family, record = into.family, into.record("rental")
    if kind == "rented":
        claimed = bool(family.answers.get("home_lease"))
        into.add("application.rented_filed", bool(record) or claimed, "rental")
    elif into.facts["home.kind"].status in {"verified", "declared"}:
        into.add("home.kind", kind, "rental")
    since = record.get("filed_on")
    into.add("home.leased_since", since if isinstance(since, str) and since else None, "rental")
    if record:
        into.add("home.zone_relation", family.places.home or None, "rental")
    elif family.answers.get("permit_holder", "none") != "none":
        into.add("home.zone_relation", family.places.home or None, "permit")
    else:
        # a lease that is on no file is no answer about the place: the policy asks where a right would follow from it
        source = NO_SOURCE if family.findings["rental"].outcome == "match" else "rental"
        into.facts["home.zone_relation"] = Fact(family.places.home or None, "unavailable", source)


def _business(into: Into) -> None:
    record = into.record("business")
    since = record.get("registered_on")
    if "work.kind" not in into.facts:
        into.add("work.kind", "self_employed" if record else "none", "business")
    if not record:
        into.add("business.in_city", False, "business")
        return
    started = since if isinstance(since, str) and since else None
    into.add("work.since", started, "business")
    into.add("business.registered_on", started, "business")
    division = record.get("division")
    known = isinstance(division, str) and division and into.family.district
    into.add("business.in_city", str(division).startswith(into.family.district[:4]) if known else None, "business")


def _disability(into: Into) -> None:
    record = into.record("disability")
    into.add("child.disability", disability.degree(record) if record else "none", "disability")


def _student_registry(into: Into) -> None:
    family, record = into.family, into.record("registry")
    own: Sequence[Mapping[str, Any]] = record.get("own", ())
    here = [one for one in own if family.district and str(one.get("division") or "").startswith(family.district)]
    into.add("study.in_district", any(map(_counts, here)), "registry")
    into.add("study.years", int(sum(_years(one, family.today) for one in here)), "registry")
    now = [one for one in own if registry.is_at_school(one) and one.get("stage") == family.stage]
    into.add("study.registered_elsewhere", bool(now), "registry")
    if "siblings" not in family.kept_lists:
        elder = [one for one in record.get("siblings", ()) if registry.is_at_school(one)]
        at_one = any(one.get("school_code") in family.choices for one in elder if one.get("school_code"))
        into.add("sibling.same_school", at_one, "registry")
    if "seats" not in family.kept_lists:
        _seat(into, [one for one in record.get("homes", ()) if one.get("stage") == family.stage])


def _seat(into: Into, uses: Sequence[Mapping[str, Any]]) -> None:
    """When the seat of the home was used last, and whether by a child of the same parents, whom the entry names."""
    last = max(uses, key=lambda one: str(one.get("entered_on") or ""), default=None)
    finding = into.family.findings["registry"]
    silent = finding.outcome == "unavailable"
    at = finding.at.isoformat()
    if last is None:
        for name in (SEAT_FACTS[0], SEAT_SIBLING):
            into.facts[name] = Fact(None, "unavailable" if silent else "verified", "registry", at)
        return
    parents = {number(one) for one in parent_numbers(into.family.answers).values()}
    into.add(SEAT_FACTS[0], str(last.get("entered_on") or "") or None, "registry")
    into.add(SEAT_SIBLING, bool(parents & registry.parents_in(last)), "registry")


def _counts(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is of the school the child comes from: at one now, or one whose stage it finished."""
    return registry.is_at_school(entry) or entry.get("status") in {"graduated", "毕业"}


def _years(entry: Mapping[str, Any], today: date) -> float:
    try:
        begun = date.fromisoformat(str(entry.get("entered_on") or ""))
        ended = date.fromisoformat(str(entry["left_on"])) if entry.get("left_on") else today
    except ValueError:
        return 0.0
    return max(0.0, round((ended - begun).days / DAYS_A_YEAR, 1))


_READ: Final[Mapping[str, Callable[[Into], None]]] = {
    "birth": _birth,
    "marriage": _marriage,
    "business": _business,
    "disability": _disability,
    "registry": _student_registry,
}

"""From claims, findings, zones and the bureau's own lists to the facts a policy is judged on (pure).

A fact carries how far it can be trusted. What an agency confirmed is ``verified`` and takes the agency's value; what it
refuted is ``mismatch``; where it had no record or gave no answer the declared value stays with that standing, so that
the policy engine asks a person instead of refusing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import identifiers
from foundation.clock import SHANGHAI
from policy import Fact, Facts
from policy.family import Status

Answers = Mapping[str, str]
Scalar = str | int | float | bool


class Finding(Protocol):
    """What verification tells of one check."""

    @property
    def outcome(self) -> str: ...
    @property
    def differences(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def record(self) -> Mapping[str, Any] | None: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Places:
    """How the addresses lie: ``in_zone``, ``in_district``, ``in_city``, ``elsewhere``, or "" where none was given."""

    household: str
    home: str
    same: bool
    permit: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Everything one version is judged on."""

    answers: Answers
    birth_date: date
    sex: str  # GB/T 2261.1
    stage: str
    round_kind: str
    findings: Mapping[str, Finding]
    places: Places
    today: date
    lists: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # bureau lists this child is on, by kind
    overrides: Mapping[str, Scalar] = field(default_factory=dict)  # settled by a reviewer, by fact name


STANDING: Mapping[str, Status] = {
    "match": "verified",
    "mismatch": "mismatch",
    "not_found": "not_found",
    "unavailable": "unavailable",
}
SEXES = {"1": "male", "2": "female"}


@dataclass(slots=True)
class _Collector:
    family: Family
    facts: dict[str, Fact] = field(default_factory=dict)

    def add(self, name: str, value: Scalar | None, agency: str, *fields: str) -> None:
        """A fact proved by an agency; a mismatch counts only if it is about one of the named form fields."""
        finding = self.family.findings.get(agency)
        if value is None:
            return
        if finding is None:
            self.facts[name] = Fact(value)
            return
        status = STANDING[finding.outcome]
        wrong = {difference["field"] for difference in finding.differences}
        if status == "mismatch" and fields and not wrong & set(fields):
            status = "verified"
        self.facts[name] = Fact(value, status, agency, finding.at.astimezone(SHANGHAI).isoformat())

    def say(self, name: str, value: Scalar, source: str = "register") -> None:
        self.facts[name] = Fact(value, "verified", source, self.family.today.isoformat())

    def record(self, agency: str) -> Mapping[str, Any]:
        finding = self.family.findings.get(agency)
        return (finding.record if finding else None) or {}


def build(family: Family) -> Facts:
    """The facts of one version."""
    into = _Collector(family)
    into.say("application.stage", family.stage, "register")
    into.say("application.round", family.round_kind, "register")
    into.add("child.birth_date", family.birth_date.isoformat(), "household", "child_id")
    into.add("child.sex", SEXES.get(family.sex), "household", "child_id")
    if family.answers.get("family_situation") == "separated":
        into.facts["parents.separated"] = Fact(value=True)
    _household(into)
    _home(into)
    _residence(into)
    _lists(into)
    for name, value in family.overrides.items():
        into.say(name, value, "review")
    return Facts(into.facts)


def _household(into: _Collector) -> None:
    family, record = into.family, into.record("household")
    if family.answers.get("household_here") != "yes":
        return
    into.add("household.zone_relation", family.places.household or None, "household", "household_address")
    into.add("household.registered_on", record.get("registered_on"), "household", "household_registered_on")
    head = str(record.get("householder_relation") or "")
    if head:
        known = head if head in {"parent", "grandparent", "self"} else "other"
        into.add("household.head_relation", known, "household", "guardian_id")
    relations = {
        str(m.get("relation")): str(m.get("id_number")) for m in record.get("members", []) if isinstance(m, dict)
    }
    if record:
        guardians = {family.answers.get("guardian_id"), family.answers.get("second_guardian_id")} - {None, ""}
        people = {*relations.values(), str(record.get("householder_id"))}
        with_parent = bool(guardians & people) and family.answers.get("guardian_relation") in {"mother", "father"}
        into.add("household.same_as_parent", with_parent, "household", "guardian_id")
        into.add("household.same_as_grandparent", head == "grandparent" or "grandparent" in relations, "household")


def _home(into: _Collector) -> None:
    family, kind = into.family, into.family.answers.get("home_kind", "none")
    agency = {"deed": "real_estate", "contract": "contract", "grandparents": "real_estate"}.get(kind, "")
    if kind == "none":
        # confirmed by the registers: the family owns nothing here
        into.add("home.kind", "none", "real_estate", "home_kind")
        return
    deed = kind in {"deed", "grandparents"}  # to a policy a grandparents' home is a deed in their name
    into.add("home.kind", "deed" if deed else kind, agency, "home_certificate", "home_contract")
    into.add("home.zone_relation", family.places.home or None, agency, "home_address")
    into.add("home.matches_household", family.places.same, agency, "home_address")
    if not agency:
        _rental(into, kind)
        return
    record = into.record(agency)
    owner = "grandparent" if kind == "grandparents" else family.answers.get("home_owner_relation")
    into.add("home.owner_relation", owner or None, agency, "home_owner_relation", "home_grandparent_id")
    share = family.answers.get("home_share")
    into.add("home.ownership_share", float(share) / 100 if share else None, agency, "home_share")
    # what the paper itself says stands unless it is another paper, or somebody else's
    paper = ("home_certificate", "home_contract", "home_owner_relation", "home_grandparent_id")
    into.add("home.deed_date", record.get("registered_on") if deed else None, agency, *paper)
    into.add("home.contract_filed_on", record.get("filed_on") if kind == "contract" else None, agency, *paper)
    into.add("home.mortgaged", record.get("mortgaged") if deed else None, agency, *paper)


def _rental(into: _Collector, kind: str) -> None:
    """No rental register is asked yet: what a right may follow from waits for a person, and is never refused."""
    if kind == "rented" and into.family.answers.get("home_lease"):
        into.facts["application.rented_filed"] = Fact(value=True, status="unavailable", source="rental")
    if kind == "public_rental":
        into.facts["home.kind"] = Fact(kind, "unavailable", "rental")


def _residence(into: _Collector) -> None:
    family, permit, insurance = into.family, into.record("permit"), into.record("insurance")
    holder = family.answers.get("permit_holder", "none")
    if holder in {"parent", "child"}:
        until = str(permit.get("endorsed_until") or "")
        into.add("permit.holder", holder, "permit")
        into.add("permit.valid_on_check_day", not until or until >= family.today.isoformat(), "permit", "permit_holder")
        into.add("permit.held_since", permit.get("issued_on"), "permit")
        into.add("permit.zone_relation", family.places.permit or None, "permit", "home_address")
    if family.answers.get("insurance_holder") == "parent":
        months = sorted({*map(str, insurance.get("months", []))} - {*map(str, insurance.get("backpaid", []))})
        into.add(
            "insurance.months", len(months) if insurance else _declared_months(family), "insurance", "insurance_months"
        )
        into.add("insurance.continuous_months", _run(months), "insurance")
        into.add("insurance.city", insurance.get("city"), "insurance")
        into.add("insurance.in_city", True, "insurance")
        into.add("work.kind", "employed", "insurance")


def _declared_months(family: Family) -> int:
    return int(family.answers.get("insurance_months") or 0)


def _run(months: Sequence[str]) -> int:
    """Length of the unbroken run of months that ends with the last one ("YYYY-MM", ascending)."""
    numbers = [int(month[:4]) * 12 + int(month[5:7]) for month in months]
    length = 0
    for number in reversed(numbers):
        if length and number != numbers[-1] - length:
            break
        length += 1
    return length


def _lists(into: _Collector) -> None:
    for kind in ("military", "martyr", "talent"):
        if kind in into.family.lists:
            into.say(f"preferential.{kind}", value=True, source="veterans" if kind != "talent" else "talent")
    points = into.family.lists.get("points")
    if points:
        into.say("points.imported_total", points["total"], "permit")
        into.say("points.town", str(points["town"]), "permit")
        into.say("points.town_matches", bool(points.get("matches", True)), "permit")


def same_place(first: str, second: str) -> bool:
    """Whether two addresses name the same place (empty ones never do)."""
    return bool(first and second and identifiers.same_place(first, second))

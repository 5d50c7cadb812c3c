"""From claims, findings, zones and the bureau's own lists to the facts a policy is judged on (pure).

Nothing that a register says is lost, by construction:

* Each doubt of a finding makes at least one fact ``mismatch`` (``DOUBTFUL``), and a fact in that state always leads to
  a person. Where an agency had no record or gave no answer, what it should have proved keeps that standing.
* A fact is ``verified`` only with a source and a time, and takes the value of the source, never the declared one.
* What the policy in force looks at and nobody could state is unknown: no default of the dictionary is ever read here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import identifiers
from enrollment.judging.facts import further, kin
from enrollment.judging.facts.claims import OTHER_HOMES, in_other_name, owners
from enrollment.judging.facts.doubts import DOUBTFUL, PROVED
from enrollment.judging.lists.listed import DISABLED
from enrollment.seasons.rules.sources import LIST_FACTS, NO_SOURCE
from enrollment.used_seats.reading import parents_of
from foundation.clock import SHANGHAI
from policy import DICTIONARY, Fact, Facts
from policy.family import Status
from policy.uses import SEAT_FACTS
from verification.agencies import Doubt, MalformedRecord, contract, disability, insurance, number, permit, real_estate
from verification.agencies.household import members_of, people_of
from verification.agencies.property import WHOLE, is_usable

Answers = Mapping[str, str]
Scalar = str | int | float | bool
T = TypeVar("T")


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
    child_id: str
    birth_date: date
    sex: str  # GB/T 2261.1
    stage: str
    round_kind: str
    findings: Mapping[str, Finding]
    places: Places
    today: date
    uses: Collection[str] = frozenset()  # the facts that the policy in force looks at
    lists: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # bureau lists this child is on, by kind
    kept_lists: Collection[str] = frozenset()  # the lists that the district keeps: who is not on one is known not to be
    local_flags: Collection[str] = frozenset()  # facts of the policy's own that are yes or no
    own: Mapping[str, Fact] = field(default_factory=dict)  # from the portal's own registers: seats, siblings
    district: str = ""  # six digits
    choices: Collection[str] = ()  # codes of the schools applied for
    overrides: Mapping[str, Scalar] = field(default_factory=dict)  # settled by a reviewer, by fact name
    told_by: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  # of those, what a department told: which, when


STANDING: Final[Mapping[str, Status]] = {
    "match": "verified",
    "mismatch": "verified",  # what the record says stands, but for what is in doubt
    "not_found": "not_found",
    "unavailable": "unavailable",
}
WORST: Final[tuple[Status, ...]] = ("mismatch", "unavailable", "not_found", "declared", "verified")
SEXES = {"1": "male", "2": "female"}
HOUSEHOLD_TYPES = {"family": "family", "家庭户": "family", "collective": "collective", "集体户": "collective"}
FILED: Final = "application.rented_filed"
HOME_AGENCIES = {"deed": "real_estate", "contract": "contract", "grandparents": "real_estate"}
REGISTERS_OF_HOMES = ("real_estate", "contract")
HOME_ADAPTERS = {"real_estate": real_estate.ADAPTER, "contract": contract.ADAPTER}


@dataclass(slots=True)
class _Collector:
    family: Family
    facts: dict[str, Fact] = field(default_factory=dict)

    def add(self, name: str, value: Scalar | None, *agencies: str) -> None:
        """A fact that these agencies prove together: it stands as the one among them stands that knows least."""
        found = [(agency, self.family.findings.get(agency)) for agency in agencies]
        if any(finding is None for _agency, finding in found):
            if value is not None:
                self.facts[name] = Fact(value)  # nobody was asked yet
            return
        standing = [(self._standing(name, agency, one), agency, one) for agency, one in found if one is not None]
        status, agency, finding = min(standing, key=lambda row: WORST.index(row[0]))
        if value is None and status == "verified":
            status = "unavailable"  # the record does not say it
        self.facts[name] = Fact(value, status, agency, finding.at.astimezone(SHANGHAI).isoformat())

    def _standing(self, name: str, agency: str, finding: Finding) -> Status:
        if any(name in in_doubt(agency, row["field"]) for row in finding.differences):
            return "mismatch"
        # a contradiction without a record of what was asked proves nothing of it
        return "not_found" if finding.outcome == "mismatch" and not finding.record else STANDING[finding.outcome]

    def say(self, name: str, value: Scalar | None, source: str) -> None:
        self.facts[name] = Fact(value, "verified", source, self.family.today.isoformat())

    def unknown(self, name: str) -> None:
        self.facts[name] = Fact(None, "unavailable", NO_SOURCE)

    def record(self, agency: str) -> Mapping[str, Any]:
        finding = self.family.findings.get(agency)
        return (finding.record if finding else None) or {}


def in_doubt(agency: str, doubt: str) -> tuple[str, ...]:
    """The facts that a doubt of this agency makes uncertain; for one that is not known, all that the agency proves."""
    return DOUBTFUL[agency].get(doubt) or PROVED[agency]


def build(family: Family) -> Facts:
    """The facts of one version."""
    into = _Collector(family)
    into.say("application.stage", family.stage, "register")
    into.say("application.round", family.round_kind, "register")
    into.add("child.birth_date", family.birth_date.isoformat(), "household")
    into.add("child.sex", SEXES.get(family.sex), "household")
    if family.answers.get("family_situation") == "separated":
        into.facts["parents.separated"] = Fact(True, "unavailable", NO_SOURCE)  # where civil affairs are not asked
    _household(into)
    _home(into)
    _permit(into)
    _insurance(into)
    further.add_facts(into)
    _lists(into)
    kin.doubt_strangers(into)
    into.facts |= family.own
    _doubts(into)
    for name, value in family.overrides.items():
        into.say(name, value, "review")
        if name in family.told_by:
            into.facts[name] = Fact(value, "verified", *family.told_by[name])
    _unstated(into)
    return Facts(into.facts)


def _doubts(into: _Collector) -> None:
    """Every doubt of every finding, also about what the family did not claim: a question is open, whatever it said."""
    for agency, finding in into.family.findings.items():
        at = finding.at.astimezone(SHANGHAI).isoformat()
        for row in finding.differences:
            names = in_doubt(agency, row["field"])
            if not any(name in into.facts and into.facts[name].status == "mismatch" for name in names):
                into.facts[names[0]] = Fact(None, "mismatch", agency, at)


def _unstated(into: _Collector) -> None:
    """What the policy looks at, nobody stated, and silence would answer (a default, a seat that is free): unknown."""
    for name in into.family.uses:
        spec = DICTIONARY.get(name)
        if name not in into.facts and (spec is None or spec.default is not None or name in SEAT_FACTS):
            into.unknown(name)


def _household(into: _Collector) -> None:
    family, record = into.family, into.record("household")
    if family.answers.get("household_here") != "yes":
        into.add("household.zone_relation", "elsewhere", "household")
        return
    into.add("household.zone_relation", family.places.household or None, "household")
    into.add("household.registered_on", _text(record, "registered_on"), "household")
    head = _text(record, "householder_relation")
    into.add(
        "household.head_relation",
        head if head in {"parent", "grandparent", "self", None} else "other",
        "household",
    )
    into.add("household.type", HOUSEHOLD_TYPES.get(_text(record, "type") or ""), "household")
    if record:
        parents = {number(one) for one in parents_of(family.answers)} - {number(family.child_id)}
        into.add("household.same_as_parent", bool(parents & people_of(record)), "household")
        grand = head == "grandparent" or any(one.get("relation") == "grandparent" for one in members_of(record))
        into.add("household.same_as_grandparent", grand, "household")


def _read(record: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What a reader of the agency's own makes of a record; None without one, and where it cannot be read."""
    try:
        return read(record) if record else None
    except MalformedRecord:
        return None


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def _home(into: _Collector) -> None:
    kind = into.family.answers.get("home_kind", "none")
    if kind in HOME_AGENCIES:
        _registered_home(into, kind)
        return
    # both registers were asked whether the family owns a home: who rents, or has none, owns none
    into.add("home.kind", kind, *REGISTERS_OF_HOMES)
    if kind == "none":
        # a lease is filed for a home, and the family says that it applies with none
        into.facts[FILED] = Fact(False, "declared", "declaration", into.family.today.isoformat())
    else:
        _rental(into, kind)


def _registered_home(into: _Collector, kind: str) -> None:
    """A home by a deed or contract in a register. To a policy a grandparents' home is a deed in their name."""
    family, agency = into.family, HOME_AGENCIES[kind]
    record, deed = into.record(agency), kind != "contract"
    into.add("home.kind", "deed" if deed else kind, agency)
    _not_rented(into, agency)
    into.add("home.zone_relation", family.places.home or None, agency)
    into.add("home.matches_household", family.places.same, agency, "household")
    _owner(into, kind)
    share = family.answers.get("home_share")
    declared = float(share) / WHOLE if share else None
    # the exact share of the register decides; what was declared stands only where there is no record, as unproved
    people = owners(family.answers, family.child_id)
    share_held = _read(record, partial(HOME_ADAPTERS[agency].share_held, people=people))
    into.add("home.ownership_share", share_held if record else declared, agency)
    fact, since = ("home.deed_date", "registered_on") if deed else ("home.contract_filed_on", "filed_on")
    into.add(fact, _text(record, since), agency)
    if deed:
        mortgaged = record.get("mortgaged")
        into.add("home.mortgaged", mortgaged if isinstance(mortgaged, bool) else None, agency)
    into.add("home.usable", _read(record, is_usable), agency)
    if OTHER_HOMES in family.uses or in_other_name(family.answers):
        into.add(OTHER_HOMES, False, *REGISTERS_OF_HOMES)


def _not_rented(into: _Collector, agency: str) -> None:
    """The register in which the home is the family's own tells that it is no rented one; in doubt nobody does."""
    into.add(FILED, False, agency)
    told = into.facts[FILED]
    if into.facts["home.kind"].status not in {"verified", "declared"}:
        into.facts[FILED] = Fact(None, "unavailable", agency, told.at)


def _owner(into: _Collector, kind: str) -> None:
    """The owner's relation to the child: the register of homes names the owner, the household register the kin.

    That a declared parent is one is asked about with the household. A grandparent who is in no household with the child
    is kin by word alone: a person looks.
    """
    family, agency = into.family, HOME_AGENCIES[kind]
    relation = "grandparent" if kind == "grandparents" else family.answers.get("home_owner_relation") or None
    into.add("home.owner_relation", relation, agency)
    stated = into.facts.get("home.owner_relation")
    people = owners(family.answers, family.child_id)
    akin = not people_of(into.record("household")).isdisjoint(number(one) for one in people if one)
    if relation == "grandparent" and stated and stated.status == "verified" and not akin:
        into.facts["home.owner_relation"] = Fact(relation, "not_found", "household", stated.at)


def _rental(into: _Collector, kind: str) -> None:
    """Where no rental register is asked, what a right may follow from waits for a person, and is never refused.

    Where the family lives is known all the same if a residence permit was issued for that address.
    """
    family = into.family
    if "rental" in family.findings:
        further.add_lease(into, kind)
        return
    if family.answers.get("permit_holder", "none") != "none":
        into.add("home.zone_relation", family.places.home or None, "permit")
    else:
        into.facts["home.zone_relation"] = Fact(family.places.home or None, "unavailable", "rental")
    if kind == "rented":
        filed = bool(family.answers.get("home_lease")) or None
        into.facts[FILED] = Fact(filed, "unavailable", "rental")
    if kind == "public_rental" and into.facts["home.kind"].status in {"verified", "declared"}:
        into.facts["home.kind"] = Fact(kind, "unavailable", "rental")


def _permit(into: _Collector) -> None:
    family, record = into.family, into.record("permit")
    holder = family.answers.get("permit_holder", "none")
    if holder == "none":
        return
    into.add("permit.holder", "child" if holder == "child" else "parent", "permit")
    # A permit that the register does not know, or was not asked about, may exist: what the family declares is passed
    # on, and the status of the finding keeps a policy from counting it as verified.
    valid = _read(record, partial(permit.valid_on, day=family.today)) if record else True
    into.add("permit.valid_on_check_day", valid, "permit")
    into.add("permit.held_since", _text(record, "issued_on"), "permit")
    into.add("permit.zone_relation", family.places.permit or None, "permit")


def _insurance(into: _Collector) -> None:
    family, record = into.family, into.record("insurance")
    if family.answers.get("insurance_holder", "none") == "none":
        return
    declared = int(family.answers.get("insurance_months") or 0)
    months = _read(record, insurance.counted_months)
    into.add("insurance.months", declared if months is None else len(months), "insurance")
    into.add("insurance.continuous_months", _run(months) if months is not None else None, "insurance")
    into.add("insurance.city", _text(record, "city"), "insurance")
    finding = family.findings.get("insurance")
    elsewhere = finding is not None and any(row["field"] == Doubt.INSURANCE_CITY for row in finding.differences)
    into.add("insurance.in_city", not elsewhere, "insurance")
    into.add("work.kind", "employed", "insurance")


def _run(months: Sequence[str]) -> int:
    """Length of the unbroken run of months that ends with the last one ("YYYY-MM", ascending)."""
    numbers = [int(month[:4]) * 12 + int(month[5:7]) for month in months]
    length = 0
    for one in reversed(numbers):
        if length and one != numbers[-1] - length:
            break
        length += 1
    return length


def _lists(into: _Collector) -> None:
    family = into.family
    for kind, (name, source) in LIST_FACTS.items():
        if kind in family.lists:
            into.say(name, True, source)
        elif kind in family.kept_lists:
            into.say(name, False, source)
    _disabled(into)
    _points(into)
    local = family.lists.get("local", {})
    for name in sorted(name for name in family.uses if name.startswith("local.")):
        if name in local:
            into.say(name, local[name], "list")
        elif name in family.kept_lists and name in family.local_flags:
            into.say(name, False, "list")
        else:
            into.facts[name] = Fact(None, "unavailable", "list")


def _disabled(into: _Collector) -> None:
    """The federation's list tells the degree where no register is asked; where both are there and differ, a person
    looks.
    """
    family, name = into.family, "child.disability"
    listed = family.lists.get(DISABLED)
    asked = into.facts.get(name)
    if asked is not None and asked.status == "verified":
        if listed is not None and disability.degree(listed) != asked.value:
            into.facts[name] = Fact(None, "unavailable", "disability")
    elif asked is None and listed is not None:
        into.say(name, disability.degree(listed), "list")
    elif asked is None and DISABLED in family.kept_lists:
        into.say(name, "none", "list")


def _points(into: _Collector) -> None:
    """Points stand with the residence permit. Who may have them and is on no list has a question, never 0."""
    family = into.family
    points = family.lists.get("points")
    if points:
        into.say("points.imported_total", points["total"], "list")
        into.say("points.town", str(points["town"]), "list")
        into.say("points.town_matches", bool(points.get("matches", True)), "list")
    elif family.answers.get("permit_holder", "none") != "none":
        for name in ("points.imported_total", "points.town", "points.town_matches"):
            if name in family.uses:
                into.facts[name] = Fact(None, "unavailable", "permit")


def same_place(first: str, second: str) -> bool:
    """Whether two addresses name the same place (empty ones never do)."""
    return bool(first and second and identifiers.same_place(first, second))

"""Judging synthetic families without a database: their records as they are, or with one error planted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from enrollment.filing import form
from enrollment.judging.facts.claims import Applying, claims_asked
from enrollment.judging.facts.collect import Family, build
from enrollment.judging.facts.places import addresses, places
from enrollment.judging.judgement import Judged
from enrollment.seasons.rules.sources import LISTS
from foundation.clock import SHANGHAI
from identifiers import normalise
from policy import Evaluation, Fact, Facts, Policy, evaluate, load, scheme_text
from policy.uses import SEAT_FACTS, SEAT_SIBLING
from rehearsal.answers import form_answers
from rehearsal.city import city_spec
from schools.matching import Zone, ZoneIndex, match, read_rules
from schools.models import District
from synthetic import AGENCIES, generate, keys
from synthetic.family import Family as SyntheticFamily
from tests.enrollment.judging.on_lists import LOCAL, Lists, facts_of, lists_of
from verification.agencies import FIVE, Judgement, MalformedRecord, adapter
from verification.selectors import FindingView

FOLDER = Path(settings.BASE_DIR) / "examples" / "wuling"
DISTRICT, YEAR = "430702", 2026
TODAY = date(YEAR, 6, 15)
AT = datetime(YEAR, 6, 21, 9, tzinfo=SHANGHAI)
NO_SEAT_USED = dict.fromkeys((SEAT_FACTS[0], SEAT_SIBLING), Fact(None, "verified", "student_registry", AT.isoformat()))
PAPER_NUMBERS = {
    "real_estate": ("home_certificate", "certificate", "certificate"),
    "contract": ("home_contract", "contract", "contract"),
}
Records = dict[str, list[dict[str, Any]]]
Answers = dict[str, str]


@cache
def policy() -> Policy:
    return load((FOLDER / "policies" / "changde.yaml").read_text(encoding="utf-8"))


def scheme(name: str) -> Policy:
    return load(scheme_text(name))


@cache
def zones(stage: str) -> tuple[tuple[Zone, ...], ZoneIndex]:
    from portal.seasons.tables import read_table

    found, errors = read_rules(read_table(FOLDER / "zones.csv"))
    assert not errors
    of_stage = tuple(zone for zone in found if zone.stage == stage)
    return of_stage, ZoneIndex.build(of_stage)


def district() -> District:
    city = District(code="430700", name="常德市")
    return District(code=DISTRICT, name="武陵区", parent=city)


@dataclass
class Case:
    """One child as it applies, and what the agencies hold about its family."""

    persona: str
    answers: Answers
    child: Mapping[str, Any]
    stage: str
    lists: Lists
    records: Records
    zone: str  # the true one
    truth: Mapping[str, Any] = field(default_factory=dict)  # the true facts
    planted: tuple[str, ...] = ()
    guardians: Mapping[str, str] = field(default_factory=dict)  # names by number

    @property
    def child_id(self) -> str:
        return str(self.child["id_number"]).upper()

    def own(self, agency: str) -> list[dict[str, Any]]:
        """The records that the family's true claim at an agency is about."""
        if agency in PAPER_NUMBERS:
            field, name, kind = PAPER_NUMBERS[agency]
            wanted = self.answers.get(field, "")
            return [one for one in self.records[agency] if wanted and normalise(kind, one[name]) == wanted]
        holder = self.answers.get(f"{agency}_holder")
        parent = self.answers["second_guardian_id" if holder == "other_parent" else "guardian_id"]
        person = self.child_id if agency == "household" else parent
        return [one for one in self.records[agency] if one["id_number"] == person]


def cases(families: int, *, seed: int = 5, planted: bool = False) -> Iterator[Case]:
    """The children of a city whose records are faithful and whose parents type the truth, or of all of it."""
    spec = city_spec(FOLDER, district=DISTRICT, year=YEAR, seed=seed, families=families)
    for family in generate(spec):
        if family.injected and not planted:
            continue  # the city plants errors of its own
        for child in family.children:
            yield _case(family, child.id)


def _case(family: SyntheticFamily, child_id: str) -> Case:
    claim = family.claims[child_id]
    typed, errors = form.validate_all(form_answers(claim, bound=False), TODAY)
    assert not {name for name in errors if not name.startswith("choices")}, errors
    held: Mapping[str, Any] = {**family.records}
    records: Records = {agency: [dict(record) for record in held.get(agency, ())] for agency in AGENCIES}
    truth, lists = family.truth[child_id], lists_of(family, child_id)
    return Case(
        family.persona,
        typed,
        claim["child"],
        claim["stage"],
        lists,
        records,
        truth.zone,
        {**truth.facts, **facts_of(lists)},
        family.injected,
        {one.id_number: one.name for one in family.guardians},
    )


def found(case: Case, agency: str, asked: Sequence[str]) -> list[dict[str, Any]]:
    """The records that an agency finds under these keys; a number is one however it is written."""
    wanted, kind = set(asked), agency if agency == "contract" else "certificate"
    return [
        record
        for record in case.records[agency]
        if wanted & ({*keys(record)} | {normalise(kind, str(record.get(kind, "")))} - {""})  # type: ignore[arg-type]
    ]


def claims_of(case: Case, rules: Policy | None = None, items: Collection[str] = FIVE) -> dict[str, dict[str, Any]]:
    """What the agencies are asked about the family."""
    child = Applying(case.child_id, case.child["name"], case.child["birth_date"], case.stage, TODAY, DISTRICT)
    return claims_asked(case.answers, child, used=(rules or policy()).uses, items=items, lists=LISTS)


def findings(case: Case, rules: Policy, silent: str = "", items: Collection[str] = FIVE) -> dict[str, FindingView]:
    """What the adapters make of the records; ``silent`` is an agency that gives no answer."""
    claims = claims_of(case, rules, items)
    made: dict[str, FindingView] = {}
    for agency in claims:
        adapt = adapter(agency)
        try:
            judged = adapt.judge(claims[agency], found(case, agency, adapt.keys(claims[agency])), TODAY)
        except MalformedRecord:
            judged = Judgement("unavailable")
        if agency == silent:
            judged = Judgement("unavailable")
        rows = tuple({"field": str(d.field), "declared": d.declared, "source": d.source} for d in judged.differences)
        made[agency] = FindingView(
            agency, judged.outcome, rows, dict(judged.record) if judged.record else None, "mock", AT, 0.1, ""
        )
    return made


def judged(case: Case, *, silent: str = "", rules: Policy | None = None, items: Collection[str] = FIVE) -> Judged:
    """The judgement of a case, as a worker makes it."""
    rules = rules or policy()
    answers, (of_stage, index), place = case.answers, zones(case.stage), district()
    heard = findings(case, rules, silent, items)
    permit = heard["permit"].record if "permit" in heard else None
    given = addresses(answers, str((permit or {}).get("address", "")))
    matched = {name: match(address, of_stage, index=index) for name, address in given.items()}
    family = Family(
        answers=answers,
        child_id=case.child_id,
        birth_date=date.fromisoformat(case.child["birth_date"]),
        sex={"male": "1", "female": "2"}[case.child["sex"]],
        stage=case.stage,
        round_kind="main",
        findings=heard,
        places=places(given, answers, matched, place),
        today=TODAY,
        uses=rules.uses,
        lists=case.lists,
        kept_lists={*LISTS, *LOCAL},
        local_flags={name for name, one in rules.local_facts.items() if one.kind == "flag"},
        own=NO_SEAT_USED,
        district=DISTRICT,
    )
    facts = build(family)
    lived_at = {name: zone for name, zone in matched.items() if name != "permit"}
    return Judged(answers, heard, lived_at, facts, evaluate(rules, facts), rules.uses)


def true_evaluation(case: Case, rules: Policy | None = None) -> Evaluation:
    """What the policy says of the child if everything that is true of it is known."""
    known = {name: Fact(value, "verified", "truth") for name, value in case.truth.items()}
    known["application.round"] = Fact("main", "verified", "truth")
    return evaluate(rules or policy(), Facts(known))


def by_data(found: Judged) -> bool:
    """Whether the application is approved by data alone."""
    return not found.needs_person and not found.evaluation.needs_offline_check


def told(found: Judged) -> tuple[str, tuple[object, ...], float | None, tuple[str, ...]]:
    """What a judgement gives a child: group, order in it, points and zone."""
    one = found.evaluation
    return one.group.id if one.group else "", tuple(one.order), one.points, found.zone.zones if found.zone else ()


def true_told(case: Case, rules: Policy | None = None) -> tuple[str, tuple[object, ...], float | None, tuple[str, ...]]:
    """What the child is to be given by the truth of the city."""
    one = true_evaluation(case, rules)
    zone = (f"{YEAR}-{case.stage}-{case.zone}",) if case.zone else ()
    return one.group.id if one.group else "", tuple(one.order), one.points, zone


Plant = Callable[[Case], bool]

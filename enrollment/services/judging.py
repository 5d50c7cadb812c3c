"""Judging a version from its stored inputs: gather what it rests on, for many at once, then judge each (no database).

Zone, facts, group, points and the whole trace follow from what is stored, so a judgement can be repeated at any time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from enrollment.facts import Family, Places, build, same_place
from enrollment.models import ApplicationVersion, ListEntry
from enrollment.policies import compiled
from foundation import clock
from policy import Evaluation, Facts, Policy, Verdict, evaluate
from schools.matching import Step, Zone, ZoneIndex, ZoneMatch, match
from schools.selectors import relation, zone_index
from verification.selectors import FindingView, findings_of

ASKS = frozenset({"mismatch", "not_found", "unavailable"})
Zones = tuple[tuple[Zone, ...], ZoneIndex]


@dataclass(frozen=True, slots=True)
class Known:
    """What one version is judged on, beside itself: findings, the bureau's lists, the zones, the policy."""

    findings: Mapping[str, FindingView]
    lists: Mapping[str, Mapping[str, Any]]
    zones: Zones
    policy: Policy


def gather(versions: Iterable[ApplicationVersion]) -> dict[UUID, Known]:
    """Read for all versions at once; their applications, children, rounds, districts and policies are loaded with them.

    A handful of queries, however many versions there are.
    """
    rows = list(versions)
    found = findings_of([version.pk for version in rows])
    lists: dict[tuple[str, int, str], dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for entry in ListEntry.objects.filter(child_index__in={version.application.child_index for version in rows}):
        lists[entry.district_id, entry.year, entry.child_index][entry.kind] = entry.body
    zones: dict[tuple[str, int, str], Zones] = {}
    known = {}
    for version in rows:
        one = version.application
        district = one.round.season.district_id
        place = (district, one.season_year, one.stage)
        if place not in zones:
            zones[place] = zone_index(*place)
        known[version.pk] = Known(
            found.get(version.pk, {}),
            lists.get((district, one.season_year, one.child_index), {}),
            zones[place],
            compiled(version.policy),
        )
    return known


@dataclass(slots=True)
class Judged:
    """The outcome of one assessment, ready to be stored."""

    answers: Mapping[str, str]
    findings: Mapping[str, FindingView]
    zones: Mapping[str, ZoneMatch]
    facts: Facts
    evaluation: Evaluation
    questions: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # the facts a person has to settle, whichever part of the judgement asks
        self.questions = sorted(name for name, fact in self.facts.items() if fact.status in ASKS)

    @property
    def zone(self) -> ZoneMatch | None:
        """The zone that counts: of the home where it is in one, else of the household."""
        for name in ("home", "household"):
            matched = self.zones.get(name)
            if matched is not None and matched.outcome == "matched":
                return matched
        return next((m for m in self.zones.values() if m.outcome == "ambiguous"), None)

    @property
    def needs_person(self) -> bool:
        unclear = any(matched.outcome == "ambiguous" for matched in self.zones.values())
        local = {"in_zone", "in_district"}
        stray = self.facts.get("home.zone_relation")
        unknown = bool(
            stray and stray.value in local and "home" in self.zones and self.zones["home"].outcome == "unknown"
        )
        return (
            self.evaluation.needs_person
            or self.evaluation.eligible is not Verdict.YES
            or unclear
            or unknown
            or bool(self.questions)
        )

    def to_json(self) -> dict[str, Any]:
        zone = self.zone
        return {
            **self.evaluation.to_json(),
            "questions": self.questions,
            "zone": {
                "codes": list(zone.zones) if zone else [],
                "schools": list(zone.schools) if zone else [],
                "by": {
                    name: {"outcome": matched.outcome, "steps": [_step(step) for step in matched.steps]}
                    for name, matched in self.zones.items()
                },
            },
        }


def _step(step: Step) -> dict[str, Any]:
    return {"code": step.code, "params": dict(step.params), "message": step.message}


def judge(version: ApplicationVersion, known: Known | None = None) -> Judged:
    """Judge a version from its stored inputs; ``known`` is read where it is not given."""
    known = known or gather([version])[version.pk]
    answers: dict[str, str] = version.claims["answers"]
    zones = {
        name: match(answers[f"{name}_address"], known.zones[0], index=known.zones[1])
        for name in ("household", "home")
        if answers.get(f"{name}_address")
    }
    facts = build(_family(version, known, answers, zones))
    return Judged(answers, known.findings, zones, facts, evaluate(known.policy, facts))


def _family(
    version: ApplicationVersion, known: Known, answers: dict[str, str], zones: Mapping[str, ZoneMatch]
) -> Family:
    application = version.application
    district = application.round.season.district
    near = {name: relation(answers[f"{name}_address"], matched, district) for name, matched in zones.items()}
    permit = (known.findings["permit"].record or {}).get("address", "") if "permit" in known.findings else ""
    permit_place = relation(permit, match(permit, known.zones[0], index=known.zones[1]), district) if permit else ""
    home, household = answers.get("home_address", ""), answers.get("household_address", "")
    return Family(
        answers=answers,
        birth_date=application.child.birth_date,
        sex=application.child.sex,
        stage=application.stage,
        round_kind=application.round.kind,
        findings=known.findings,
        places=Places(
            near.get("household", ""), near.get("home", ""), same=same_place(home, household), permit=permit_place
        ),
        today=application.round.check_on or version.submitted_at.astimezone(clock.SHANGHAI).date(),
        lists=known.lists,
        overrides={name: row["value"] for name, row in version.settled.items()},
    )

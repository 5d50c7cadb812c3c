"""Judging a version from its stored inputs: gather what it rests on, for many at once, then judge each (no database).

Zone, facts, group, points and the whole trace follow from what is stored, so a judgement can be repeated at any time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from enrollment.judging.facts.collect import Family, Places, build
from enrollment.judging.facts.places import addresses, counted, places
from enrollment.judging.lists.listed import lists_on
from enrollment.judging.models import ListEntry
from enrollment.judging.others.beside import accepted_homes, told_apart
from enrollment.judging.others.doubles import born_a_day_apart, doubled, others_beside
from enrollment.seasons.lists.services import lists_kept
from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.naming.described import open_names
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.rules.sources import ALWAYS
from enrollment.used_seats.asked import Asked, asked_of, homes_lock, rivals_of, seat_matters, stands
from enrollment.used_seats.reading import REGISTER
from enrollment.used_seats.selectors import asking_of, own_facts
from foundation import clock
from policy import Evaluation, Fact, Facts, Policy, Verdict, evaluate
from schools.matching import Step, Zone, ZoneIndex, ZoneMatch, match
from schools.models import District
from schools.selectors import zone_index
from verification.selectors import FindingView, findings_of

Zones = tuple[tuple[Zone, ...], ZoneIndex]


@dataclass(frozen=True, slots=True)
class Near:
    """What stands beside a version: other entries of the child, other families of the home, a twin across midnight."""

    doubles: tuple[int, ...] = ()  # entries of the guardian that may be this child under another document
    rivals: tuple[Application, ...] = ()  # of other families that ask with the same home
    asked: Asked | None = None
    twins: tuple[date, ...] = ()  # birth dates, a day before or after, of other children of the account


@dataclass(frozen=True, slots=True)
class Known:
    """What one version is judged on, beside itself: findings, the bureau's lists, the zones, the policy."""

    findings: Mapping[str, FindingView]
    lists: Mapping[str, Mapping[str, Any]]
    zones: Zones
    policy: Policy
    kept_lists: frozenset[str] = frozenset()
    own: Mapping[str, Fact] = field(default_factory=dict)
    near: Near = field(default_factory=Near)
    names: tuple[str, ...] = ()  # whose names have a character that a person has still to settle


def gather(
    versions: Iterable[ApplicationVersion], *, at: datetime | None = None, first: bool = False
) -> dict[UUID, Known]:
    """Read for all versions at once; their applications, children, rounds, districts and policies are loaded with them.

    A handful of queries, however many versions there are. The bureau's registers are read as they stood when a version
    was judged last, so that the judgement can be repeated; ``at`` reads them as of another moment. ``first`` is the
    judgement that moves a family on: families of one home are then judged one after the other.
    """
    rows = list(versions)
    now = clock.now()
    found = findings_of([version.pk for version in rows])
    entries: dict[tuple[str, int, str], list[tuple[str, str, Mapping[str, Any]]]] = defaultdict(list)
    for entry in ListEntry.objects.filter(child_index__in={version.application.child_index for version in rows}):
        entries[entry.district_id, entry.year, entry.child_index].append((entry.kind, entry.part, entry.body))
    zones: dict[tuple[str, int, str], Zones] = {}
    kept = lists_kept({version.application.round.season.district_id for version in rows})
    policies = {version.pk: compiled(version.policy) for version in rows}
    asking = {
        version.pk: (
            version.application.round.season.district_id,
            asking_of(version, found.get(version.pk, {}), policies[version.pk], at=at or version.assessed_at or now),
        )
        for version in rows
    }
    own = own_facts(asking, kept)
    near = _near(rows, found, policies, first=first)
    known = {}
    for version in rows:
        one = version.application
        district = one.round.season.district_id
        place = (district, one.season_year, one.stage)
        if place not in zones:
            zones[place] = zone_index(*place)
        known[version.pk] = Known(
            found.get(version.pk, {}),
            lists_on(entries.get((district, one.season_year, one.child_index), ()), _check_day(version)),
            zones[place],
            policies[version.pk],
            kept[district],
            own.get(version.pk, {}),
            near[version.pk],
            open_names(version),
        )
    return known


def beside_of(version: ApplicationVersion, found: Mapping[str, FindingView]) -> Near:
    """What stands beside one version now, with the findings its page has read already."""
    return _near([version], {version.pk: found}, {version.pk: compiled(version.policy)}, first=False)[version.pk]


def _near(
    rows: Sequence[ApplicationVersion],
    found: Mapping[UUID, Mapping[str, FindingView]],
    policies: Mapping[UUID, Policy],
    *,
    first: bool,
) -> dict[UUID, Near]:
    others = others_beside([version.application for version in rows])
    asked = {version.pk: asked_of(version, found.get(version.pk, {})) for version in rows}
    rivals = _rivals(rows, {pk: one for pk, one in asked.items() if seat_matters(policies[pk])}, first=first)
    doubles = {one.pk: doubled(one.application.child, others.of(one.application.child)) for one in rows}
    apart = told_apart({pk for one in rows for pk in (one.application.child_id, *doubles[one.pk]) if doubles[one.pk]})
    return {
        one.pk: Near(
            tuple(pk for pk in doubles[one.pk] if frozenset((pk, one.application.child_id)) not in apart),
            rivals.get(one.pk, ()),
            asked[one.pk],
            born_a_day_apart(one.application.child, others.of_account[one.application.guardian_id]),
        )
        for one in rows
    }


def _rivals(
    rows: Iterable[ApplicationVersion], asked: Mapping[UUID, Asked], *, first: bool
) -> dict[UUID, tuple[Application, ...]]:
    """The other families of each home, but for those that a person saw when approving this version."""
    if first:
        homes_lock(asked.values())
    found = rivals_of(asked)
    accepted = accepted_homes(one for one in rows if found.get(one.pk))
    return {
        one.pk: tuple(r for r in found.get(one.pk, ()) if r.child_id not in accepted.get(one.application_id, ()))
        for one in rows
    }


@dataclass(slots=True)
class Judged:
    """The outcome of one assessment, ready to be stored."""

    answers: Mapping[str, str]
    findings: Mapping[str, FindingView]
    zones: Mapping[str, ZoneMatch]
    facts: Facts
    evaluation: Evaluation
    uses: frozenset[str]
    double: bool = False  # the guardian may have entered this child a second time, under another document
    claimed: bool = False  # another family asks with the same home this season
    often: bool = False  # submitted so often today that its answers wait: it is not approved without a person
    parted: bool = False  # a twin born on the other side of midnight is on the other side of a cut-off
    named: bool = False  # a character of a name could not be typed: a person settles it
    questions: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # A reviewer settles these facts, whichever part of the judgement asks for them. The district's own register of
        # used seats leaves something open for many a family: it is asked only where the policy cannot decide without
        # it, or reviewers would settle what changes nothing.
        open_ones = {name for step in self.evaluation.questions for name in step.facts}
        self.questions = sorted(
            name
            for name, fact in self.facts.items()
            if self._asks(name, fact) or (name in open_ones and fact.source == REGISTER and fact.status != "verified")
        )

    def _asks(self, name: str, fact: Fact) -> bool:
        """A contradiction always asks; silence about what was claimed asks where the policy looks at it.

        What no agency was asked about is left to the policy: it asks a person where a right would follow from it.
        """
        if fact.status == "mismatch":
            return True
        silent = fact.status in {"not_found", "unavailable"} and fact.value is not None
        return silent and fact.source in self.findings and name in (self.uses | ALWAYS)

    @property
    def _zone_of(self) -> str:
        return counted(self.answers, self.zones)

    def _proved(self, name: str) -> bool:
        fact = self.facts.get(f"{name}.zone_relation")
        return fact is not None and fact.status == "verified"

    @property
    def zone(self) -> ZoneMatch | None:
        """The zone that counts; where no address is surely in one, the choice between several."""
        if self._zone_of:
            return self.zones[self._zone_of]
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
            or bool(self._zone_of and not self._proved(self._zone_of))
            or bool(self.questions)
            or self.double
            or self.claimed
            or self.often
            or self.parted
            or self.named
        )

    def to_json(self) -> dict[str, Any]:
        zone = self.zone
        return {
            **self.evaluation.to_json(),
            "questions": self.questions,
            "twins_parted": self.parted,
            "double": self.double,
            "submitted_often": self.often,
            **({"name_described": True} if self.named else {}),
            "home_claimed": self.claimed,
            # nobody learns of another family by typing its certificate
            "home_told": self.claimed and stands(self.facts),
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
    permit = known.findings.get("permit")
    given = addresses(answers, str((permit.record or {}).get("address", "")) if permit else "")
    matched = {name: match(address, known.zones[0], index=known.zones[1]) for name, address in given.items()}
    facts = build(_family(version, known, answers, places(given, answers, matched, _district(version))))
    zones = {name: zone for name, zone in matched.items() if name != "permit"}  # nobody applies where a permit is
    evaluation = evaluate(known.policy, facts)
    parted = any(_with_birth_date(known.policy, facts, day) is not evaluation.eligible for day in known.near.twins)
    beside = (
        bool(known.near.doubles),
        bool(known.near.rivals),
        version.answers_from is not None,
        parted,
        bool(known.names),
    )
    return Judged(answers, known.findings, zones, facts, evaluation, known.policy.uses, *beside)


def _with_birth_date(policy: Policy, facts: Facts, born: date) -> Verdict:
    """Whether the same child would be eligible, had it been born on another day."""
    other = {**dict(facts.items()), "child.birth_date": replace(facts["child.birth_date"], value=born.isoformat())}
    return evaluate(policy, Facts(other)).eligible


def _district(version: ApplicationVersion) -> District:
    district: District = version.application.round.season.district
    return district


def _check_day(version: ApplicationVersion) -> date:
    """The day on which documents must be valid."""
    return version.application.round.check_on or clock.day_of(version.submitted_at)


def _family(version: ApplicationVersion, known: Known, answers: dict[str, str], lies: Places) -> Family:
    application = version.application
    return Family(
        answers=answers,
        child_id=application.child.id_number,
        birth_date=application.child.birth_date,
        sex=application.child.sex,
        stage=application.stage,
        round_kind=application.round.kind,
        findings=known.findings,
        places=lies,
        today=_check_day(version),
        uses=known.policy.uses,
        lists=known.lists,
        kept_lists=known.kept_lists,
        local_flags=frozenset(name for name, one in known.policy.local_facts.items() if one.kind == "flag"),
        own=known.own,
        district=application.round.season.district_id,
        choices=tuple(version.choices),
        overrides={name: row["value"] for name, row in version.settled.items()},
        told_by={name: (row["source"], row["at"]) for name, row in version.settled.items() if "source" in row},
    )

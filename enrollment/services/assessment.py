"""Judging a version when all its checks are done: zone, facts, group, points - and the whole trace, kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from enrollment.facts import Family, Places, build, same_place
from enrollment.models import Application, ApplicationVersion, ListEntry
from enrollment.policies import compiled
from enrollment.policy import Evaluation, Facts, Verdict, evaluate
from enrollment.services.binding import binding_ask
from enrollment.services.telling import tell
from enrollment.services.transitions import application_step
from foundation import clock
from foundation.tasks import send
from schools.matching import Step, ZoneMatch
from schools.selectors import relation, zone_of
from verification.selectors import findings, pending

ASKS = frozenset({"mismatch", "not_found", "unavailable"})


def application_assess(*, version_id: UUID) -> bool:
    """Judge a version once; False when it was judged already or its checks are not all done."""
    if pending(version_id):
        return False
    with transaction.atomic():
        version = (
            ApplicationVersion.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("application__child", "application__round__season__district__parent", "policy")
            .defer("policy__text")
            .filter(pk=version_id, assessed_at__isnull=True)
            .first()
        )
        if version is None or version.number != version.application.version:
            return False
        if version.application.state != "verifying":  # withdrawn meanwhile
            return False
        judged = judge(version)
        store(version, judged)
        _move_on(version.application, judged)
    return True


class Judged:
    """The outcome of one assessment, ready to be stored."""

    def __init__(self, version: ApplicationVersion) -> None:
        application = version.application
        self.answers: dict[str, str] = version.claims["answers"]
        self.findings = findings(version.pk)
        where = {
            "district": application.district_code,
            "year": application.season_year,
            "stage": application.stage,
        }
        self.zones: dict[str, ZoneMatch] = {
            name: zone_of(self.answers.get(f"{name}_address", ""), **where)  # type: ignore[arg-type]
            for name in ("household", "home")
            if self.answers.get(f"{name}_address")
        }
        self.facts: Facts = build(self._family(version))
        self.evaluation: Evaluation = evaluate(compiled(version.policy), self.facts)

    def _family(self, version: ApplicationVersion) -> Family:
        application = version.application
        district = application.round.season.district
        near = {
            name: relation(self.answers[f"{name}_address"], matched, district) for name, matched in self.zones.items()
        }
        home, household = self.answers.get("home_address", ""), self.answers.get("household_address", "")
        permit = (self.findings["permit"].record or {}).get("address", "") if "permit" in self.findings else ""
        permit_place = (
            relation(
                permit,
                zone_of(permit, district=district.pk, year=application.season_year, stage=application.stage),
                district,
            )
            if permit
            else ""
        )
        lists = ListEntry.objects.filter(
            district=district, year=application.season_year, child_index=application.child_index
        )
        return Family(
            answers=self.answers,
            birth_date=application.child.birth_date,
            sex=application.child.sex,
            stage=application.stage,
            round_kind=application.round.kind,
            findings=self.findings,
            places=Places(
                near.get("household", ""), near.get("home", ""), same=same_place(home, household), permit=permit_place
            ),
            today=application.round.check_on or version.submitted_at.astimezone(clock.SHANGHAI).date(),
            lists={entry.kind: entry.body for entry in lists},
            overrides={name: row["value"] for name, row in version.settled.items()},
        )

    @property
    def zone(self) -> ZoneMatch | None:
        """The zone that counts: of the home where it is in one, else of the household."""
        for name in ("home", "household"):
            matched = self.zones.get(name)
            if matched is not None and matched.outcome == "matched":
                return matched
        return next((m for m in self.zones.values() if m.outcome == "ambiguous"), None)

    @property
    def questions(self) -> list[str]:
        """The facts a person has to settle, whichever part of the judgement asks."""
        return sorted(name for name, fact in self.facts.items() if fact.status in ASKS)

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


def judge(version: ApplicationVersion) -> Judged:
    """Judge a version from its stored inputs; repeatable at any time."""
    return Judged(version)


def store(version: ApplicationVersion, judged: Judged) -> None:
    """Keep the judgement with its version and the sortable parts on the application."""
    now = clock.now()
    body = judged.to_json()
    ApplicationVersion.objects.filter(pk=version.pk).update(
        facts=judged.facts.to_json(), evaluation=body, assessed_at=now
    )
    zone = judged.zone
    matched = zone is not None and zone.outcome == "matched"
    school = zone.schools[0] if zone and zone.schools else (version.choices or [None])[0]
    found = {
        "group_code": judged.evaluation.group.id if judged.evaluation.group else "",
        "tier": judged.evaluation.tier,
        "points": judged.evaluation.points,
        "order": list(judged.evaluation.order),
        "zone_code": zone.zones[0] if matched and zone else "",
        "needs_person": judged.needs_person,
        "needs_offline_check": judged.evaluation.needs_offline_check,
        "review_school_id": school,
        "sibling_key": sibling_key(version),
    }
    Application.objects.filter(pk=version.application_id).update(**found)
    for name, value in found.items():
        setattr(version.application, name, value)


def sibling_key(version: ApplicationVersion) -> str:
    """What binds twins: guardian, round, birth date and the same choices; "" when they are not to be bound."""
    answers = version.claims["answers"]
    if answers.get("keep_siblings") != "yes":
        return ""
    application = version.application
    born = application.child.birth_date
    return f"{application.round_id}:{application.guardian_id}:{born:%Y%m%d}:{'/'.join(version.choices)}"[:64]


def _move_on(application: Application, judged: Judged) -> None:
    child = application.child.name
    params = {"child": child, "receipt": application.receipt}
    if judged.needs_person or judged.evaluation.needs_offline_check:
        by = clock.now() + timedelta(days=3)
        application_step(application=application, event="needs_person", actor=None, next_step_by=by)
        template = "attention"
    else:
        application_step(application=application, event="confirm", actor=None)
        application_step(
            application=application, event="approve", actor=None, next_step_by=application.round.results_at
        )
        template = "approved"
        params["date"] = application.round.results_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d")
    binding_ask(child=application.child)
    tell(
        application=application,
        key=f"{template}:{application.pk}:{application.version}",
        template=template,
        params=params,
    )


def assess_sweep(limit: int = 500) -> int:
    """Send versions whose checks are all done but that were not judged: a lost wake-up loses nothing."""
    from enrollment.tasks import assess

    waiting = ApplicationVersion.objects.filter(
        assessed_at__isnull=True,
        application__state="verifying",
        submitted_at__lte=clock.now() - timedelta(seconds=10),
    ).order_by("submitted_at")
    ids = [pk for pk in waiting.values_list("pk", flat=True)[:limit] if not pending(pk)]
    return sum(send(assess, str(pk)) for pk in ids)

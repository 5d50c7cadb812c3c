"""Storing a season's folder: all of it in one transaction, repeatable."""

from collections.abc import Mapping

from django.db import transaction

from audit.services import record
from enrollment.models import PolicyVersion, Season
from enrollment.services.seasons import after_rules_store, policy_store, season_store
from foundation.errors import Refused
from helpdesk.articles import articles_store
from helpdesk.models import ServicePoint
from helpdesk.services import service_points_store
from portal.seasons.folder import SeasonPlan
from schools.models import District, School, SeatPlan
from schools.services import district_ensure, schools_store, seat_plans_store, zones_store


@transaction.atomic
def store_plan(plan: SeasonPlan) -> int:
    """Store a plan without problems; returns the season's id. Raises Refused (problems, or a season under way)."""
    if plan.problems:
        raise Refused("The folder has mistakes: correct them first.")
    district = district_ensure(code=plan.district)
    _store_schools(plan, district)
    zones_store(district=district, zones=[zone for zone in plan.zones if zone.year == plan.year])
    _store_points(plan, district)
    policies = {
        code: policy_store(district=district, code=code, text=text) for code, (text, _) in plan.policies.items()
    }
    season = _store_season(plan, district, policies)
    if plan.after:
        after_rules_store(season=season, rules=plan.after)
    articles_store(district=district, articles=plan.articles)
    record(actor=None, action="season.load", object_type="season", object_id=season.pk, district=district.pk)
    return season.pk


def _store_schools(plan: SeasonPlan, district: District) -> None:
    schools_store(
        schools=[
            School(
                code=row["code"],
                district=district,
                name=row["name"],
                kind=row["kind"],
                education_group=row.get("group", ""),
                town=row.get("town", ""),
                address=row["address"],
                longitude=row["longitude"],
                latitude=row["latitude"],
                phone=row.get("phone", ""),
                features=row.get("features", ""),
                facilities=row.get("facilities", ""),
                consult_hours=row.get("consult_hours", ""),
            )
            for row in plan.schools
        ]
    )
    seat_plans_store(
        plans=[
            SeatPlan(
                school_id=row["school"],
                year=plan.year,
                stage=row["stage"],
                seats=row["seats"],
                class_size=row["class_size"],
            )
            for row in plan.seats
        ]
    )


def _store_points(plan: SeasonPlan, district: District) -> None:
    service_points_store(
        points=[
            ServicePoint(
                district=district,
                name=row["name"],
                level=row["level"],
                address=row["address"],
                hours=row["hours"],
                phone=row["phone"],
            )
            for row in plan.points
        ]
    )


def _store_season(plan: SeasonPlan, district: District, policies: Mapping[str, PolicyVersion]) -> Season:
    return season_store(
        district=district,
        year=plan.year,
        synthetic=plan.synthetic,
        calendar=plan.calendar,
        rounds=[
            {
                "stage": round_.stage,
                "kind": round_.kind,
                "policy": policies[round_.policy],
                "opens_at": round_.opens_at,
                "closes_at": round_.closes_at,
                "results_at": round_.results_at,
                "check_on": round_.check_on,
            }
            for round_ in plan.rounds
        ],
    )

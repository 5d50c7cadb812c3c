"""Storing a season's folder: all of it in one transaction, repeatable."""

import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction

from audit.services import record
from enrollment.seasons.lists.kinds import plan_of
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import PolicyVersion, Season
from enrollment.seasons.rules.forms import form_store
from enrollment.seasons.selectors import judged_by_zones
from enrollment.seasons.services.seasons import after_rules_store, policy_store, season_store
from enrollment.used_seats.kinds import seats_load
from foundation.errors import Refused
from helpdesk.articles import articles_store
from helpdesk.models import ServicePoint
from helpdesk.services import service_points_store
from portal.seasons.folder import SeasonPlan
from schools.kinds import school_of
from schools.maps.model import DistrictMap, locating
from schools.models import District
from schools.selectors import address_points, atlas
from schools.selectors import zones as zones_of
from schools.services import (
    address_points_store,
    district_ensure,
    map_store,
    schools_store,
    seat_plans_store,
    zones_changed,
    zones_store,
)
from verification.item_services import items_store

DAYS: Final = ("answer_days", "seat_days")
VERSION: Final = re.compile(r"\.\d+$")  # of a policy's file, where two versions of one scheme are in use


@transaction.atomic
def store_plan(plan: SeasonPlan, *, reason: str = "") -> int:
    """Store a plan without problems; returns the season's id. Raises Refused (problems, or a season under way).

    Dates that families have seen change only with a ``reason``, and what a round has passed not at all.
    """
    if plan.problems:
        raise Refused("The folder has mistakes: correct them first.")
    district = district_ensure(code=plan.district)
    _store_schools(plan, district)
    _store_zones(plan, district)
    _store_points(plan, district)
    lists_keep(district=district, kinds=plan.lists)
    items_store(division=district.pk, rows=plan.items)
    policies = {
        name: policy_store(district=district, code=VERSION.sub("", name), text=text)
        for name, (text, _) in plan.policies.items()
    }
    season = _store_season(plan, district, policies, reason)
    if plan.after:
        after_rules_store(season=season, rules=plan.after)
    if plan.seat_uses:
        seats_load(district=district, rows=plan.seat_uses, file_name="seat_uses")
    articles_store(district=district, articles=plan.articles)
    record(actor=None, action="season.load", object_type="season", object_id=season.pk, district=district.pk)
    return season.pk


def _store_schools(plan: SeasonPlan, district: District) -> None:
    schools_store(schools=[school_of(district.pk, row["code"], row) for row in plan.schools])
    seat_plans_store(plans=[plan_of(plan.year, row) for row in plan.seats])


def _store_zones(plan: SeasonPlan, district: District) -> None:
    """Zones, address book and map. What of them judged somebody stays as it is: a judgement is repeatable. Raises
    Refused where it would change; of the map that is where houses stand, not how it is drawn.
    """
    zones = [zone for zone in plan.zones if zone.year == plan.year]
    stages = {zone.stage for zone in zones}
    changed = {stage for _year, stage in zones_changed(district=district, zones=zones)}
    book = sorted(plan.addresses) != list(address_points(district.pk, plan.year))
    there_now = atlas(district.pk, plan.year)
    places = locating(plan.map) != locating(there_now.map if there_now else DistrictMap())
    for stage in sorted(stages if book or places else changed):
        count = judged_by_zones(district=district.pk, year=plan.year, stage=stage)
        if count:
            raise Refused(
                f"The zones of {plan.year} {stage} have judged {count} applications and cannot be replaced, nor the"
                " address book and the house numbers of the map: a judgement must be repeatable. Load the folder with"
                " them as they were; what a mistake in them decided is corrected case by case, and the corrected zones"
                " begin with the next season.",
                code="zones_in_use",
            )
    there = {stage for stage in stages - changed if zones_of(district.pk, plan.year, stage)}
    zones_store(district=district, zones=[zone for zone in zones if zone.stage not in there])
    if book:
        address_points_store(district=district, year=plan.year, points=plan.addresses)
    map_store(district=district, year=plan.year, found=plan.map)


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


def _store_season(plan: SeasonPlan, district: District, policies: Mapping[str, PolicyVersion], reason: str) -> Season:
    used = dict.fromkeys(one.form for one in plan.rounds if one.form)
    forms = {name: form_store(district=district, content=plan.forms[name]) for name in used}
    return season_store(
        district=district,
        year=plan.year,
        synthetic=plan.synthetic,
        calendar=plan.calendar,
        reason=reason,
        rounds=[
            {
                "stage": round_.stage,
                "kind": round_.kind,
                "policy": policies[round_.policy],
                "opens_at": round_.opens_at,
                "closes_at": round_.closes_at,
                "results_at": round_.results_at,
                "check_on": round_.check_on,
                **({"reminders": round_.reminders} if round_.reminders is not None else {}),
                **({"form": forms[round_.form]} if round_.form else {}),
                **{name: days for name in DAYS if (days := getattr(round_, name)) is not None},
            }
            for round_ in plan.rounds
        ],
    )

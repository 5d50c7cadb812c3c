"""What a run reads: the frozen roll, the frozen seats, the draw's seed, the policy and where the schools lie."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from enrollment.policies import compiled
from lottery.draw import sibling_rule
from lottery.models import Draw, RollEntry
from lottery.placing import Inputs, Site, entry
from lottery.problem import Mechanism
from schools.models import School
from schools.selectors import schools_by_code


def load(draw: Draw) -> tuple[Inputs, dict[str, UUID], Mapping[str, School]]:
    """The run's inputs, the application of every pseudonym, and the schools by code. Call on a draw that was made."""
    policy = compiled(draw.round.policy)
    rows = RollEntry.objects.filter(draw=draw).order_by("position")
    applications: dict[str, UUID] = {}
    entries = []
    for row, group, facts, application in rows.values_list("row", "group_id", "facts", "application_id").iterator(5000):
        applications[row["receipt_hash"]] = application
        entries.append(entry(row["receipt_hash"], group, facts))
    seats = dict(sorted(draw.seats.items()))
    schools = schools_by_code(list(seats))
    coordination = policy.coordination
    domains = dict(draw.commitment["school_domains"])
    inputs = Inputs(
        entries=tuple(entries),
        seats=seats,
        seed=bytes.fromhex(draw.seed),
        domains=domains,
        sites={code: _site(schools[code]) for code in seats},
        mechanism=Mechanism(policy.mechanism),
        siblings=sibling_rule(draw.sibling_rule),
        coordination=_criteria(coordination.order) if coordination else (),
        coordination_groups=coordination.groups if coordination else (),
    )
    return inputs, applications, schools


def _site(school: School) -> Site:
    # a private school sets its own fees: nobody is sent there who did not ask for it
    public = school.kind == School.Kind.PUBLIC
    return Site((school.longitude, school.latitude), school.education_group, school.town, public)


def _criteria(order: tuple[Any, ...]) -> tuple[str, ...]:
    # distance decides at last, whatever the scheme names first
    return (*order, "nearby") if "nearby" not in order else order

"""Why a child got its place: made from the stored numbers whenever somebody reads it."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from lottery.engine.entries import SHARED, entry
from lottery.engine.telling import KEPT_BYTES, Place, Teller, standings
from lottery.models import AdmissionRun, Draw, Placement, RollEntry
from lottery.services.inputs import rules
from lottery.services.runs import names_of
from schools.selectors import schools_by_code


@lru_cache(maxsize=16)
def _teller(run_id: int) -> Teller:
    # a published run never changes, so what explains it may be kept
    run = AdmissionRun.objects.select_related("round__policy", "round__season").get(pk=run_id)
    draw = Draw.objects.get(round=run.round)
    draw.round = run.round
    schools = schools_by_code(sorted(draw.seats))
    names = names_of(run.round, {code: school.name for code, school in schools.items()})
    withdrawn = {(pupil, school) for pupil, school in run.result["certificate"]["withdrawn"]}
    return Teller(rules(draw, schools), names, run.result["schools"], withdrawn)


def explanation(placement: Placement) -> dict[str, Any]:
    """One line per choice, then what coordination did, in both languages."""
    teller = _teller(placement.run_id)
    row = RollEntry.objects.get(draw__round__runs=placement.run_id, application_id=placement.application_id)
    one = entry(row.row["receipt_hash"], row.group_id, row.facts)
    kept = bytes(placement.tickets)
    tickets = tuple(kept[at : at + KEPT_BYTES] for at in range(0, len(kept), KEPT_BYTES))
    school = None if placement.coordinated else placement.school_code or None
    coordinated = (placement.school_code, placement.metres or 0) if placement.coordinated else None
    place = Place(
        school=school + SHARED if school and placement.shared else school,
        standings=standings(teller.rules, one, tuple(placement.positions), tickets),
        coordinated=coordinated,
    )
    return teller.explanation(one, place)


def explained(application_id: UUID) -> dict[str, Any] | None:
    """The explanation of an application's published place; None before publication."""
    placement = Placement.objects.filter(application_id=application_id, run__state=AdmissionRun.State.PUBLISHED).first()
    return explanation(placement) if placement else None

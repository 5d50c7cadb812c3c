"""Why a child got its place: made from the stored numbers whenever somebody reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from enrollment.seasons.models import Round
from lottery.admission.inputs import names_of, rules
from lottery.admission.models import AdmissionRun, Placement
from lottery.ceremony.models import Draw, RollEntry
from lottery.engine.admission.entries import SHARED, entry
from schools.naming import in_both
from schools.selectors import schools_by_code

if TYPE_CHECKING:
    from lottery.engine.admission.standings import Teller


@lru_cache(maxsize=16)
def _teller(run_id: int) -> Teller:
    # a published run never changes, so what explains it may be kept
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.standings import Teller

    run = AdmissionRun.objects.select_related("round__policy", "round__season").get(pk=run_id)
    draw = Draw.objects.get(round=run.round)
    draw.round = run.round
    schools = schools_by_code(sorted(draw.seats))
    english = {code: in_both(school.name, school.english) for code, school in schools.items()}
    names = names_of(run.round, {code: school.name for code, school in schools.items()}, english)
    withdrawn = {(pupil, school) for pupil, school in run.result["certificate"]["withdrawn"]}
    return Teller(rules(draw, schools), names, run.result["schools"], withdrawn)


def explanation(placement: Placement) -> dict[str, Any]:
    """One line per choice, then what coordination did, in both languages."""
    from lottery.engine.admission.standings import KEPT_BYTES, Place, standings

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


def public_rounds() -> QuerySet[Round]:
    """Rounds whose roll is frozen, newest first: from then on everything about them is public."""
    runs = AdmissionRun.objects.filter(state=AdmissionRun.State.PUBLISHED)
    return (
        Round.objects.filter(draw__isnull=False)
        .select_related("season__district", "draw")
        .prefetch_related(Prefetch("runs", queryset=runs, to_attr="published"))
        .order_by("-season__year", "-draw__frozen_at")
    )

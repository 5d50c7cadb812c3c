"""One admission run: from the frozen roll and the draw's seed to a stored, explained, repeatable result."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.models import Round
from enrollment.policies import compiled
from enrollment.services.rounds import round_for
from foundation import clock
from foundation.errors import Refused
from foundation.locks import Busy, lock_or_busy
from lottery.allocate import result_json
from lottery.messages import LotteryError
from lottery.models import AdmissionRun, Draw, Placement
from lottery.placing import Inputs, Placed, inputs_digest, place
from lottery.services.common import refused
from lottery.services.inputs import load
from lottery.telling import Names, Teller

BATCH = 2000


@transaction.atomic
def run_compute(*, official: Account, round_id: int) -> AdmissionRun:
    """Compute the places of a drawn round and keep them for two people to publish; an earlier run is discarded.

    The same roll, seed, seats and policy give the same digest, however often. Raises NotAllowed, Refused.
    """
    round_ = round_for(official, round_id, "round.run")
    if round_.state != "drawn":
        raise Refused(_("Places are computed after the draw and before the publication."), code="illegal_step")
    try:
        lock_or_busy(f"admission run {round_.pk}")
    except Busy:
        raise Refused(_("A run of this round is being computed at this moment. Please wait."), code="busy") from None
    started = clock.now()
    draw = Draw.objects.get(round=round_)
    draw.round = round_
    inputs, applications, schools = load(draw)
    try:
        placed = place(inputs)
    except LotteryError as error:
        raise refused(error) from None
    AdmissionRun.objects.filter(round=round_, state=AdmissionRun.State.COMPUTED).update(
        state=AdmissionRun.State.DISCARDED
    )
    teller = Teller(inputs, placed, _names(round_, {code: school.name for code, school in schools.items()}))
    run = AdmissionRun.objects.create(
        round=round_,
        inputs_digest=inputs_digest(inputs, draw.roll_root, round_.policy.digest),
        digest=placed.digest,
        result=_result(inputs, placed, teller),
        started_by=official,
        started_at=started,
        finished_at=started,
    )
    _store(run, placed, teller, applications)
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    record(
        actor=official,
        action="run.compute",
        object_type="admission_run",
        object_id=run.pk,
        district=round_.season.district_id,
        details={"digest": run.digest, "inputs": run.inputs_digest},
    )
    return run


def _store(run: AdmissionRun, placed: Placed, teller: Teller, applications: Mapping[str, UUID]) -> None:
    Placement.objects.bulk_create(
        (
            Placement(
                run=run,
                application_id=applications[pupil],
                school_code=school or "",
                coordinated=pupil in placed.coordinated,
                explanation=teller.explanation(pupil),
            )
            for pupil, school in placed.places.items()
        ),
        batch_size=BATCH,
    )


def _names(round_: Round, schools: dict[str, str]) -> Names:
    policy = compiled(round_.policy)
    return Names(schools, {group.id: group.name for group in policy.groups}, policy.points is not None)


def _result(inputs: Inputs, placed: Placed, teller: Teller) -> dict[str, Any]:
    published = result_json(placed.problem, placed.result)
    names = teller.names.groups
    by_choice = sum(school is not None for school in placed.result.placements.values())
    first = sum(placed.result.placements[one.pupil] == one.first for one in inputs.entries if one.choices)
    return {
        "schools": dict(teller.schools()),
        "groups": {code: name.to_json() for code, name in names.items()},
        "certificate": published["certificate"],
        "allocation_digest": placed.result.digest,
        "mechanism": inputs.mechanism.value,
        "siblings": inputs.siblings.value,
        "coordination": list(inputs.coordination),
        "counts": {
            "pupils": len(inputs.entries),
            "by_choice": by_choice,
            "first_choice": first,
            "coordinated": len(placed.coordinated),
            "without": len(inputs.entries) - by_choice - len(placed.coordinated),
        },
    }

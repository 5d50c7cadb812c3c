"""One admission run: from the frozen roll and the draw's seed to a repeatable result that two people may publish.

A run is a row before it is work: whatever is killed, the sweeper finds the row by its state and the work begins again,
to the same digest. A database lock of the round keeps two workers from one run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from enrollment.seasons.services.rounds import round_for
from enrollment.seasons.states import RoundState
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.locks import Busy, lock_or_busy
from foundation.progress import report
from lottery.admission.bound import NotBound, alarm
from lottery.admission.inputs import load, names_of
from lottery.admission.models import AdmissionRun
from lottery.admission.states import RunEvent
from lottery.admission.steps import run_step
from lottery.ceremony.models import Draw
from lottery.engine.admission.entries import inputs_digest
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.messages import LotteryError
from lottery.refusals import refused

if TYPE_CHECKING:
    from lottery.engine.admission.province import Province
    from lottery.engine.admission.standings import Names


def run_name(run_id: int) -> str:
    """Under which name a run reports its progress."""
    return f"admission run {run_id}"


def take_run(run_id: int, state: str) -> AdmissionRun | None:
    """The run if it is in this state and nobody else works on its round. Call inside a transaction."""
    run = AdmissionRun.objects.filter(pk=run_id, state=state).select_related("round__season", "round__policy").first()
    if run is None:
        return None
    try:
        lock_or_busy(f"admission run {run.round_id}")
    except Busy:
        return None
    # again under the lock: another worker may just have finished it
    return run if AdmissionRun.objects.filter(pk=run_id, state=state).exists() else None


@transaction.atomic
def run_request(*, official: Account, round_id: int) -> AdmissionRun:
    """Ask for the places of a drawn round to be computed; an earlier unpublished run is discarded.

    Raises NotAllowed, Refused (the round is not drawn, or a run of it is at work).
    """
    round_ = round_for(official, round_id, Ability.ROUND_RUN)
    if round_.state != RoundState.DRAWN:
        raise Refused(_("Places are computed after the draw and before the publication."), code="illegal_step")
    busy = Refused(_("A run of this round is being computed at this moment. Please wait."), code="busy")
    try:
        lock_or_busy(f"admission run {round_.pk}")
    except Busy:
        raise busy from None
    if AdmissionRun.objects.filter(round=round_, state__in=AdmissionRun.WORKING).exists():
        raise busy
    return AdmissionRun.objects.create(round=round_, started_by=official, started_at=clock.now())


def run_work(*, run_id: int) -> AdmissionRun | None:
    """Compute a requested run; None when there is nothing to do. The same inputs give the same digest, however often.

    What makes a run impossible (a tie, too long keys, a roll that is not the one frozen) is kept as its reason and
    raised as Refused.
    """
    try:
        return _compute(run_id)
    except Refusal as problem:
        run_fail(run_id, problem)
        raise


def run_fail(run_id: int, problem: Refusal) -> None:
    """Keep why a run stopped; the round can be computed again. Data that was changed after the freeze is an alarm."""
    with transaction.atomic():
        working = AdmissionRun.objects.select_for_update().filter(pk=run_id, state__in=AdmissionRun.WORKING)
        run = working.only("state").first()
        if run is not None:
            run_step(run, RunEvent.STOP, reason=problem.message, finished_at=clock.now())
    if isinstance(problem, NotBound):
        alarm(AdmissionRun.objects.values_list("round_id", flat=True).get(pk=run_id), problem)


def run_compute(*, official: Account, round_id: int) -> AdmissionRun:
    """Request and compute at once. Raises NotAllowed, Refused."""
    run = run_request(official=official, round_id=round_id)
    found = run_work(run_id=run.pk) or AdmissionRun.objects.filter(pk=run.pk, state=AdmissionRun.State.COMPUTED).first()
    if found is None:
        raise Refused(_("A run of this round is being computed at this moment. Please wait."), code="busy")
    return found


@transaction.atomic
def _compute(run_id: int) -> AdmissionRun | None:
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.province import place_columns

    run = take_run(run_id, AdmissionRun.State.QUEUED)
    if run is None:
        return None
    round_, name = run.round, run_name(run_id)
    draw = Draw.objects.get(round=round_)
    draw.round = round_
    report(name, "reading", 0, 3)
    inputs, _applications, schools = load(draw)
    report(name, "placing", 1, 3)
    try:
        province = place_columns(inputs)
    except LotteryError as error:
        raise refused(error) from None
    report(name, "checking", 2, 3)
    result = result_of(province, names_of(round_, {code: school.name for code, school in schools.items()}))
    bound_to = inputs_digest(inputs, draw.roll_root, round_.policy.digest)
    earlier_runs = AdmissionRun.objects.select_for_update().filter(round=round_, state=AdmissionRun.State.COMPUTED)
    for earlier in earlier_runs.only("state"):
        run_step(earlier, RunEvent.REPLACE)
    run_step(
        run,
        RunEvent.COMPUTE,
        result=result,
        inputs_digest=bound_to,
        digest=province.digest,
        finished_at=clock.now(),
    )
    record(
        actor=run.started_by,
        action="run.compute",
        object_type="admission_run",
        object_id=run.pk,
        district=round_.season.district_id,
        details={"digest": run.digest, "inputs": run.inputs_digest},
    )
    report(name, "done", 3, 3)
    return run


def result_of(province: Province, names: Names) -> dict[str, Any]:
    """What is kept of a run beside the placements: the table of schools, the certificate, the counts."""
    import numpy as np

    from lottery.engine.admission.admission_file import certificate_json
    from lottery.engine.admission.standings import school_table

    inputs, held = province.inputs, province.held
    by_choice = int((held != NOBODY).sum())
    starts, counts = province.columns.starts, province.columns.counts
    first = int(((held == starts) & (counts > 0)).sum())
    sizes = np.bincount(province.columns.groups)
    return {
        "schools": dict(school_table(province, names)),
        "groups": {code: name.to_json() for code, name in names.groups.items()},
        "certificate": certificate_json(province),
        "allocation_digest": province.allocation_digest,
        "mechanism": inputs.mechanism.value,
        "method": inputs.method,
        "siblings": inputs.siblings.value,
        "coordination": list(inputs.coordination),
        "counts": {
            "pupils": len(inputs.entries),
            "sibling_groups": int((sizes > 1).sum()),
            "by_choice": by_choice,
            "first_choice": first,
            "coordinated": len(province.coordinated),
            "without": len(inputs.entries) - by_choice - len(province.coordinated),
        },
    }

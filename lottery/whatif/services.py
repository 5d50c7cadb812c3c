"""Simulating a round before its roll is frozen: what officials may expect, never a family's chance.

A simulation is a row before it is work, as a run is: a killed worker leaves it queued and the sweeper finds it again.
It reads the live applications, decided or not, exactly as the roll would state them, and stores nothing about a child.
"""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Application, Round
from enrollment.seasons.services.rounds import round_for
from enrollment.seasons.states import UNSETTLED
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.lanes import ring_on_commit
from foundation.locks import Busy, lock_or_busy
from foundation.progress import report
from lottery.ceremony.models import Draw
from lottery.engine.messages import LotteryError
from lottery.refusals import refused
from lottery.scores.facts import score_files, score_schools
from lottery.whatif.inputs import ROUND_STATES, most_draws, simulated, whatif_inputs, whatif_name
from lottery.whatif.models import WhatIf
from schools.switches import refuse_unless_offered


@transaction.atomic
def whatif_request(*, official: Account, round_id: int, draws: int) -> WhatIf:
    """Ask for a simulation of an open or closed round. Raises NotAllowed, Refused (too late, at work, range, empty)."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.studies.whatif import LEAST_DRAWS

    round_ = round_for(official, round_id, Ability.ROUND_RUN)
    refuse_unless_offered("whatif", round_.season.district_id)
    _check_before_the_draw(round_)
    pupils = simulated(round_)
    if not pupils:
        raise Refused(_("There is no application in this round yet: nothing can be simulated."), code="empty")
    most = most_draws(pupils)
    if not LEAST_DRAWS <= draws <= most:
        text = _("Simulate %(least)d to %(most)d draws of a round of this size.")
        raise Refused(text % {"least": LEAST_DRAWS, "most": most}, code="draws", field="draws")
    if WhatIf.objects.filter(round=round_, state=WhatIf.State.QUEUED).exists():
        raise Refused(_("A simulation of this round is at work. Please wait for it."), code="busy")
    made = WhatIf.objects.create(round=round_, draws=draws, requested_by=official, requested_at=clock.now())
    record(
        actor=official,
        action="whatif.request",
        object_type="what_if",
        object_id=made.pk,
        district=round_.season.district_id,
        details={"round": round_.pk, "draws": draws},
    )
    ring_on_commit("runs")
    return made


def _check_before_the_draw(round_: Round) -> None:
    if round_.state not in ROUND_STATES or Draw.objects.filter(round=round_).exists():
        text = _(
            "A round is simulated while it is open or closed. From the frozen roll on only the draw itself counts."
        )
        raise Refused(text, code="illegal_step")


def whatif_work(*, whatif_id: int) -> WhatIf | None:
    """Simulate; None when there is nothing to do. What makes it impossible is kept as its reason."""
    try:
        return _simulate(whatif_id)
    except Refusal as problem:
        WhatIf.objects.filter(pk=whatif_id, state=WhatIf.State.QUEUED).update(
            state=WhatIf.State.FAILED, reason=problem.message, finished_at=clock.now()
        )
        return None


@transaction.atomic
def _simulate(whatif_id: int) -> WhatIf | None:
    from lottery.engine.studies.whatif import simulate

    queued = WhatIf.objects.filter(pk=whatif_id, state=WhatIf.State.QUEUED)
    made = queued.select_related("round__season", "round__policy").first()
    if made is None:
        return None
    try:
        lock_or_busy(f"simulation {made.round_id}")
    except Busy:
        return None
    if not queued.exists():  # again under the lock: another worker may just have finished it
        return None
    round_, name = made.round, whatif_name(whatif_id)
    _check_before_the_draw(round_)
    report(name, "reading", 0, made.draws)
    inputs, made.inputs_digest = whatif_inputs(round_)
    # The seed follows from the inputs, so that nobody can ask again until the numbers please.
    made.seed = int.from_bytes(hashlib.sha256(made.inputs_digest.encode()).digest()[:6])

    def told(done: int) -> None:
        if done % max(1, made.draws // 50) == 0:
            report(name, "simulating", done, made.draws)

    try:
        found = simulate(inputs, draws=made.draws, seed=made.seed, report=told)
    except LotteryError as error:
        raise refused(error) from None
    made.result = found | _remarks(round_)
    made.state, made.finished_at = WhatIf.State.DONE, clock.now()
    made.save(update_fields=["result", "state", "finished_at", "seed", "inputs_digest"])
    return made


def _remarks(round_: Round) -> dict[str, Any]:
    """What the reader must know of the applications that were read."""
    return {
        "undecided": Application.objects.filter(round=round_, state__in=UNSETTLED).count(),
        "unscored": sorted(score_schools(round_).keys() - score_files(round_).keys()),
    }


def whatifs_go_on() -> int:
    """Make every simulation that waits, found by its state; how many were made. One at work is left to its worker."""
    waiting = WhatIf.objects.filter(state=WhatIf.State.QUEUED).order_by("pk").values_list("pk", flat=True)
    return sum(whatif_work(whatif_id=pk) is not None for pk in waiting)

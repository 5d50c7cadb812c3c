"""Simulating a round before its roll is frozen: what officials may expect, never a family's chance (R57, R63).

A simulation is a row before it is work, as a run is: a killed worker leaves it queued and the sweeper finds it again.
It reads the live applications, decided or not, exactly as the roll would state them, and stores nothing about a child.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.models import Application, Round
from enrollment.policies import compiled
from enrollment.services.rounds import round_for
from enrollment.states import UNSETTLED
from foundation import clock
from foundation.errors import Refused
from foundation.lanes import ring_on_commit
from foundation.locks import Busy, lock_or_busy
from foundation.progress import report
from lottery.engine.entries import Inputs, entry, inputs_digest
from lottery.engine.messages import LotteryError
from lottery.engine.whatif import LEAST_DRAWS, MOST_DRAWS, simulate
from lottery.models import Draw, WhatIf
from lottery.services.common import domains, refused
from lottery.services.inputs import rules
from lottery.services.roll import Stated, stated
from lottery.services.score_facts import score_files, score_schools
from lottery.services.wishes import announced, schools_of_the_run
from schools.selectors import schools_by_code, seat_plan

STATES = ("approved", *UNSETTLED)
ROUND_STATES = ("open", "closed")
# About twenty seconds of one worker.
MOST_WORK = 3_000_000


def whatif_name(whatif_id: int) -> str:
    """Under which name a simulation reports its progress."""
    return f"simulation {whatif_id}"


def most_draws(pupils: int) -> int:
    """How many draws a round of this size is given."""
    return max(LEAST_DRAWS, min(MOST_DRAWS, MOST_WORK // max(1, pupils)))


def simulated(round_: Round) -> int:
    """How many applications of a round a simulation would read now."""
    return Application.objects.filter(round=round_, state__in=STATES).count()


@transaction.atomic
def whatif_request(*, official: Account, round_id: int, draws: int) -> WhatIf:
    """Ask for a simulation of an open or closed round. Raises NotAllowed, Refused (too late, at work, range, empty)."""
    round_ = round_for(official, round_id, "round.run")
    _before_the_draw(round_)
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


def _before_the_draw(round_: Round) -> None:
    if round_.state not in ROUND_STATES or Draw.objects.filter(round=round_).exists():
        text = _(
            "A round is simulated while it is open or closed. From the frozen roll on only the draw itself counts."
        )
        raise Refused(text, code="illegal_step")


def whatif_work(*, whatif_id: int) -> WhatIf | None:
    """Simulate; None when there is nothing to do. What makes it impossible is kept as its reason."""
    try:
        return _worked(whatif_id)
    except Refused as problem:
        WhatIf.objects.filter(pk=whatif_id, state=WhatIf.State.QUEUED).update(
            state=WhatIf.State.FAILED, reason=problem.message, finished_at=clock.now()
        )
        return None


@transaction.atomic
def _worked(whatif_id: int) -> WhatIf | None:
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
    _before_the_draw(round_)
    report(name, "reading", 0, made.draws)
    inputs, made.inputs_digest = whatif_inputs(round_)
    # the same applications give the same numbers, whoever asks and however often
    made.seed = int.from_bytes(hashlib.sha256(made.inputs_digest.encode()).digest()[:6])

    def told(done: int) -> None:
        if done % max(1, made.draws // 50) == 0:
            report(name, "simulating", done, made.draws)

    try:
        found = simulate(inputs, draws=made.draws, seed=made.seed, report=told)
    except LotteryError as error:
        raise refused(error) from None
    made.result = found | _beside(round_)
    made.state, made.finished_at = WhatIf.State.DONE, clock.now()
    made.save(update_fields=["result", "state", "finished_at", "seed", "inputs_digest"])
    return made


def _beside(round_: Round) -> dict[str, Any]:
    """What the reader must know of the applications that were read."""
    return {
        "undecided": Application.objects.filter(round=round_, state__in=UNSETTLED).count(),
        "unscored": sorted(score_schools(round_).keys() - score_files(round_).keys()),
    }


def whatif_inputs(round_: Round) -> tuple[Inputs, str]:
    """The inputs a run would have if the roll were frozen now with every live application on it, and their digest."""
    rows = list(stated(round_, STATES))
    entries = tuple(entry(str(one.application), one.group, one.facts) for one in rows)
    season, policy = round_.season, compiled(round_.policy)
    listed = {school: 0 for one in entries for school, _near in one.choices}
    seats = dict(sorted((listed | seat_plan(season.district_id, season.year, round_.stage)).items()))
    announcement = announced(round_, seats, entries)
    commitment = announcement | {
        "school_domains": domains(round_, schools_of_the_run(seats, announcement["shared_limits"])),
        "mechanism": policy.mechanism,
        "method": "ticket",
    }
    # a draw that is never stored: its seed is no randomness, the simulation brings its own
    draw = Draw(round=round_, seats=seats, seed=bytes(32).hex(), sibling_rule=policy.last_seat, commitment=commitment)
    inputs = rules(draw, schools_by_code(sorted(seats)), entries)
    return inputs, inputs_digest(inputs, _root(rows), round_.policy.digest)


def _root(rows: Sequence[Stated]) -> str:
    """Stands for the roll in the digest: over what the rows state."""
    lines = sorted(f"{one.application},{one.group},{one.facts}" for one in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def whatifs_go_on() -> int:
    """Make every simulation that waits, found by its state; how many were made. One at work is left to its worker."""
    waiting = WhatIf.objects.filter(state=WhatIf.State.QUEUED).order_by("pk").values_list("pk", flat=True)
    return sum(whatif_work(whatif_id=pk) is not None for pk in waiting)

"""Rounds open and close by themselves at their minute, by the server's clock; families are held to it anyway."""

from django.db import transaction

from enrollment.seasons.models import Round
from enrollment.seasons.readiness import lacks
from enrollment.seasons.services.steps import round_lock, round_step_locked
from enrollment.seasons.states import RUNNING, RoundEvent, RoundState
from foundation import clock
from foundation.locks import lock


def rounds_move_on() -> int:
    """Open and close what is due; how many rounds were moved on.

    A round that still lacks something does not open: its page says what, and it opens when that is there.
    """
    now, minute = clock.now(), clock.running_minute()
    due = [
        *Round.objects.filter(state=RoundState.PLANNED, opens_at__lte=now, closes_at__gte=minute).values_list(
            "pk", flat=True
        ),
        *Round.objects.filter(state__in=RUNNING, closes_at__lt=minute).values_list("pk", flat=True),
    ]
    return sum(_move_on(pk) for pk in due)


@transaction.atomic
def _move_on(round_id: int) -> bool:
    lock(round_lock(round_id))
    rows = Round.objects.select_for_update(of=("self",)).select_related("season__district", "policy")
    round_ = rows.get(pk=round_id)
    event = _due(round_)
    if event is None or (event == RoundEvent.OPEN and lacks(round_)):
        return False
    details = {"announced": (round_.opens_at if event == RoundEvent.OPEN else round_.closes_at).isoformat()}
    round_step_locked(round_=round_, event=event, actor=None, details=details)
    return True


def _due(round_: Round) -> RoundEvent | None:
    """Which step its dates ask for now: to open or to close it, or none."""
    over = clock.deadline_passed(round_.closes_at)
    if round_.state == RoundState.PLANNED and round_.opens_at <= clock.now() and not over:
        return RoundEvent.OPEN
    return RoundEvent.CLOSE if round_.state in RUNNING and over else None

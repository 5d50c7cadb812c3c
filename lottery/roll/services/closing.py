"""Closing a round before its announced end, and freezing its roll: two different officials, each with a one-time
password, who see the announced date beside today and how many families it concerns.

What is confirmed is named in the confirmation: a step, the day, and for the freeze how many children. If another number
or another day is confirmed second, that is a first confirmation of its own.
"""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from enrollment.seasons.models import Round
from enrollment.seasons.services.rounds import refuse_unsettled, round_for, round_step
from enrollment.seasons.services.steps import round_lock
from enrollment.seasons.states import RoundEvent
from enrollment.seasons.words import ROUND_STATES
from foundation.errors import Refused
from foundation.locks import lock
from lottery.ceremony.confirming import confirm
from lottery.ceremony.models import Draw
from lottery.ceremony.states import FinalStep
from lottery.roll.selectors import Closing, closing_of
from lottery.roll.services.freezing import roll_freeze


def round_close_confirm(*, official: Account, round_id: int, token: str = "") -> Round:
    """Close a round: after its announced end at once; before it, the second official's confirmation closes it.

    Raises NotAllowed, Refused (a wrong one-time password, the same person twice, not open).
    """
    look = partial(_round_to_move, official, round_id, FinalStep.CLOSE)
    with transaction.atomic():
        _round, closing = look()
        if closing.alone:
            return round_step(official=official, round_id=round_id, event=RoundEvent.CLOSE)
    with WithPassword(look, person=official, token=token) as (round_, closing):
        first = _confirm(round_, closing, official)
        if first is None:
            return round_
        return round_step(official=official, round_id=round_id, event=RoundEvent.CLOSE, second=first)


def roll_freeze_confirm(*, official: Account, round_id: int, token: str) -> Draw | None:
    """Confirm the freeze of the roll; the second, different official's confirmation makes it. None after the first.

    Raises NotAllowed, Refused (undecided applications, a wrong one-time password, the same person twice, see
    ``roll_freeze``).
    """
    look = partial(_round_to_move, official, round_id, FinalStep.FREEZE)
    with WithPassword(look, person=official, token=token) as (round_, closing):
        first = _confirm(round_, closing, official)
        return roll_freeze(official=official, round_id=round_id, second=first) if first else None


def _round_to_move(official: Account, round_id: int, step: FinalStep) -> tuple[Round, Closing]:
    """The round, alone under its lock, and what would be confirmed. Raises NotAllowed, Refused."""
    lock(
        round_lock(round_id)
    )  # Before the row of the round: submissions take the two locks in this order, and two orders would deadlock.
    round_ = round_for(official, round_id, Ability.ROUND_RUN)
    closing = closing_of(round_)
    if closing is None or closing.step != step:
        text = _("The round is “%(state)s”: this step is not possible now.")
        raise Refused(text % {"state": ROUND_STATES[round_.state]}, code="illegal_step")
    if step == FinalStep.FREEZE:
        refuse_unsettled(round_)
        if not closing.children:
            raise Refused(_("There is no approved application in this round: the roll would be empty."), code="empty")
    return round_, closing


def _confirm(round_: Round, closing: Closing, official: Account) -> Account | None:
    """Record the confirmation; the other person when both have confirmed."""
    if not confirm(round_=round_, step=closing.step, subject=closing.subject, official=official):
        return None
    return next(one.official for one in closing.confirmations if one.official_id != official.pk)

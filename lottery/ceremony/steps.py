"""Moving a draw on: found and locked in one order, each step legal, made once, kept as a row."""

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from enrollment.seasons.services.rounds import round_for
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.steps import make_step
from lottery.ceremony.models import Draw, DrawStep
from lottery.ceremony.states import DRAW, DrawEvent, DrawState


def draw_for(account: Account, draw_id: int, ability: Ability) -> Draw:
    """The draw with its round, both locked, if the account's scope reaches it. Raises NotAllowed."""
    round_id = Draw.objects.filter(pk=draw_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such draw in your care."))
    # The lock of the round: two steps of one draw are made one after the other.
    round_ = round_for(account, round_id, ability)
    draw = Draw.objects.select_for_update().get(pk=draw_id)
    draw.round = round_
    return draw


def step_row(draw: Draw, event: DrawEvent, source: str, actor: Account, note: str = "") -> None:
    """Keep a step for the log of the ceremony and the minutes."""
    DrawStep.objects.create(
        draw=draw, event=event, source=source, target=draw.state, actor=actor, note=note, at=clock.now()
    )


def draw_step(*, draw: Draw, event: DrawEvent, actor: Account, note: str = "") -> None:
    """Make one legal step of a draw by compare-and-set, inside a transaction. Raises Refused."""

    def overtaken() -> str:
        return _("Somebody has just moved this draw on. Please look at it again.")

    source = make_step(draw, DRAW, event, illegal=lambda: out_of_order(draw), overtaken=overtaken)
    step_row(draw, event, source, actor, note)
    details = {"from": source, "to": draw.state}
    district = draw.round.season.district_id
    record(
        actor=actor, action=f"draw.{event}", object_type="draw", object_id=draw.pk, district=district, details=details
    )


def out_of_order(draw: Draw) -> Refused:
    """Why a step is not possible in the draw's state, and what comes first."""
    reasons = {
        DrawState.FROZEN: _("The roll is frozen. First the witnesses commit."),
        DrawState.WITNESSING: _("The witnesses are committing. First close the commitments."),
        DrawState.REVEALING: _("The witnesses are revealing. Then the public value is entered."),
        DrawState.READY: _("All entropy is in. Now two people confirm the draw."),
        DrawState.DRAWN: _("The draw was made. It is never repeated."),
        DrawState.PUBLISHED: _("The result is published. Nothing can be changed any more; the notary certifies it."),
        DrawState.CERTIFIED: _("The notary has certified the draw. It is closed."),
    }
    return Refused(reasons[DrawState(draw.state)], code="illegal_step")

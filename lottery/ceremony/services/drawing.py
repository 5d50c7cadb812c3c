"""The draw itself: two different people confirm, each with a one-time password; the second makes it.

Where the plan names a notary, one of the two is a notary named and the other an official.
"""

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from enrollment.seasons.services.steps import round_step_locked
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.errors import Refused
from lottery.ceremony.confirming import confirm
from lottery.ceremony.digests import ceremony_digest, entropy_of, rows_of
from lottery.ceremony.files import publish_file
from lottery.ceremony.models import Confirmation, Draw
from lottery.ceremony.people import plan_of
from lottery.ceremony.states import DrawEvent, DrawState, FinalStep
from lottery.ceremony.steps import draw_for, draw_step, out_of_order
from lottery.engine.admission.entries import COORDINATION
from lottery.engine.drawing.draw import DrawResult
from lottery.engine.drawing.methods import draw_method
from lottery.engine.drawing.tickets import draw_key
from lottery.engine.drawing.transcript import canonical_json, conduct
from lottery.engine.messages import LotteryError
from lottery.refusals import refused

FIRST = 5
MOST_HALL_TICKETS = 1_000_000  # about a second of hashing while the hall waits


def draw_confirm(*, official: Account, draw_id: int, token: str) -> Draw:
    """Confirm the draw; the second, different person's confirmation makes it. Raises NotAllowed, Refused."""
    with WithPassword(lambda: _draw_to_make(official, draw_id), person=official, token=token) as draw:
        if confirm(round_=draw.round, step=FinalStep.DRAW, subject=ceremony_digest(draw), official=official):
            _make(draw, official)
        return draw


def _draw_to_make(official: Account, draw_id: int) -> Draw:
    draw = draw_for(official, draw_id, Ability.ROUND_CONFIRM)
    if draw.state != DrawState.READY:
        raise out_of_order(draw)
    _check_one_of_each(draw, official)
    return draw


def _check_one_of_each(draw: Draw, official: Account) -> None:
    notaries = {one["name"] for one in plan_of(draw).witnesses if one["duty"] == "notary"}
    if not notaries:
        return
    before = Confirmation.objects.filter(round=draw.round, step=FinalStep.DRAW, subject=ceremony_digest(draw))
    names = set(before.exclude(official=official).values_list("official__username", flat=True))
    if names and official.username not in notaries and not names & notaries:
        text = _("An official has confirmed already. The other confirmation is the notary's: %(names)s.")
        raise Refused(text % {"names": ", ".join(sorted(notaries))}, code="notary_missing")
    if names and official.username in notaries and names & notaries:
        raise Refused(
            _("A notary has confirmed already. The other confirmation is an official's."), code="official_missing"
        )


def first_tickets(announced: Mapping[str, Any], seed: bytes, result: DrawResult) -> dict[str, Any]:
    """Who comes first in the round's order and, where that is quick to compute, at every school: for the hall.

    Everything follows from the announcement, the roll and the seed; group names are the public ones.
    """
    method = draw_method(announced["method"])
    named = {code: text for code, text in announced["school_domains"].items() if code != COORDINATION}
    quick = len(result.order) * len(named) <= MOST_HALL_TICKETS
    schools = {}
    for code, text in named.items() if quick else ():
        values = method.tickets(draw_key(seed, text), result.order)
        schools[code] = [
            [group, method.shown(value)] for value, group in nsmallest(FIRST, zip(values, result.order, strict=True))
        ]
    drawn = zip(result.order[:FIRST], result.tickets[:FIRST], strict=True)
    order = [[group, method.shown(value)] for group, value in drawn]
    return {"method": method.name, "order": order, "schools": schools}


def _make(draw: Draw, official: Account) -> None:
    try:
        transcript, result = conduct(draw.commitment, rows_of(draw), entropy_of(draw))
        first = first_tickets(draw.commitment, bytes.fromhex(transcript["seed"]), result)
    except LotteryError as error:
        raise refused(error) from None
    draw.seed, draw.order_digest, draw.drawn_at = transcript["seed"], transcript["order"]["sha256"], clock.now()
    draw.save(update_fields=["seed", "order_digest", "drawn_at"])
    publish_file(draw.round, "transcript.json", canonical_json(transcript))
    publish_file(draw.round, "first.json", canonical_json(first))
    draw_step(draw=draw, event=DrawEvent.DRAW, actor=official)
    round_step_locked(round_=draw.round, event=RoundEvent.DRAW, actor=official)

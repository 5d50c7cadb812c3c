"""The draw itself: two different people confirm, each with a one-time password; the second makes it.

Where the plan names a notary, one of the two is a notary named and the other an official.
"""

from collections.abc import Iterator, Mapping
from heapq import nsmallest
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import totp_confirm
from enrollment.services.transitions import round_step_locked
from foundation import clock
from foundation.errors import Refused
from lottery.engine.draw import DrawResult
from lottery.engine.entries import COORDINATION
from lottery.engine.messages import LotteryError
from lottery.engine.methods import draw_method
from lottery.engine.tickets import RollRow, draw_key
from lottery.engine.transcript import Entropy, Reveal, canonical_json, conduct, digests
from lottery.models import Confirmation, Draw, Nonce, RollEntry
from lottery.services.common import (
    announcement_digest,
    confirm,
    draw_for,
    draw_step,
    out_of_order,
    plan_of,
    publish_file,
    refused,
)

FIRST = 5
MOST_HALL_TICKETS = 1_000_000  # about a second of hashing while the hall waits


def rows_of(draw: Draw) -> Iterator[RollRow]:
    """The public rows in the roll's own order."""
    for row in RollEntry.objects.filter(draw=draw).order_by("position").values_list("row", flat=True):
        yield RollRow(**row)


def entropy_of(draw: Draw) -> Entropy:
    """What came in, in the order announced; a witness who stayed silent has no nonce."""
    nonces = {one.witness.username: one for one in Nonce.objects.filter(draw=draw).select_related("witness")}
    reveals = []
    for name in draw.commitment["entropy"]["witnesses"]:
        one = nonces.get(name)
        value = one.value.encode() if one and one.revealed_at else None
        reveals.append(Reveal(name, one.commitment if one else "", value))
    return Entropy(tuple(reveals), (), draw.public_value)


def ceremony_digest(draw: Draw) -> str:
    """What the two people confirm: announcement, reveals and public value."""
    entropy = entropy_of(draw)
    reveals = [[one.witness, one.commitment, one.nonce.hex() if one.nonce else None] for one in entropy.reveals]
    return str(digests([canonical_json([announcement_digest(draw), reveals, entropy.public_value])])["sha256"])


def draw_confirm(*, official: Account, draw_id: int, token: str) -> Draw:
    """Confirm the draw; the second, different person's confirmation makes it. Raises NotAllowed, Refused."""
    with transaction.atomic():
        _ready(official, draw_id)
    totp_confirm(account=official, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        draw = _ready(official, draw_id)
        if confirm(round_=draw.round, step="draw", subject=ceremony_digest(draw), official=official):
            _make(draw, official)
        return draw


def _ready(official: Account, draw_id: int) -> Draw:
    draw = draw_for(official, draw_id, "round.confirm")
    if draw.state != "ready":
        raise out_of_order(draw)
    _one_of_each(draw, official)
    return draw


def _one_of_each(draw: Draw, official: Account) -> None:
    notaries = {one["name"] for one in plan_of(draw).witnesses if one["duty"] == "notary"}
    if not notaries:
        return
    before = Confirmation.objects.filter(round=draw.round, step="draw", subject=ceremony_digest(draw))
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
    draw_step(draw=draw, event="draw", actor=official)
    round_step_locked(round_=draw.round, event="draw", actor=official)

"""The ceremony: witnesses commit, then reveal; then the public value named beforehand is entered."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.messages import LotteryError
from lottery.models import Draw, Nonce
from lottery.services.common import draw_for, draw_step, out_of_order, refused
from lottery.tickets import check_reveal, commit

COMMITMENT = re.compile(r"[0-9a-f]{64}")
MOST_VALUE = 200


def nonce_commitment(*, draw: Draw, witness: Account, value: str) -> str:
    """What a witness commits to: the core's `commit` over root, user name and the value's UTF-8. Raises Refused."""
    try:
        return commit(bytes.fromhex(draw.roll_root), witness.username, value.encode())
    except LotteryError as error:
        raise refused(error, "value") from None


def _named(draw: Draw, witness: Account) -> None:
    if witness.username not in draw.commitment["entropy"]["witnesses"]:
        raise NotAllowed(_("You were not named as a witness when the roll was frozen."))


@transaction.atomic
def nonce_commit(*, witness: Account, draw_id: int, commitment: str) -> Nonce:
    """Store a witness's commitment; the first one opens the ceremony. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, "round.witness")
    _named(draw, witness)
    if draw.state not in {"frozen", "witnessing"}:
        raise out_of_order(draw)
    digest = commitment.strip().lower()
    if not COMMITMENT.fullmatch(digest):
        text = _("A commitment is 64 hexadecimal digits: the SHA-256 that the program on this page computes.")
        raise Refused(text, code="commitment", field="commitment")
    if Nonce.objects.filter(draw=draw, witness=witness).exists():
        raise Refused(_("You have committed already. A commitment cannot be changed."), code="committed")
    if draw.state == "frozen":
        draw_step(draw=draw, event="open_entropy", actor=witness)
    nonce = Nonce.objects.create(draw=draw, witness=witness, commitment=digest, committed_at=clock.now())
    _record(witness, draw, "nonce.commit", digest)
    return nonce


@transaction.atomic
def entropy_close(*, official: Account, draw_id: int) -> Draw:
    """End the committing: whoever has not committed takes no part any more. Raises NotAllowed, Refused."""
    draw = draw_for(official, draw_id, "round.run")
    if draw.state == "frozen" and draw.commitment["entropy"]["witnesses"]:
        raise Refused(_("No witness has committed yet. At least one must."), code="no_witness")
    if draw.state == "frozen":
        draw_step(draw=draw, event="open_entropy", actor=official)
    draw_step(draw=draw, event="close_commits", actor=official)
    return draw


@transaction.atomic
def nonce_reveal(*, witness: Account, draw_id: int, value: str) -> Nonce:
    """Reveal what was committed to; anything else is refused. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, "round.witness")
    if draw.state != "revealing":
        raise out_of_order(draw)
    nonce = Nonce.objects.select_for_update().filter(draw=draw, witness=witness).first()
    if nonce is None:
        raise Refused(_("You did not commit in time, so there is nothing to reveal."), code="no_commitment")
    if nonce.revealed_at is not None:
        raise Refused(_("You have revealed already."), code="revealed")
    try:
        check_reveal(bytes.fromhex(draw.roll_root), witness.username, value.encode(), nonce.commitment)
    except LotteryError as error:
        raise refused(error, "value") from None
    nonce.value, nonce.revealed_at = value, clock.now()
    nonce.save(update_fields=["value", "revealed_at"])
    _record(witness, draw, "nonce.reveal", nonce.commitment)
    return nonce


@transaction.atomic
def public_value_enter(*, official: Account, draw_id: int, value: str) -> Draw:
    """Enter the value named in the announcement; reveals end here. Raises NotAllowed, Refused.

    A witness who has not revealed by now counts as silent: the announced fallback, named in the transcript. A mistyped
    value may be entered again until the draw is made; whoever confirmed the wrong one has to confirm again.
    """
    draw = draw_for(official, draw_id, "round.run")
    if draw.state not in {"revealing", "ready"}:
        raise out_of_order(draw)
    text = value.strip()
    if not 1 <= len(text) <= MOST_VALUE or not text.isprintable():
        raise Refused(_("Enter the public value as it was published, at most 200 characters."), field="value")
    Draw.objects.filter(pk=draw.pk).update(public_value=text)
    draw.public_value = text
    draw_step(draw=draw, event="enter_value" if draw.state == "revealing" else "correct_value", actor=official)
    return draw


def _record(actor: Account, draw: Draw, action: str, digest: str) -> None:
    record(
        actor=actor,
        action=action,
        object_type="draw",
        object_id=draw.pk,
        district=draw.round.season.district_id,
        details={"commitment": digest},
    )

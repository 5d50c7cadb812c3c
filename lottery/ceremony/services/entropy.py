"""The ceremony: witnesses commit, then reveal; then the public value named beforehand is entered."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.ceremony.models import Draw, Nonce
from lottery.ceremony.people import plan_of
from lottery.ceremony.states import DrawEvent, DrawState
from lottery.ceremony.steps import draw_for, draw_step, out_of_order
from lottery.engine.drawing.tickets import check_reveal, commit
from lottery.engine.messages import LotteryError
from lottery.refusals import one_line, refused

COMMITMENT = re.compile(r"[0-9a-f]{64}")
MOST_VALUE = 200


def nonce_commitment(*, draw: Draw, witness: Account, value: str) -> str:
    """What a witness commits to: the core's `commit` over root, user name and the value's UTF-8. Raises Refused."""
    try:
        return commit(bytes.fromhex(draw.roll_root), witness.username, value.encode())
    except LotteryError as error:
        raise refused(error, "value") from None


def _check_named(draw: Draw, witness: Account) -> None:
    if witness.username not in draw.commitment["entropy"]["witnesses"]:
        raise NotAllowed(_("You were not named as a witness when the roll was frozen."))


@transaction.atomic
def nonce_commit(*, witness: Account, draw_id: int, commitment: str) -> Nonce:
    """Store a witness's commitment; the first one opens the ceremony. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, Ability.ROUND_WITNESS)
    _check_named(draw, witness)
    if draw.state not in {DrawState.FROZEN, DrawState.WITNESSING}:
        raise out_of_order(draw)
    commit_by = plan_of(draw).commit_by
    if commit_by and clock.deadline_passed(commit_by):
        text = _("The time for commitments is over. You enter as silent, as the announcement says.")
        raise Refused(text, code="late", field="commitment")
    digest = commitment.strip().lower()
    if not COMMITMENT.fullmatch(digest):
        text = _("A commitment is 64 hexadecimal digits: the SHA-256 that the program on this page computes.")
        raise Refused(text, code="commitment", field="commitment")
    if Nonce.objects.filter(draw=draw, witness=witness).exists():
        raise Refused(_("You have committed already. A commitment cannot be changed."), code="committed")
    if draw.state == DrawState.FROZEN:
        draw_step(draw=draw, event=DrawEvent.OPEN_ENTROPY, actor=witness)
    nonce = Nonce.objects.create(draw=draw, witness=witness, commitment=digest, committed_at=clock.now())
    _record(witness, draw, "nonce.commit", digest)
    return nonce


@transaction.atomic
def entropy_close(*, official: Account, draw_id: int) -> Draw:
    """End the committing: whoever has not committed takes no part any more. Raises NotAllowed, Refused.

    Before the announced deadline only when everybody named has committed; after it even when nobody has, because the
    announced fallback then enters every witness as an empty part.
    """
    draw = draw_for(official, draw_id, Ability.ROUND_RUN)
    if draw.state in {DrawState.FROZEN, DrawState.WITNESSING}:
        _check_everybody_committed(draw)
    if draw.state == DrawState.FROZEN:
        draw_step(draw=draw, event=DrawEvent.OPEN_ENTROPY, actor=official)
    draw_step(draw=draw, event=DrawEvent.CLOSE_COMMITS, actor=official)
    return draw


def _check_everybody_committed(draw: Draw) -> None:
    plan, named = plan_of(draw), set(draw.commitment["entropy"]["witnesses"])
    missing = named - set(Nonce.objects.filter(draw=draw).values_list("witness__username", flat=True))
    if plan.commit_by is None:
        if named and missing == named:
            raise Refused(_("No witness has committed yet. At least one must."), code="no_witness")
    elif missing and not clock.deadline_passed(plan.commit_by):
        text = _("The announced time for commitments is not over, and these have not committed: %(names)s.")
        raise Refused(text % {"names": ", ".join(sorted(missing))}, code="early")


@transaction.atomic
def nonce_reveal(*, witness: Account, draw_id: int, value: str) -> Nonce:
    """Reveal what was committed to; anything else is refused. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, Ability.ROUND_WITNESS)
    if draw.state != DrawState.REVEALING:
        raise out_of_order(draw)
    nonce = Nonce.objects.select_for_update().filter(draw=draw, witness=witness).first()
    if nonce is None:
        raise Refused(_("You did not commit in time, so there is nothing to reveal."), code="no_commitment")
    if nonce.revealed_at is not None:
        raise Refused(_("You have revealed already."), code="revealed")
    reveal_by = plan_of(draw).reveal_by
    if reveal_by and clock.deadline_passed(reveal_by):
        text = _("The time for reveals is over. You enter as silent, as the announcement says.")
        raise Refused(text, code="late", field="value")
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
    draw = draw_for(official, draw_id, Ability.ROUND_RUN)
    if draw.state not in {DrawState.REVEALING, DrawState.READY}:
        raise out_of_order(draw)
    event = DrawEvent.ENTER_VALUE if draw.state == DrawState.REVEALING else DrawEvent.CORRECT_VALUE
    return _enter(draw, official, value, event)


@transaction.atomic
def public_value_fallback(*, official: Account, draw_id: int, value: str, reason: str) -> Draw:
    """Enter the value the announced fallback names, because the public value did not come; the reason is published.

    Refused before `value_by`, where the plan names one. Raises NotAllowed, Refused.
    """
    draw = draw_for(official, draw_id, Ability.ROUND_RUN)
    if draw.state != DrawState.REVEALING:
        raise out_of_order(draw)
    value_by = plan_of(draw).value_by
    if value_by and not clock.deadline_passed(value_by):
        text = _("The announced time for the public value is not over. The fallback is used only after it.")
        raise Refused(text, code="early")
    why = one_line(reason, "reason")
    return _enter(draw, official, value, DrawEvent.USE_FALLBACK, why)


def _enter(draw: Draw, official: Account, value: str, event: DrawEvent, note: str = "") -> Draw:
    text = value.strip()
    if not 1 <= len(text) <= MOST_VALUE or not text.isprintable():
        raise Refused(_("Enter the public value as it was published, at most 200 characters."), field="value")
    if draw.state == DrawState.REVEALING:
        _check_reveals_over(draw)
    Draw.objects.filter(pk=draw.pk).update(public_value=text)
    draw.public_value = text
    draw_step(draw=draw, event=event, actor=official, note=note or text)
    return draw


def _check_reveals_over(draw: Draw) -> None:
    reveal_by = plan_of(draw).reveal_by
    if reveal_by is None or clock.deadline_passed(reveal_by):
        return
    silent = Nonce.objects.filter(draw=draw, revealed_at__isnull=True).values_list("witness__username", flat=True)
    if silent:
        text = _("The announced time for reveals is not over, and these have not revealed: %(names)s.")
        raise Refused(text % {"names": ", ".join(sorted(silent))}, code="early")


def _record(actor: Account, draw: Draw, action: str, digest: str) -> None:
    record(
        actor=actor,
        action=action,
        object_type="draw",
        object_id=draw.pk,
        district=draw.round.season.district_id,
        details={"commitment": digest},
    )

"""The ceremony of a rehearsal, held in full: plan, freeze, commit, reveal, public value, signatures, certificate."""

import hashlib
from datetime import timedelta

from enrollment.seasons.models import Round
from foundation import clock
from lottery.ceremony.models import Draw
from lottery.ceremony.services import (
    ceremony_plan,
    draw_confirm,
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
)
from lottery.roll.services import roll_freeze_confirm
from lottery.witnesses.models import StepSign
from lottery.witnesses.services import ceremony_certify, step_sign
from lottery.witnesses.states import SIGNED
from rehearsal.answers import public_value
from rehearsal.staff import DUTIES, OFFICIALS, account, next_token

PLACE = "演练大厅（合成）"


def hold(round_: Round, seed: int) -> Draw:
    """From the plan to the draw; an official and the notary confirm with one-time passwords."""
    official = account("official")
    ceremony_plan(
        official=official,
        round_id=round_.pk,
        place=PLACE,
        starts_at=clock.now() + timedelta(minutes=1),
        witnesses=DUTIES,
    )
    for name in OFFICIALS:
        roll_freeze_confirm(official=account(name), round_id=round_.pk, token=next_token(name))
    draw = Draw.objects.get(round=round_)
    secrets = {name: hashlib.sha256(f"{seed}:{round_.stage}:{name}".encode()).hexdigest() for name in DUTIES}
    for name, value in secrets.items():
        witness = account(name)
        mark = nonce_commitment(draw=draw, witness=witness, value=value)
        nonce_commit(witness=witness, draw_id=draw.pk, commitment=mark)
    entropy_close(official=official, draw_id=draw.pk)
    for name, value in secrets.items():
        nonce_reveal(witness=account(name), draw_id=draw.pk, value=value)
    public_value_enter(official=official, draw_id=draw.pk, value=public_value(seed))
    for name in ("official", "notary"):
        draw = draw_confirm(official=account(name), draw_id=draw.pk, token=next_token(name))
    return draw


def certify(round_: Round) -> Draw:
    """Every witness signs every step of a published draw, and the notary certifies it."""
    draw = Draw.objects.get(round=round_)
    for name in DUTIES:
        for step in SIGNED:
            decision = StepSign.Decision.SIGN
            step_sign(witness=account(name), draw_id=draw.pk, step=step, decision=decision)
    return ceremony_certify(
        notary=account("notary"),
        draw_id=draw.pk,
        token=next_token("notary"),
        certificate_number=f"演练（{round_.season.year}）{round_.stage} 1号",
        note="",
    )

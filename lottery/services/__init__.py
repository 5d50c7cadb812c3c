"""The public door of the lottery: every write goes through one of these functions."""

from lottery.services.ceremony import (
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
    public_value_fallback,
)
from lottery.services.certify import ceremony_certify, sign_reply, step_sign
from lottery.services.drawing import draw_confirm
from lottery.services.planning import ceremony_plan
from lottery.services.publish import run_publish_confirm
from lottery.services.roll import roll_freeze
from lottery.services.runs import run_compute

__all__ = [
    "ceremony_certify",
    "ceremony_plan",
    "draw_confirm",
    "entropy_close",
    "nonce_commit",
    "nonce_commitment",
    "nonce_reveal",
    "public_value_enter",
    "public_value_fallback",
    "roll_freeze",
    "run_compute",
    "run_publish_confirm",
    "sign_reply",
    "step_sign",
]

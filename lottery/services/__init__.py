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
from lottery.services.class_plan import class_plan, class_plan_late, class_prepare, sibling_wish_set
from lottery.services.classes import class_commit, class_confirm, class_nonces_enter, class_value_enter
from lottery.services.drawing import draw_confirm
from lottery.services.planning import ceremony_plan
from lottery.services.publish import LARGE_ROLL, run_publish, run_publish_confirm, run_tell, runs_sweep
from lottery.services.roll import roll_freeze
from lottery.services.runs import run_compute, run_request, run_work
from lottery.services.scores import score_school_approve, score_school_propose, scores_import

__all__ = [
    "LARGE_ROLL",
    "ceremony_certify",
    "ceremony_plan",
    "class_commit",
    "class_confirm",
    "class_nonces_enter",
    "class_plan",
    "class_plan_late",
    "class_prepare",
    "class_value_enter",
    "draw_confirm",
    "entropy_close",
    "nonce_commit",
    "nonce_commitment",
    "nonce_reveal",
    "public_value_enter",
    "public_value_fallback",
    "roll_freeze",
    "run_compute",
    "run_publish",
    "run_publish_confirm",
    "run_request",
    "run_tell",
    "run_work",
    "runs_sweep",
    "score_school_approve",
    "score_school_propose",
    "scores_import",
    "sibling_wish_set",
    "sign_reply",
    "step_sign",
]

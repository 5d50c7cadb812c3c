"""The public door of the lottery: every write goes through one of these functions."""

from lottery.services.afterwards import (
    seat_events_collect,
    seat_offer_answer,
    seat_offers_lapse,
    supplementary_seats,
    waiting_lists_make,
)
from lottery.services.afterwards_fill import (
    afterwards_sweep,
    fill_carry_out,
    fill_confirm,
    fill_preview,
    fills_go_on,
)
from lottery.services.afterwards_marks import check_in_mark, correction_approve, correction_propose
from lottery.services.ceremony import (
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
    public_value_fallback,
)
from lottery.services.certify import ceremony_certify, sign_reply, step_sign
from lottery.services.class_plan import (
    class_plan,
    class_plan_late,
    class_prepare,
    class_prepare_begin,
    sibling_wish_set,
)
from lottery.services.classes import class_commit, class_confirm, class_nonces_enter, class_value_enter
from lottery.services.closing import roll_freeze_confirm, round_close_confirm
from lottery.services.drawing import draw_confirm
from lottery.services.planning import ceremony_plan
from lottery.services.publish import LARGE_ROLL, run_publish, run_publish_confirm, run_tell, runs_go_on
from lottery.services.roll import roll_freeze
from lottery.services.runs import run_compute, run_request, run_work
from lottery.services.scores import score_school_approve, score_school_propose, scores_import
from lottery.services.whatif import whatif_request, whatif_work, whatifs_go_on

__all__ = [
    "LARGE_ROLL",
    "afterwards_sweep",
    "ceremony_certify",
    "ceremony_plan",
    "check_in_mark",
    "class_commit",
    "class_confirm",
    "class_nonces_enter",
    "class_plan",
    "class_plan_late",
    "class_prepare",
    "class_prepare_begin",
    "class_value_enter",
    "correction_approve",
    "correction_propose",
    "draw_confirm",
    "entropy_close",
    "fill_carry_out",
    "fill_confirm",
    "fill_preview",
    "fills_go_on",
    "nonce_commit",
    "nonce_commitment",
    "nonce_reveal",
    "public_value_enter",
    "public_value_fallback",
    "roll_freeze",
    "roll_freeze_confirm",
    "round_close_confirm",
    "run_compute",
    "run_publish",
    "run_publish_confirm",
    "run_request",
    "run_tell",
    "run_work",
    "runs_go_on",
    "score_school_approve",
    "score_school_propose",
    "scores_import",
    "seat_events_collect",
    "seat_offer_answer",
    "seat_offers_lapse",
    "sibling_wish_set",
    "sign_reply",
    "step_sign",
    "supplementary_seats",
    "waiting_lists_make",
    "whatif_request",
    "whatif_work",
    "whatifs_go_on",
]

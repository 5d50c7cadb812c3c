"""The public door of the lottery: every write goes through one of these functions."""

from lottery.services.ceremony import entropy_close, nonce_commit, nonce_commitment, nonce_reveal, public_value_enter
from lottery.services.drawing import draw_confirm
from lottery.services.publish import run_publish_confirm
from lottery.services.roll import roll_freeze
from lottery.services.runs import run_compute

__all__ = [
    "draw_confirm",
    "entropy_close",
    "nonce_commit",
    "nonce_commitment",
    "nonce_reveal",
    "public_value_enter",
    "roll_freeze",
    "run_compute",
    "run_publish_confirm",
]

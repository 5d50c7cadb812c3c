"""The writes of a ceremony: planning it, the witnesses' secrets and the public value, the draw."""

from lottery.ceremony.services.drawing import draw_confirm
from lottery.ceremony.services.entropy import (
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
    public_value_fallback,
)
from lottery.ceremony.services.planning import ceremony_plan

__all__ = [
    "ceremony_plan",
    "draw_confirm",
    "entropy_close",
    "nonce_commit",
    "nonce_commitment",
    "nonce_reveal",
    "public_value_enter",
    "public_value_fallback",
]

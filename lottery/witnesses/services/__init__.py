"""The writes of witnesses: signing or objecting, answering, certifying."""

from lottery.witnesses.services.signing import ceremony_certify, sign_reply, step_sign

__all__ = [
    "ceremony_certify",
    "sign_reply",
    "step_sign",
]

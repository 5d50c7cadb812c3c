"""The digest that stands for each step of a ceremony: whoever signs, signs this."""

import hashlib

from lottery.admission.models import AdmissionRun
from lottery.ceremony.digests import announcement_digest, ceremony_digest
from lottery.ceremony.models import Draw, Nonce


def sign_subject(draw: Draw, step: str) -> str:
    """The digest that stands for a step: whoever signs, signs this. `step` has happened."""
    if step == "frozen":
        return announcement_digest(draw)
    if step == "commits":
        nonces = Nonce.objects.filter(draw=draw).order_by("witness__username")
        lines = "".join(f"{name} {mark}\n" for name, mark in nonces.values_list("witness__username", "commitment"))
        return hashlib.sha256(f"{announcement_digest(draw)}\n{lines}".encode()).hexdigest()
    if step == "reveals":
        return ceremony_digest(draw)
    if step == "drawn":
        return draw.order_digest
    runs = AdmissionRun.objects.filter(round_id=draw.round_id, state=AdmissionRun.State.PUBLISHED)
    return str(runs.values_list("digest", flat=True).get())

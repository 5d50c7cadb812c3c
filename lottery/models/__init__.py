"""What the lottery keeps: draws, admission runs, classes. Every result is immutable once published."""

from lottery.models.draw import Confirmation, Draw, Nonce, PublicFile, RollEntry
from lottery.models.run import AdmissionRun, Placement

__all__ = ["AdmissionRun", "Confirmation", "Draw", "Nonce", "Placement", "PublicFile", "RollEntry"]

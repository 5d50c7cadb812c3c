"""What the lottery keeps: draws, admission runs, classes. Every result is immutable once published."""

from lottery.models.classes import (
    ClassConfirmation,
    ClassEntry,
    ClassFile,
    ClassRun,
    ClassSeat,
    ClassTeacher,
    SiblingWish,
)
from lottery.models.draw import (
    CeremonyPlan,
    Certification,
    Confirmation,
    Draw,
    DrawStep,
    Nonce,
    PublicFile,
    RollEntry,
    SignReply,
    StepSign,
)
from lottery.models.run import AdmissionRun, Placement

__all__ = [
    "AdmissionRun",
    "CeremonyPlan",
    "Certification",
    "ClassConfirmation",
    "ClassEntry",
    "ClassFile",
    "ClassRun",
    "ClassSeat",
    "ClassTeacher",
    "Confirmation",
    "Draw",
    "DrawStep",
    "Nonce",
    "Placement",
    "PublicFile",
    "RollEntry",
    "SiblingWish",
    "SignReply",
    "StepSign",
]

"""What the lottery keeps: draws, admission runs, classes. Every result is immutable once published."""

from lottery.models.afterwards import (
    CheckIn,
    Correction,
    CorrectionApproval,
    FillRun,
    SeatEvent,
    SeatOffer,
    WaitingEntry,
    WaitingLists,
)
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
    PublicPart,
    RollEntry,
    SignReply,
    StepSign,
)
from lottery.models.run import AdmissionRun, Placement
from lottery.models.scores import ScoreFile, ScoreSchool
from lottery.models.whatif import WhatIf

__all__ = [
    "AdmissionRun",
    "CeremonyPlan",
    "Certification",
    "CheckIn",
    "ClassConfirmation",
    "ClassEntry",
    "ClassFile",
    "ClassRun",
    "ClassSeat",
    "ClassTeacher",
    "Confirmation",
    "Correction",
    "CorrectionApproval",
    "Draw",
    "DrawStep",
    "FillRun",
    "Nonce",
    "Placement",
    "PublicFile",
    "PublicPart",
    "RollEntry",
    "ScoreFile",
    "ScoreSchool",
    "SeatEvent",
    "SeatOffer",
    "SiblingWish",
    "SignReply",
    "StepSign",
    "WaitingEntry",
    "WaitingLists",
    "WhatIf",
]

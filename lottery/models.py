"""What the lottery keeps: draws, admission runs, classes. Every result is immutable once published."""

from lottery.admission.models import AdmissionRun, Placement
from lottery.afterwards.models import (
    CheckIn,
    Correction,
    CorrectionApproval,
    FillRun,
    SeatEvent,
    SeatOffer,
    WaitingEntry,
    WaitingLists,
)
from lottery.ceremony.models import CeremonyPlan, Confirmation, Draw, DrawStep, Nonce, PublicFile, PublicPart, RollEntry
from lottery.classes.models import (
    ClassConfirmation,
    ClassEntry,
    ClassFile,
    ClassRun,
    ClassSeat,
    ClassTeacher,
    SiblingWish,
)
from lottery.scores.models import ScoreFile, ScoreSchool
from lottery.whatif.models import WhatIf
from lottery.witnesses.models import Certification, SignReply, StepSign

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

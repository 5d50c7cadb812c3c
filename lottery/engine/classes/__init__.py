"""Balanced classes (阳光分班): pupils dealt, late arrivals joined, teachers drawn; anyone can replay it (pure)."""

from lottery.engine.classes.deal import DEFAULT_SWAPS, assign_classes
from lottery.engine.classes.late import Late, late_arrivals
from lottery.engine.classes.model import Classes, ClassPupil, SizeWarning, Wish, size_warnings
from lottery.engine.classes.teachers import Teacher, draw_teachers

__all__ = [
    "DEFAULT_SWAPS",
    "ClassPupil",
    "Classes",
    "Late",
    "SizeWarning",
    "Teacher",
    "Wish",
    "assign_classes",
    "draw_teachers",
    "late_arrivals",
    "size_warnings",
]

"""Identifiers: ID numbers, names, phones, addresses and property numbers - normalised, validated, masked.

A pure room without Django. ``normalise`` is the one normaliser used before validation, uniqueness and comparison;
``check`` explains a refusal and says what to do; ``mask`` is what a screen may show. ``python -m identifiers kinds``
lists the kinds.
"""

from identifiers.address import Address, parse, same_place
from identifiers.diagnosis import LIKELY_AGES, Repair, diagnose, repairs
from identifiers.kinds import KINDS, check, mask, normalise
from identifiers.messages import MESSAGES
from identifiers.result import Checked, Notice, Role

__all__ = [
    "KINDS",
    "LIKELY_AGES",
    "MESSAGES",
    "Address",
    "Checked",
    "Notice",
    "Repair",
    "Role",
    "check",
    "diagnose",
    "mask",
    "normalise",
    "parse",
    "repairs",
    "same_place",
]

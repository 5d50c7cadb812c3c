"""Identifiers: ID numbers, names, phones, addresses and property numbers - normalised, validated, masked.

A pure room without Django. ``normalise`` is the one normaliser used before validation, uniqueness and comparison;
``check`` explains a refusal and says what to do; ``mask`` is what a screen may show. ``python -m identifiers kinds``
lists the kinds.
"""

from identifiers.address import Address, parse, same_place
from identifiers.dates import ReadDate, latest, read_date
from identifiers.described import OF_DESCRIPTION, PLACEHOLDER, Sketch
from identifiers.diagnosis import LIKELY_AGES, Repair, diagnose, repairs
from identifiers.holdings import numbers_in
from identifiers.kinds import KINDS, check, mask, normalise
from identifiers.messages import MESSAGES
from identifiers.names import compare as compare_names
from identifiers.names import is_unreadable, stands_for
from identifiers.names import settle as settle_name
from identifiers.result import Checked, Notice, Role
from identifiers.text import is_none

__all__ = [
    "KINDS",
    "LIKELY_AGES",
    "MESSAGES",
    "OF_DESCRIPTION",
    "PLACEHOLDER",
    "Address",
    "Checked",
    "Notice",
    "ReadDate",
    "Repair",
    "Role",
    "Sketch",
    "check",
    "compare_names",
    "diagnose",
    "is_none",
    "is_unreadable",
    "latest",
    "mask",
    "normalise",
    "numbers_in",
    "parse",
    "read_date",
    "repairs",
    "same_place",
    "settle_name",
    "stands_for",
]

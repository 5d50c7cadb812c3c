"""Pure zone matching: which zone, and so which schools, a home belongs to - and why.

No Django in here. ``match`` answers for one address; build a ``ZoneIndex`` once to answer for a whole city.
"""

from schools.matching.engine import match
from schools.matching.geometry import distance_m, within
from schools.matching.index import ZoneIndex
from schools.matching.messages import MESSAGES
from schools.matching.model import AddressRule, Point, Step, Zone, ZoneMatch, in_force
from schools.matching.points import AddressBook, keys_of
from schools.matching.tables import RowError, RuleReader, read_row, read_rules

__all__ = [
    "MESSAGES",
    "AddressBook",
    "AddressRule",
    "Point",
    "RowError",
    "RuleReader",
    "Step",
    "Zone",
    "ZoneIndex",
    "ZoneMatch",
    "distance_m",
    "in_force",
    "keys_of",
    "match",
    "read_row",
    "read_rules",
    "within",
]

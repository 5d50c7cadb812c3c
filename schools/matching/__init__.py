"""Pure zone matching: which zone, and so which schools, a home belongs to - and why.

No Django in here. ``match`` answers for one address; build a ``ZoneIndex`` once to answer for a whole city.
"""

from schools.matching.engine import match
from schools.matching.geometry import distance_m, within
from schools.matching.index import ZoneIndex
from schools.matching.messages import MESSAGES
from schools.matching.model import AddressRule, Point, Step, Zone, ZoneMatch, in_force
from schools.matching.tables import RowError, read_rules

__all__ = [
    "MESSAGES",
    "AddressRule",
    "Point",
    "RowError",
    "Step",
    "Zone",
    "ZoneIndex",
    "ZoneMatch",
    "distance_m",
    "in_force",
    "match",
    "read_rules",
    "within",
]

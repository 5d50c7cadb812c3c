"""Zones prepared for matching many addresses: rules by the name they speak of, areas in a spatial tree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from identifiers.address import Address, normalise, parse
from identifiers.divisions import agree
from schools.matching.divisions import place_names
from schools.matching.geometry import checked_point
from schools.matching.model import AddressRule, Point, RuleKind, Zone, ZoneMatch
from schools.matching.points import AddressBook

if TYPE_CHECKING:
    from schools.matching.areas import ZoneMap

# from the widest to the most specific rule; a restriction to some numbers makes a rule one step narrower
_RANKS: dict[RuleKind, int] = {"village": 10, "road": 20, "estate": 30}
_PARITY_ONLY, _RANGE = 4, 5
_LONGEST_PLACE = 12
KEPT = 65_536  # answers kept by an index

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as the index holds it: the position of its zone, its own division and how specific it is."""

    zone: int
    rule: AddressRule
    division: str
    rank: int


def rank(rule: AddressRule) -> int:
    """How specific a rule is: villages, then roads, then estates; within each all numbers, one parity, a range."""
    if rule.whole:
        return _RANKS[rule.kind]
    has_range = rule.low is not None or rule.high is not None
    return _RANKS[rule.kind] + (_RANGE if has_range else _PARITY_ONLY)


def place_of(kind: RuleKind, name: str) -> tuple[str, str]:
    """(division, name) a rule speaks of, read like an address so that both sides have one spelling."""
    address = parse(name)
    # 安置房 alone names nothing, so an estate keeps the community written before it
    estate = address.village + address.estate if address.estate else ""
    found = {"road": address.road, "estate": estate, "village": address.village}[kind]
    return (address.division, found) if found else ("", normalise(name))


def _without_places(name: str) -> Iterator[str]:
    """What is left of a name after the names of divisions written before it without their words (慈溪浒山新城路)."""
    known = place_names()
    for end in range(2, min(len(name) - 1, _LONGEST_PLACE)):
        if name[:end] in known:
            yield name[end:]
            yield from _without_places(name[end:])


def _map(zones: Sequence[Zone]) -> "ZoneMap | None":
    """The areas of the zones, where any has one: the library behind it costs a sixth of a second at a start."""
    if all(zone.polygon is None for zone in zones):
        return None
    from schools.matching.areas import ZoneMap

    return ZoneMap(zones)


def place_key(address: Address) -> Place:
    """What of an address decides its zone: all but its unit and room, which no rule and no map can tell apart."""
    return address.division, address.village, address.road, address.number, address.estate, address.building


class ZoneIndex:
    """Built once for a set of zones; ``ValueError`` names the zone whose area is not valid."""

    def __init__(self, zones: Sequence[Zone], book: AddressBook | None = None) -> None:
        self.zones = tuple(zones)
        self._book = book or AddressBook()
        self._map = _map(self.zones)
        self.drawn: Sequence[int] = () if self._map is None else self._map.positions  # zones with an area
        names: dict[str, list[Entry]] = defaultdict(list)
        for position, zone in enumerate(self.zones):
            for rule in zone.rules:
                division, name = place_of(rule.kind, rule.name)
                names[name].append(Entry(position, rule, division, rank(rule)))
        self._names = dict(names)
        self.answers: dict[Place, ZoneMatch] = {}  # of the places that were asked for

    def keep(self, place: Place, answer: ZoneMatch) -> None:
        """Keep the answer for a place: the next flat of the building has the same."""
        if len(self.answers) >= KEPT:
            self.answers.clear()
        self.answers[place] = answer

    def covering(self, point: Sequence[float]) -> tuple[int, ...]:
        """Positions of the zones whose area covers the point. Raises ValueError for no point on the earth."""
        checked_point(point)
        return () if self._map is None else self._map.covering(point)

    @classmethod
    def build(cls, zones: Sequence[Zone], book: AddressBook | None = None) -> "ZoneIndex":
        """Prepare zones of one year and stage; ``book`` knows where their addresses lie on the map."""
        return cls(zones, book)

    def point(self, address: Address) -> Point | None:
        """Where the address lies by the address book; None where no zone has an area that it could lie in."""
        return self.place(address) if self.drawn else None

    def place(self, address: Address) -> Point | None:
        """Where the address lies by the address book, whatever is drawn around it."""
        return self._book.point(address)

    def entries(self, address: Address) -> Iterator[Entry]:
        """The rules that speak of the road, estate or village of an address, in the order of the zones' tables."""
        whole = address.village + address.estate
        for name in dict.fromkeys((address.road, whole, address.estate, address.village)):
            if name:
                for entry in self._named(name):
                    if not entry.division or agree(entry.division, address.division):
                        yield entry

    def _named(self, name: str) -> Sequence[Entry]:
        exact = self._names.get(name)
        if exact is not None:
            return exact
        for shorter in (*_without_places(name), *_without_part(name)):
            found = self._names.get(shorter)
            if found is not None:
                return found
        return ()


def _without_part(name: str) -> Iterator[str]:
    """An estate's name without its phase or part (阳光花园2期, 阳光花园南区): tables usually name the estate once."""
    if name[-1:] == "期":
        yield name[:-1].rstrip("0123456789")
    elif name[-1:] in {"区", "苑"} and name[-2:-1] in set("东西南北中"):
        yield name[:-2]

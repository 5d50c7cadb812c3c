"""Where a house stands, from the numbers along the roads."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from identifiers.address import parse
from schools.maps.model import Road
from schools.maps.plane import Metres, Plane, along, length
from schools.matching.model import Point

BESIDE_M = 15.0  # a house from the middle of its road: odd numbers on the left of whoever walks up the numbers


@dataclass(frozen=True, slots=True)
class _Piece:
    line: tuple[Metres, ...]
    first: int
    last: int
    parity: str

    def holds(self, number: int) -> bool:
        if not min(self.first, self.last) <= number <= max(self.first, self.last):
            return False
        return self.parity == "all" or (number % 2 == 1) == (self.parity == "odd")


def road_key(name: str) -> str:
    """A road's name as an address is read: both sides have one spelling."""
    return parse(name).road or name


class Houses:
    """Built once from the roads of a map."""

    def __init__(self, roads: Iterable[Road], plane: Plane) -> None:
        self._plane = plane
        self._pieces: dict[str, list[_Piece]] = defaultdict(list)
        for road in roads:
            if road.name and road.first is not None and road.last is not None:
                line = tuple(map(plane.metres, road.line))
                self._pieces[road_key(road.name)].append(_Piece(line, road.first, road.last, road.parity))

    def point(self, road: str, number: int) -> Point | None:
        """The house of a number on a road, None where no piece of the road has it."""
        for piece in self._pieces.get(road, ()):
            if piece.holds(number):
                return self._plane.degrees(_house(piece, number))
        return None


def _house(piece: _Piece, number: int) -> Metres:
    span = piece.last - piece.first
    share = (number - piece.first) / span if span else 0.5
    (x, y), (east, north) = along(piece.line, share * length(piece.line))
    side = BESIDE_M if (number % 2 == 1) == (span >= 0) else -BESIDE_M
    return x - north * side, y + east * side

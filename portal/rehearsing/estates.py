"""Where the families of a rehearsal live: homes that the season's own zones can place (pure).

A season as it stands names no homes. They are made from what tells zones apart: the roads, estates and villages of the
rules, the address book, the roads of the map. Of each place all buildings are looked up; one is kept only where every
stage that is played puts all of them into one and the same zone. So what a family's true zone is does not depend on
what the rehearsal is to find out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Final

from identifiers.address import parse
from schools.maps.model import Road
from schools.matching import AddressRule, Zone, ZoneMatch

BUILDINGS: Final = range(1, 29)  # what synthetic homes have (synthetic.addresses)
EACH: Final = 16  # places of one zone
MOST: Final = 400  # places of a season
TRIED: Final = 40  # places of one zone that are looked up before it counts as having none
TREES: Final = "松竹梅兰菊荷桂枫柳桃杏槐樟榕杉柏"
ROAD: Final = "演练路"  # where only an estate is named
LONGEST_ROAD: Final = 400  # how far a road is tried that names no last number
HEADS: Final = (
    *("name", "road", "number", "town", "zone", "school", "junior_zone", "junior_school"),
    *("kindergarten_zone", "kindergarten_school"),
)
Match = Callable[[str], ZoneMatch]


@dataclass(frozen=True, slots=True)
class Spot:
    """A house with its estate, as an address writes them."""

    road: str
    number: int
    estate: str

    def address(self, place: str, building: int) -> str:
        return f"{place}{self.road}{self.number}号{self.estate}{building}幢1单元101室"


@dataclass(frozen=True, slots=True)
class Ground:
    """The zones of one stage, and who answers which of them an address lies in."""

    zones: Sequence[Zone]
    match: Match


def estates(
    grounds: Mapping[str, Ground],
    *,
    place: str,
    town: str,
    book: Iterable[str] = (),
    roads: Iterable[Road] = (),
    most: int = MOST,
) -> list[dict[str, str]]:
    """The rows of ``estates.csv``; [] where nobody could live anywhere. ``grounds`` are the stages that are played."""
    first = next(iter(grounds.values()), None)
    if first is None:
        return []
    further = list(chain(_of_book(book), _of_roads(roads)))
    named = _named()
    by_zone: dict[str, list[dict[str, str]]] = defaultdict(list)
    ways = [_spots(zone.rules, named) for ground in grounds.values() for zone in ground.zones]
    seen: set[Spot] = set()
    for spot in chain(_in_turn(islice(way, TRIED) for way in ways), (_whole(one, named) for one in further)):
        if sum(map(len, by_zone.values())) >= most:
            break
        if spot in seen:
            continue
        seen.add(spot)
        found = {stage: _zone(spot, ground, place) for stage, ground in grounds.items()}
        if any(zone is None or not zone.schools for zone in found.values()):
            continue
        row = _row(spot, {stage: zone for stage, zone in found.items() if zone}, town)
        key = f"{row['zone']} {row['junior_zone']}"
        if len(by_zone[key]) < EACH:
            by_zone[key].append(row)
    return [row for rows in by_zone.values() for row in rows]


def _row(spot: Spot, zones: Mapping[str, Zone], town: str) -> dict[str, str]:
    first = next(iter(zones.values()))
    lies = [zones.get(stage, first) for stage in ("primary", "junior", "kindergarten")]
    values = (spot.estate, spot.road, str(spot.number), town)
    return dict(zip(HEADS, (*values, *(word for zone in lies for word in (zone.name, zone.schools[0]))), strict=True))


def _zone(spot: Spot, ground: Ground, place: str) -> Zone | None:
    """The one zone in which all buildings of the place lie; None where there is none, or several."""
    found: set[str] = set()
    for building in BUILDINGS:
        answer = ground.match(spot.address(place, building))
        if answer.outcome != "matched":
            return None
        found |= {*answer.zones}
        if len(found) > 1:
            return None
    return next(zone for zone in ground.zones if zone.id in found)


def _named() -> Iterator[str]:
    """Names of estates that no district has, one after the other."""
    at = 0
    while True:
        first, second = divmod(at, len(TREES))
        yield f"{TREES[first % len(TREES)]}{TREES[second]}演练苑" + (str(at) if first >= len(TREES) else "")
        at += 1


def _spots(rules: Sequence[AddressRule], named: Iterator[str]) -> Iterator[Spot]:
    """Places that the rules of a zone speak of, of each rule in turn."""
    return _in_turn(_of_rule(rule, named) for rule in rules if rule.effect == "include")


def _of_rule(rule: AddressRule, named: Iterator[str]) -> Iterator[Spot]:
    if rule.kind == "road":
        low = rule.low or 1
        for number in range(low, (rule.high or low + LONGEST_ROAD) + 1):
            if rule.covers(number):
                yield Spot(rule.name, number, next(named))
    elif rule.kind == "estate":
        yield Spot(ROAD, 8, rule.name)
    else:
        yield Spot(f"{rule.name}{ROAD}", 8, next(named))


def _of_book(lines: Iterable[str]) -> Iterator[Spot]:
    """Of the address book: a house on a road gets an estate, an estate gets a road."""
    for line in lines:
        read = parse(line)
        number = read.number.partition("-")[0]
        if read.road and number.isdecimal():
            yield Spot(read.road, int(number), "")
        elif read.village + read.estate:
            yield Spot(ROAD, 8, read.village + read.estate)


def _of_roads(roads: Iterable[Road]) -> Iterator[Spot]:
    """Of the map: the middle house of every piece of a road that has numbers."""
    for road in roads:
        if road.name and road.first is not None and road.last is not None:
            low, high = sorted((road.first, road.last))
            middle = (low + high) // 2
            odd = road.parity == "odd"
            yield Spot(road.name, middle + (road.parity != "all" and middle % 2 != odd), "")


def _whole(spot: Spot, named: Iterator[str]) -> Spot:
    return spot if spot.estate else Spot(spot.road, spot.number, next(named))


def _in_turn(ways: Iterable[Iterator[Spot]]) -> Iterator[Spot]:
    """One of each, then the next of each, until all are at their end."""
    return (spot for turn in zip_longest(*ways) for spot in turn if spot is not None)

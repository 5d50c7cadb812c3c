"""Address to zone, with every step explained; what is not certain goes to a person, never to a guess."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from identifiers.address import Address, parse
from schools.matching.index import Entry, ZoneIndex, place_key
from schools.matching.model import Outcome, Step, Zone, ZoneMatch, step

_NUMBER = re.compile(r"[0-9]+")


@dataclass(slots=True)
class _Tally:
    """What the rules say of each zone (by position): its best sure rank, its best possible rank, whether it is out."""

    sure: dict[int, int] = field(default_factory=dict)
    maybe: dict[int, int] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)


def _number(entry: Entry, address: Address) -> int | None:
    """The number a rule counts: houses on a road, buildings of an estate, groups of a village."""
    if entry.rule.kind == "road":
        text = address.number or ("" if address.road else address.building)
    elif entry.rule.kind == "estate":
        text = address.building or address.number
    else:
        text = address.building if address.building.endswith(("组", "队")) else address.number
    found = _NUMBER.search(text)
    return int(found[0]) if found else None


def _span(entry: Entry) -> str:
    low, high = entry.rule.low, entry.rule.high
    low = 1 if low is None else low
    return f"≥{low}" if high is None else f"{low}-{high}"


def _rule_step(entry: Entry, zone: Zone, number: int | None) -> Step:
    rule = entry.rule
    if rule.whole:
        return step(f"{rule.effect}_whole", name=rule.name, zone=zone.name)
    scope = "range" if rule.parity == "all" else rule.parity
    return step(f"{rule.effect}_{scope}", name=rule.name, zone=zone.name, span=_span(entry), number=str(number))


def _apply(entry: Entry, zone: Zone, address: Address, tally: _Tally) -> None:
    """Count one rule that names a place of the address."""
    number = _number(entry, address)
    if number is None and not entry.rule.whole:
        tally.steps.append(step("number_missing", zone=zone.name, name=entry.rule.name))
        if entry.rule.effect == "exclude":
            tally.doubtful.add(entry.zone)
        else:
            tally.maybe[entry.zone] = max(entry.rank, tally.maybe.get(entry.zone, 0))
        return
    if number is not None and not entry.rule.covers(number):
        return
    tally.steps.append(_rule_step(entry, zone, number))
    if entry.rule.effect == "exclude":
        tally.excluded.add(entry.zone)
    else:
        tally.sure[entry.zone] = max(entry.rank, tally.sure.get(entry.zone, 0))


def _tally(address: Address, index: ZoneIndex) -> _Tally:
    tally = _Tally()
    for entry in index.entries(address):
        _apply(entry, index.zones[entry.zone], address, tally)
    for zone in tally.excluded:
        tally.sure.pop(zone, None)
        tally.maybe.pop(zone, None)
    for zone in tally.doubtful & tally.sure.keys():
        tally.maybe[zone] = tally.sure.pop(zone)
    return tally


def _names(zones: Sequence[Zone], positions: Sequence[int]) -> str:
    return "、".join(zones[position].name for position in positions)


def _by_rules(tally: _Tally, zones: Sequence[Zone]) -> tuple[Outcome, tuple[int, ...]]:
    """The zones the address rules leave: only the most specific sure ones, and possible ones at least as specific."""
    if not tally.sure and not tally.maybe:
        return "unknown", ()
    best = max(tally.sure.values(), default=0)
    sure = [zone for zone, found in tally.sure.items() if found == best]
    maybe = [zone for zone, found in tally.maybe.items() if found >= best]
    left = sorted({*sure, *maybe})
    beaten = sorted(({*tally.sure} | {*tally.maybe}) - {*left})
    if beaten:
        tally.steps.append(step("more_specific", zone=_names(zones, left), others=_names(zones, beaten)))
    certain = len(left) == 1 and left[0] in sure and left[0] not in maybe
    return ("matched" if certain else "ambiguous"), tuple(left)


def _by_map(point: Sequence[float], index: ZoneIndex, tally: _Tally) -> tuple[int, ...]:
    """The zones whose area covers the point, without those whose rules exclude the address."""
    covering = index.covering(point)
    for zone in covering:
        if zone in tally.excluded:
            tally.steps.append(step("map_excluded", zone=index.zones[zone].name))
    left = tuple(zone for zone in covering if zone not in tally.excluded)
    if len(left) == 1:
        tally.steps.append(step("map_inside", zone=index.zones[left[0]].name))
    elif left:
        tally.steps.append(step("map_border", zones=_names(index.zones, left)))
    elif not covering and index.drawn:
        tally.steps.append(step("map_nowhere"))
    return left


def _reconcile(
    outcome: Outcome, ruled: tuple[int, ...], mapped: tuple[int, ...], index: ZoneIndex, steps: list[Step]
) -> tuple[Outcome, tuple[int, ...]]:
    """Bring the address and the map together; where they disagree both are named and a person decides."""
    zones = index.zones
    if not ruled:
        return ("matched" if len(mapped) == 1 else "ambiguous" if mapped else "unknown"), mapped
    common = tuple(zone for zone in ruled if zone in mapped)
    if mapped and not common:
        steps.append(step("map_disagrees", zone=_names(zones, ruled), others=_names(zones, mapped)))
        return "ambiguous", tuple(sorted({*ruled, *mapped}))
    if not mapped:
        drawn = set(index.drawn)
        outside = [zone for zone in ruled if zone in drawn]
        if outcome == "matched" and outside:
            steps.append(step("map_outside", zone=_names(zones, outside)))
            return "ambiguous", ruled
        return outcome, ruled
    if outcome == "matched":
        steps.append(step("map_agrees"))
        return outcome, ruled
    if len(common) == 1:
        steps.append(step("map_decides"))
        return "matched", common
    return outcome, ruled


def _conclusion(outcome: Outcome, names: str, count: int) -> Step:
    if outcome == "matched":
        return step("matched", zone=names)
    if outcome == "unknown":
        return step("no_rule")
    return step("several_zones", zones=names) if count > 1 else step("not_sure", zones=names)


def match(
    address: str | Address,
    zones: Sequence[Zone],
    *,
    point: Sequence[float] | None = None,
    index: ZoneIndex | None = None,
) -> ZoneMatch:
    """Find the zone of an address among ``zones`` (of one year and stage, see ``in_force``).

    An exclude rule beats every include rule of its zone. Of two zones the one with the more specific rule wins: a
    range of house numbers beats a whole road, an estate beats a road; equal ones stay ambiguous. ``point`` is
    (longitude, latitude) of the home, by default what the address book of the index says; where map and address
    disagree, or a zone's number range meets an address without a number, the answer is ambiguous and names the zones.
    ``index`` saves preparing the zones again; it must have been built from the same ones. ``ValueError`` for a point
    outside the earth or a zone with an invalid area.
    """
    prepared = index if index is not None else ZoneIndex.build(zones)
    parts = address if isinstance(address, Address) else parse(address)
    if point is not None:
        return _match(parts, prepared, point)
    place = place_key(parts)
    known = prepared.answers.get(place)
    if known is None:
        known = _match(parts, prepared, None)
        prepared.keep(place, known)
    return known


def _match(parts: Address, prepared: ZoneIndex, point: Sequence[float] | None) -> ZoneMatch:
    tally = _tally(parts, prepared)
    tally.steps.insert(0, step("read", address=_read_back(parts)))
    outcome, found = _by_rules(tally, prepared.zones)
    if point is None and (point := prepared.point(parts)) is not None:
        tally.steps.append(step("map_book"))
    if point is not None:
        mapped = _by_map(point, prepared, tally)
        outcome, found = _reconcile(outcome, found, mapped, prepared, tally.steps)
    tally.steps.append(_conclusion(outcome, _names(prepared.zones, found), len(found)))
    chosen = [prepared.zones[position] for position in found]
    schools = tuple(dict.fromkeys(school for zone in chosen for school in zone.schools))
    return ZoneMatch(outcome, tuple(zone.id for zone in chosen), schools, tuple(tally.steps))


def _read_back(address: Address) -> str:
    """The parts an address was understood as, without its room: the explanation may be shown to staff and on public
    pages.
    """
    parts = (address.division, address.village, address.road, address.number, address.estate, address.building)
    return " ".join(part for part in parts if part) or "?"

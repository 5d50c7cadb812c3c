"""What a zone's description says of a place, in words: why an address belongs to it, and what to type next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from enrollment.seasons.models import Season
from identifiers.address import parse
from schools.matching import AddressRule, Zone, ZoneMatch
from schools.matching.index import place_of
from schools.naming import named, several
from schools.selectors import schools_by_code, zone_index

FEWEST_TYPED, MOST_SUGGESTED = 2, 7


class _Rule(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def parity(self) -> str: ...
    @property
    def low(self) -> int | None: ...
    @property
    def high(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Which numbers of a road belong to which schools."""

    numbers: str
    schools: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place that the zones name: what to type, what kind of place it is, and where it belongs."""

    name: str
    kind: str
    zones: str


def rule_words(rule: _Rule) -> str:
    """One line of a zone's description: a place, with the numbers that count."""
    if rule.low is None and rule.high is None and rule.parity == "all":
        return named(rule.name)
    if rule.low is None and rule.high is None:
        span = ""
    elif rule.high is None:
        span = _("from %(low)d") % {"low": rule.low}
    else:
        span = f"{rule.low or 1}–{rule.high}"
    parity = {"odd": _("odd numbers"), "even": _("even numbers")}.get(rule.parity, _("numbers"))
    return _("%(name)s, %(parity)s %(span)s") % {"name": named(rule.name), "parity": parity, "span": span}


def why(matched: ZoneMatch) -> str:
    """What put the address into its zone, in a few words; "" where it is in none for certain."""
    if matched.outcome != "matched":
        return ""
    told = {
        "include_odd": _("%(name)s %(span)s, odd numbers"),
        "include_even": _("%(name)s %(span)s, even numbers"),
        "include_range": _("%(name)s, numbers %(span)s"),
        "include_whole": "%(name)s",
    }
    by_rule = [
        told[step.code] % {"name": named(str(step.params["name"])), "span": step.params.get("span", "")}
        for step in matched.steps
        if step.code in told and step.params["zone"] in matched.zones
    ]
    return by_rule[-1] if by_rule else _("as drawn on the map")


def number_ranges(address: str, season: Season, stage: str) -> tuple[NumberRange, ...]:
    """The numbers of the road that an address names without its own, and the schools they belong to."""
    parts = parse(address)
    if not parts.road or parts.number or parts.estate:
        return ()
    rows = [
        (rule, zone)
        for zone, rule in _rules(season, stage)
        if rule.kind == "road" and rule.effect == "include" and place_of("road", rule.name)[1] == parts.road
    ]
    rows.sort(key=lambda row: (row[0].low or 0, row[0].parity))
    return tuple(NumberRange(rule_words(rule), _schools(zone)) for rule, zone in rows)


def suggestions(typed: str, season: Season, stage: str) -> tuple[Suggestion, ...]:
    """Estates, roads and villages whose name begins with, or holds, what is typed; or that it begins with."""
    words = "".join(typed.split()).rpartition(season.district.name)[2]
    if len(words) < FEWEST_TYPED:
        return ()
    found: dict[tuple[str, str], list[str]] = {}
    for zone, rule in _rules(season, stage):
        if rule.effect == "include" and (words in rule.name or words.startswith(rule.name)):
            zones = found.setdefault((rule.name, rule.kind), [])
            if zone.name not in zones:
                zones.append(zone.name)
    kinds = {"road": _("road, with its number"), "estate": _("estate"), "village": _("village")}
    order = sorted(found, key=lambda one: (not one[0].startswith(words), not words.startswith(one[0]), one))
    return tuple(Suggestion(name, kinds[kind], several(found[name, kind])) for name, kind in order[:MOST_SUGGESTED])


def _rules(season: Season, stage: str) -> Iterator[tuple[Zone, AddressRule]]:
    for zone in zone_index(season.district_id, season.year, stage)[0]:
        for rule in zone.rules:
            yield zone, rule


def _schools(zone: Zone) -> str:
    return several(school.name for school in schools_by_code(zone.schools).values())

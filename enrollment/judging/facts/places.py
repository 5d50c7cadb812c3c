"""Where a family lives: the zone that counts, and how its addresses lie to that zone."""

from collections.abc import Mapping

from enrollment.judging.facts.collect import HOME_AGENCIES, Places, same_place
from schools.matching import ZoneMatch
from schools.models import District
from schools.selectors import relation

Answers = Mapping[str, str]
Matched = Mapping[str, ZoneMatch]


def addresses(answers: Answers, permit: str) -> dict[str, str]:
    """The addresses that were given, by what stands there; ``permit`` is that of the residence permit's record."""
    given = {
        "household": answers.get("household_address", "") if answers.get("household_here") == "yes" else "",
        "home": answers.get("home_address", "") if answers.get("home_kind", "none") != "none" else "",
        "permit": permit,
    }
    return {name: address for name, address in given.items() if address}


def counted(answers: Answers, matched: Matched) -> str:
    """Whose zone the family applies in: that of its own home, else of its household, else of the home it rents.

    "" where none of them lies in a zone.
    """
    owned = answers.get("home_kind") in HOME_AGENCIES
    order = ("home", "household") if owned else ("household", "home")
    return next((name for name in order if name in matched and matched[name].outcome == "matched"), "")


def places(given: Mapping[str, str], answers: Answers, matched: Matched, district: District) -> Places:
    """How each address lies to the zone that counts; one in another zone is in the district, not in the zone."""
    name = counted(answers, matched)
    zone = set(matched[name].zones) if name else set()

    def lies(where: str) -> str:
        if where not in matched:
            return ""
        found = relation(given[where], matched[where], district)
        return "in_district" if found == "in_zone" and zone.isdisjoint(matched[where].zones) else found

    return Places(
        lies("household"),
        lies("home"),
        same=same_place(given.get("home", ""), given.get("household", "")),
        permit=lies("permit"),
    )

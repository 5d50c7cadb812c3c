"""The homes that applications ask with in a season: two families of one home are found, siblings are not two families.

A home is one by the number of its certificate, contract or unit, or by an address that names one flat. A collective
household's address and a public rental building without a unit number name none. What a register contradicts does not
stand, and disturbs nobody: whoever types a stranger's certificate is put before a person, the stranger is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

import identifiers
from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.states import LIVE_STATES
from enrollment.used_seats.models import AskedHome
from enrollment.used_seats.reading import flat_keys, parents_of
from enrollment.used_seats.selectors import Findings, home_of, indexes, parent_indexes
from foundation.locks import lock_all
from policy import Facts, Policy
from policy.uses import SEAT_FACTS, SEAT_SIBLING

COLLECTIVE = ("collective", "集体户")
CONTRADICTED = ("mismatch", "not_found")
A_BIRTH = timedelta(days=1)  # twins may be born on both sides of midnight


@dataclass(frozen=True, slots=True)
class Asked:
    """The home of one application as others are compared with it; everything is a keyed digest."""

    application: Application
    numbers: frozenset[str]
    places: frozenset[str]  # as the flat is looked for
    written: frozenset[str]  # as it is written down, and as a table of used seats looks for it
    parents: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """Of two families of one home one is looked for by a key that the other has."""
        return self.numbers | self.places | self.written


def seat_matters(policy: Policy) -> bool:
    """Whether a home gives its seat once by this policy: else it is nobody's business who else asks with it."""
    return bool(policy.uses & {*SEAT_FACTS, SEAT_SIBLING})


def asked_of(version: ApplicationVersion, findings: Findings) -> Asked:
    """The home that a version asks with."""
    answers = version.claims["answers"]
    numbers, places = home_of(answers, findings)
    address = answers.get("home_address", "") if answers.get("home_kind", "none") != "none" else ""
    household = findings.get("household")
    record = (household.record if household else None) or {}
    shared = record.get("type") in COLLECTIVE and _same(address, answers.get("household_address", ""))
    looked_for, written = flat_keys("" if shared else address)
    return Asked(
        version.application,
        frozenset(numbers),
        frozenset(indexes("asked-flat", looked_for)),
        frozenset([*indexes("asked-flat", written), *places]),
        frozenset(parent_indexes(parents_of(answers) or [answers.get("guardian_id", "")])),
    )


def _same(first: str, second: str) -> bool:
    return bool(first and second and identifiers.same_place(first, second))


def stands(facts: Facts) -> bool:
    """Whether no register contradicts that the home is this family's to ask with."""
    found = (facts.get(name) for name in ("home.kind", "home.owner_relation"))
    return all(one is None or one.status not in CONTRADICTED for one in found)


def homes_lock(asked: Iterable[Asked]) -> None:
    """Judge the families of one home one after the other, so that the second sees the first. Held to the commit."""
    lock_all(f"home:{key}" for one in asked for key in one.keys)


def homes_note(rows: Sequence[tuple[Asked, bool]]) -> None:
    """Write with which home each application asks, and whether that stands."""
    AskedHome.objects.bulk_create(
        [
            AskedHome(
                application=one.application,
                numbers=sorted(one.numbers),
                places=sorted(one.written),
                parents=sorted(one.parents),
                stands=good,
            )
            for one, good in sorted(rows, key=lambda row: row[0].application.pk)
        ],
        update_conflicts=True,
        unique_fields=["application"],
        update_fields=["numbers", "places", "parents", "stands"],
    )


def rivals_of(asked: Mapping[UUID, Asked]) -> dict[UUID, list[Application]]:
    """By the same key the live applications of other parents' children that ask with the same home this season.

    One query, whatever the number of families; none where nobody names a home.
    """
    numbers = {key for one in asked.values() for key in one.numbers}
    places = {key for one in asked.values() for key in one.places}
    if not numbers and not places:
        return {}
    said = Q(numbers__overlap=sorted(numbers)) | Q(places__overlap=sorted(places))
    rows = AskedHome.objects.filter(said, stands=True, application__state__in=LIVE_STATES)
    years = {one.application.season_year for one in asked.values()}
    others = list(
        rows.filter(application__season_year__in=years).select_related("application__child").order_by("application")
    )
    return {pk: [row.application for row in others if _rivals(one, row)] for pk, one in asked.items()}


def _rivals(one: Asked, row: AskedHome) -> bool:
    if one.numbers.isdisjoint(row.numbers) and one.places.isdisjoint(row.places):
        return False
    mine, other = one.application, row.application
    if mine.child_index == other.child_index or (one.parents and one.parents == set(row.parents)):
        # Another version or round of the same child, or a sibling: a family may ask with its own home for each child.
        return False
    if mine.guardian_id == other.guardian_id and abs(mine.child.birth_date - other.child.birth_date) <= A_BIRTH:
        # Twins of one account, whose forms may name the parents differently: they share the home by right. Whether one
        # child was entered twice is found by others (``judging.others``), so nobody slips through here.
        return False
    same = ("district_code", "season_year", "stage", "rehearsal")
    return all(getattr(mine, name) == getattr(other, name) for name in same)

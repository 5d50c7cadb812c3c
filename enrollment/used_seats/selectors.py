"""Reads of the register of used seats: one query for a whole batch of families."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from enrollment.seasons.models import ApplicationVersion
from enrollment.used_seats.models import UsedSeat
from enrollment.used_seats.reading import Asking, Use, facts_of, number_keys, parents_of, place_keys
from foundation import clock
from foundation.crypto import blind_index
from policy import Fact, Policy
from verification.agencies import number
from verification.agencies.household import people_of
from verification.selectors import FindingView

LISTS = frozenset({"seats", "siblings"})
Findings = Mapping[str, FindingView]


def indexes(purpose: str, keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted({blind_index(purpose, f"{kind}:{value}") for kind, value in keys})


def parent_indexes(numbers: Iterable[str]) -> list[str]:
    return sorted({blind_index("seat-parent", number(one)) for one in numbers if one})


def home_of(answers: Mapping[str, str], findings: Findings) -> tuple[list[str], list[str]]:
    """The indexes of the numbers and of the place of a version's home; one without either has only a place."""
    if answers.get("home_kind", "none") == "none":
        return [], []
    numbers, places = [], []
    records = [(findings[agency].record or {}) for agency in ("real_estate", "contract") if agency in findings]
    given = {"certificate": answers.get("home_certificate", ""), "contract": answers.get("home_contract", "")}
    for one in ({**given, "address": answers.get("home_address", "")}, *(_of_this_home(row, given) for row in records)):
        texts = {name: value for name, value in one.items() if isinstance(value, str)}
        numbers += number_keys(texts.get("certificate", ""), texts.get("contract", ""), texts.get("unit_number", ""))
        places += place_keys(texts.get("address", ""))
    return indexes("seat-home", numbers), indexes("seat-place", places)


def _of_this_home(record: Mapping[str, Any], given: Mapping[str, str]) -> Mapping[str, Any]:
    """The record, if it is of the home that was given: a register may answer with another one of the family."""
    said = {(kind, value) for kind, value in number_keys(given["certificate"], given["contract"])}
    own = number_keys(str(record.get("certificate") or ""), str(record.get("contract") or ""))
    return record if said & set(own) else {}


def asking_of(version: ApplicationVersion, findings: Findings, policy: Policy, *, at: datetime) -> Asking:
    """The family of a version as the register is asked about it, as it stood at a moment."""
    application, answers = version.application, version.claims["answers"]
    numbers, places = home_of(answers, findings)
    household = findings.get("household")
    record = (household.record if household else None) or {}
    people = people_of(record)
    parents = parents_of(answers)
    return Asking(
        child=application.child_index,
        stage=application.stage,
        year=application.season_year,
        choices=tuple(version.choices),
        numbers=numbers,
        places=places,
        parents=parent_indexes(parents),
        proven=parent_indexes(one for one in parents if number(one) in people),
        at=at.astimezone(clock.SHANGHAI),
        exempt=policy.seat_lock is not None and policy.seat_lock.sibling_exempt,
    )


def own_facts(
    asking: Mapping[UUID, tuple[str, Asking]], kept: Mapping[str, Collection[str]]
) -> dict[UUID, dict[str, Fact]]:
    """What the register says of many versions, each with its district; one query, none where no list is kept."""
    wanted = {pk: (district, one) for pk, (district, one) in asking.items() if LISTS & set(kept[district])}
    numbers = {key for _district, one in wanted.values() for key in one.numbers}
    places = {key for _district, one in wanted.values() for key in one.places}
    parents = {key for _district, one in wanted.values() for key in one.parents}
    uses = _uses({district for district, _one in wanted.values()}, numbers, places, parents) if wanted else {}
    return {pk: facts_of(one, uses.get(district, ()), kept[district]) for pk, (district, one) in wanted.items()}


def _uses(
    districts: Collection[str], numbers: Collection[str], places: Collection[str], parents: Collection[str]
) -> dict[str, list[Use]]:
    said = Q(numbers__overlap=list(numbers)) | Q(places__overlap=list(places)) | Q(parents__overlap=list(parents))
    found: dict[str, list[Use]] = defaultdict(list)
    for row in UsedSeat.objects.filter(said, district__in=districts).order_by("pk"):
        found[row.district_id].append(
            Use(
                pk=row.pk,
                at=row.at,
                stage=row.stage,
                school=row.school_id,
                used_on=row.used_on,
                left_on=row.left_on,
                child=row.child_index,
                numbers=frozenset(row.numbers),
                places=frozenset(row.places),
                parents=frozenset(row.parents),
                revokes=row.revokes_id,
            )
        )
    return found

"""From agency records to suggested answers (pure). Each is validated again on submission like anything typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import identifiers
from enrollment.filing.drafts.homes import PEOPLE, KnownHome, home_answers, only_home
from enrollment.judging.facts.claims import city_of
from verification.agencies import MalformedRecord
from verification.agencies.household import people_of
from verification.agencies.insurance import counted_months, paid_in

CITY_DIGITS = 4  # of a GB/T 2260 code


PARENTS = {"female": "mother", "male": "father"}


ONE_BIRTH = timedelta(days=200)  # children born further apart than this are no twins, whatever the register mistook


SCHOOL_AGES = (2, 18)  # years in which somebody may begin kindergarten, primary or junior school


def records_of(agency: str, records: Sequence[Mapping[str, Any]], *, number: str, name: str) -> list[Mapping[str, Any]]:
    """The records about the person who has both this document number and this name.

    A number alone opens nothing: whoever types somebody else's would be told where that person lives.
    """
    wanted = (number, identifiers.normalise("name", name))
    return [record for record in records if wanted in _people(agency, record)]


def _people(agency: str, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = record.get(PEOPLE[agency], []) if agency in PEOPLE else [record]
    return [(str(row.get("id_number")), identifiers.normalise("name", str(row.get("name") or ""))) for row in rows]


def people_in(record: Mapping[str, Any]) -> set[str]:
    """The numbers of everybody whom a record names: whose it is, householder, members, owners, buyers."""
    rows = [row for name in ("members", "owners", "buyers") for row in _rows(record.get(name))]
    numbers = [record.get("id_number"), record.get("householder_id"), *(row.get("id_number") for row in rows)]
    return {identifiers.normalise("id", str(number)) for number in numbers if number}


def lives_with(household: Mapping[str, Any], number: str) -> bool:
    """Whether the record of a household itself names this person as its householder or a member."""
    return number in people_of(household)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child of a household as the register has it."""

    id_number: str
    name: str


def children_of(records: Sequence[Mapping[str, Any]], today: date) -> list[KnownChild]:
    """The members of a household who are children by their number, the youngest first.

    Pass only records that ``records_of`` let through: those of the very person who asks.
    """
    found: dict[str, tuple[str, KnownChild]] = {}
    for record in records:
        members = record.get("members")
        for member in members if isinstance(members, list) else []:
            name = str(member.get("name") or "")
            checked = identifiers.check("id", str(member.get("id_number") or ""), role="child", today=today)
            born = checked.facts.get("birth_date", "")
            if checked.ok and name and born and SCHOOL_AGES[0] <= today.year - int(born[:4]) <= SCHOOL_AGES[1]:
                found.setdefault(checked.value, (born, KnownChild(checked.value, name)))
    return [child for _born, child in sorted(found.values(), key=lambda pair: pair[0], reverse=True)]


def _first(prefilled: Mapping[str, Any], agency: str) -> Mapping[str, Any] | None:
    known = prefilled.get(agency) or {}
    records = known.get("records") or []
    return records[0] if known.get("outcome") == "found" and records else None


def months_paid(record: Mapping[str, Any], district: str) -> list[str]:
    """The months of insurance in this city that count ("YYYY-MM", ascending); none where the record does not say."""
    try:
        return counted_months(record) if paid_in(record, city_of(district).names) else []
    except MalformedRecord:
        return []


def suggested_answers(
    prefilled: Mapping[str, Any],
    *,
    guardian_id: str,
    district: str,
    other_parent: str = "",
    home: KnownHome | None = None,
) -> dict[str, str]:
    """Answers that the records support; silence and emptiness suggest nothing, so the question is asked.

    ``other_parent`` is the number that the family gave, ``home`` the one it picked of several (``homes``).
    """
    found: dict[str, str] = {}
    household = _first(prefilled, "household")
    city = district[:CITY_DIGITS]
    if household and str(household.get("division", city)).startswith(city):
        found |= {"household_here": "yes", "household_address": str(household.get("address", ""))}
        found["household_registered_on"] = str(household.get("registered_on", ""))
    found |= _kin(household or {}, guardian_id)
    chosen = home or only_home(prefilled, guardian_id)
    if chosen is not None:
        found |= {name: said for name, said in home_answers(chosen, guardian_id, other_parent).items() if said}
    here = found.get("household_here") == "yes"
    for agency, question in (("permit", "permit_holder"), ("insurance", "insurance_holder")):
        if _first(prefilled, agency):
            found[question] = "parent"
        elif here and (prefilled.get(agency) or {}).get("outcome") == "empty":
            found[question] = "none"  # registered here, and the register has nothing: shown to be confirmed, not asked
    months = months_paid(_first(prefilled, "insurance") or {}, district)
    return found | ({"insurance_months": str(len(months))} if months else {})


def _kin(household: Mapping[str, Any], guardian_id: str) -> dict[str, str]:
    """Whose child it is, and that it has no twin, where the child's own page of the register says so.

    Only the householder's tie to the child is recorded: another member may be a step-parent, and is asked. Twins may
    hide behind a member whose document names no birth date: then that is asked, too.
    """
    found: dict[str, str] = {}
    householder = (household.get("householder_id"), household.get("householder_relation"))
    sex = identifiers.check("id", guardian_id, role="guardian").facts.get("sex")
    if householder == (guardian_id, "parent") and sex in PARENTS:
        found["guardian_relation"] = PARENTS[sex]
    own = str(household.get("id_number") or "")
    members = household.get("members")
    numbers = {str(one.get("id_number") or "") for one in members} if isinstance(members, list) else set()
    born = _born(own)
    if born and own in numbers and not any(_born_with(number, born) for number in numbers - {own}):
        found["keep_siblings"] = "no"
    return found


def _born(number: str) -> date | None:
    day = identifiers.check("id", number).facts.get("birth_date", "")
    return date.fromisoformat(day) if day else None


def _born_with(number: str, born: date) -> bool:
    """Whether the person of this number may be a twin of a child born on this day."""
    other = _born(number)
    return other is None or abs(other - born) < ONE_BIRTH

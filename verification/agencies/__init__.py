"""One folder per agency, all behind one protocol. An adapter is added or deleted whole.

An adapter says what to ask for a claim and what the answer means for it. It never raises for a strange record: what it
cannot read is no answer (``unavailable``), because a malformed 200 must not count against a family. And it never passes
over what a record says: whatever contradicts the claim, or leaves open what the record is worth, is a ``Doubt``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import Any, Final, Protocol

import identifiers

Record = Mapping[str, Any]
Claim = Mapping[str, Any]


FIVE: Final = ("household", "real_estate", "contract", "permit", "insurance")  # every district asks these


class MalformedRecord(ValueError):
    """The agency answered with something that is not a record of its kind."""


class Doubt(StrEnum):
    """Every way in which a record contradicts a claim, or leaves open what it is worth.

    Where the form asks about the matter, the value is the form's field. Each doubt has facts that it makes uncertain
    (``enrollment``: facts) and words for the family and the clerk (``verification.words``): tests hold both whole.
    """

    OTHER_PERSON = "other_person"  # the agency answered about somebody who was not asked about
    TWO_RECORDS = "two_records"  # two records in force contradict each other
    CHILD_NAME = "child_name"
    GUARDIAN_NAME = "guardian_name"
    UNREADABLE_NAME = "unreadable_name"  # the register cannot print a character; the others agree
    NAME_SPELLING = "name_spelling"  # only the form of a character or the mark between the parts differs
    NO_PARENT = "guardian_id"  # no declared guardian is in the child's household
    HOUSEHOLD_HERE = "household_here"
    HOUSEHOLD_ADDRESS = "household_address"
    HOUSEHOLD_SINCE = "household_registered_on"
    HOUSEHOLD_STATE = "household_state"  # cancelled, moved away
    HOME_KIND = "home_kind"
    HOME_CERTIFICATE = "home_certificate"
    HOME_CONTRACT = "home_contract"
    HOME_ADDRESS = "home_address"
    HOME_OWNER = "home_owner_relation"
    HOME_OWNER_STATE = "home_owner_state"  # an owner has died
    HOME_CO_OWNER = "home_co_owner"  # the household's share cannot be added up: an owner whom nobody declared
    HOME_SHARE = "home_share"
    HOME_STATE = "home_state"  # cancelled, superseded, seized
    HOME_USAGE = "home_usage"  # a shop, a parking space
    PARENTS_OTHER_HOME = "parents_other_home"
    PERMIT_UNTIL = "permit_until"  # lapsed, being renewed, without a day
    INSURANCE_CITY = "insurance_city"
    INSURANCE_MONTHS = "insurance_months"
    BIRTH_DATE = "birth_date"
    BIRTH_PARENT = "birth_parent"  # the certificate names other parents than the declared ones
    FAMILY_SITUATION = "family_situation"  # divorced, and said to live together
    CUSTODY = "lives_with"  # the child was given to the other parent
    LEASE_NUMBER = "home_lease"
    LEASE_TENANT = "home_tenant"
    LEASE_STATE = "home_lease_state"  # cancelled
    LEASE_UNTIL = "home_lease_until"
    LEASE_KIND = "home_lease_kind"  # an ordinary lease, where a public rental home was declared
    BUSINESS_STATE = "business_state"  # revoked, or on the list of those that cannot be found
    DISABILITY_GRADE = "disability_grade"
    DISABILITY_UNTIL = "disability_until"
    REGISTERED_ALREADY = "registered_already"  # has a place of the stage that is applied for


@dataclass(frozen=True, slots=True)
class Difference:
    """One matter in which the declaration and the source disagree, both in plain values ("" where there is none)."""

    field: Doubt
    declared: str
    source: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer means: ``match``, ``mismatch`` (with the differences) or ``not_found``; the record it rests on."""

    outcome: str
    differences: tuple[Difference, ...] = ()
    record: Record | None = None


class Adapter(Protocol):
    def keys(self, claim: Claim) -> list[str]:
        """Document, certificate and contract numbers to look up."""

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        """Compare the claim with the records; raises MalformedRecord."""


def adapter(agency: str) -> Adapter:
    """The adapter in ``verification/agencies/<agency>``."""
    made: Adapter = import_module(f"verification.agencies.{agency}").ADAPTER
    return made


def judged(differences: Iterable[Difference], record: Record) -> Judgement:
    """A match where nothing differs, else a mismatch; each difference once."""
    found = tuple(dict.fromkeys(differences))
    return Judgement("mismatch" if found else "match", found, record)


def text(record: Record, name: str) -> str:
    """A text field of a record; raises MalformedRecord when it is missing or not text."""
    value = record.get(name)
    if not isinstance(value, str):
        raise MalformedRecord(f"{name} is missing")
    return value


def said(record: Record, name: str) -> str:
    """A text field that not every register has; "" when it is missing. Raises MalformedRecord for what is no text."""
    return text(record, name) if record.get(name) is not None else ""


def day_in(record: Record, name: str) -> date | None:
    """A day of a record; None where the register leaves it out. Raises MalformedRecord for what is no day."""
    written = said(record, name)
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise MalformedRecord(f"{name} is not a date") from None


def lookups(asked: Iterable[object]) -> list[str]:
    """The keys that are looked up: what is there of it, each once."""
    return list(dict.fromkeys(str(key) for key in asked if key))


def number(raw: object) -> str:
    """A personal number as numbers are compared: registers and parents differ in width, case and spaces."""
    return identifiers.normalise("id", str(raw or ""))


def about(records: Sequence[Record], asked: str) -> tuple[list[Record], list[Difference]]:
    """The records about the person asked for; where there are only records about others, what that leaves open."""
    own = [record for record in records if number(text(record, "id_number")) == number(asked)]
    if own or not records:
        return own, []
    return [], [Difference(Doubt.OTHER_PERSON, "", text(records[0], "name"))]


# names that are most likely one: a person looks once, and the family is not told to change its name
_IN_WRITING: Final = {"unreadable": Doubt.UNREADABLE_NAME, "spelling": Doubt.NAME_SPELLING}


def name_difference(claim: Claim, record: Record, field: Doubt) -> list[Difference]:
    """The difference between the declared and the recorded name, if both are there and differ."""
    declared, found = str(claim.get("name") or ""), text(record, "name")
    if not declared:
        return []
    same = identifiers.compare_names(declared, found)
    if same == "same":
        return []
    return [Difference(_IN_WRITING.get(same, field), declared, found)]


def address_difference(claim: Claim, record: Record, field: Doubt) -> list[Difference]:
    """The difference between the declared and the recorded address, if one was declared and they differ."""
    declared, found = str(claim.get("address") or ""), text(record, "address")
    return [] if not declared or identifiers.same_place(declared, found) else [Difference(field, declared, found)]


def rows(record: Record, name: str) -> list[Record]:
    """A list of objects in a record; raises MalformedRecord."""
    value = record.get(name)
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise MalformedRecord(f"{name} is missing")
    return value

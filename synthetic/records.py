"""The exact JSON each of the five agencies stores and answers. Every record carries "synthetic": true.

A record is found by any of its keys: the personal document number of everyone it is about, and for property also the
number of the certificate or contract. Dates are ISO text, months "YYYY-MM", shares from 0 to 1.
"""

from __future__ import annotations

from typing import Final, Literal, TypedDict

Agency = Literal["household", "real_estate", "contract", "permit", "insurance"]
AGENCIES: Final[tuple[Agency, ...]] = ("household", "real_estate", "contract", "permit", "insurance")
Finding = Literal["match", "mismatch", "not_found"]


class Member(TypedDict):
    """A member of a household; `relation` is to the householder."""

    id_number: str
    name: str
    relation: str


class Owner(TypedDict):
    """An owner or buyer with a share from 0 to 1."""

    id_number: str
    name: str
    share: float


class HouseholdRecord(TypedDict):
    """Household register, one record per person; `householder_relation` is the householder's relation to that
    person.
    """

    id_number: str
    name: str
    householder_id: str
    householder_relation: str
    address: str
    division: str
    registered_on: str
    members: list[Member]
    synthetic: bool


class RealEstateRecord(TypedDict):
    """Real estate register; `kind` is residential or commercial."""

    certificate: str
    unit_number: str
    owners: list[Owner]
    address: str
    registered_on: str
    mortgaged: bool
    kind: str
    synthetic: bool


class ContractRecord(TypedDict):
    """Sales contract on file at the housing office."""

    contract: str
    buyers: list[Owner]
    address: str
    filed_on: str
    synthetic: bool


class PermitRecord(TypedDict):
    """Residence permit; it is valid while the day is not after `endorsed_until`."""

    permit_number: str
    id_number: str
    name: str
    address: str
    issued_on: str
    endorsed_until: str
    synthetic: bool


class InsuranceRecord(TypedDict):
    """Social insurance; `backpaid` months were paid later and are not among `months`."""

    id_number: str
    name: str
    city: str
    months: list[str]
    backpaid: list[str]
    synthetic: bool


Record = HouseholdRecord | RealEstateRecord | ContractRecord | PermitRecord | InsuranceRecord


class Records(TypedDict):
    """What the five agencies hold about one family."""

    household: list[HouseholdRecord]
    real_estate: list[RealEstateRecord]
    contract: list[ContractRecord]
    permit: list[PermitRecord]
    insurance: list[InsuranceRecord]


def keys(record: Record) -> tuple[str, ...]:
    """Return the keys a record is found by, the most specific first."""
    data: dict[str, object] = dict(record)
    people = [data.get("id_number"), data.get("certificate"), data.get("contract"), data.get("permit_number")]
    owners = data.get("owners") or data.get("buyers") or []
    people += [owner["id_number"] for owner in owners] if isinstance(owners, list) else []
    return tuple(dict.fromkeys(key for key in people if isinstance(key, str)))

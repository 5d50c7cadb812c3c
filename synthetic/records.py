"""The exact JSON each of the eleven agencies stores and answers. Every record carries "synthetic": true.

A record is found by any of its keys: the personal document number of everyone it is about, and for property also the
number of the certificate or contract. Dates are ISO text, months "YYYY-MM", shares from 0 to 1.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypedDict

Five = Literal["household", "real_estate", "contract", "permit", "insurance"]
Further = Literal["birth", "marriage", "rental", "business", "disability", "registry"]
Agency = Five | Further
FIVE: Final[tuple[Five, ...]] = ("household", "real_estate", "contract", "permit", "insurance")
FURTHER: Final[tuple[Further, ...]] = ("birth", "marriage", "rental", "business", "disability", "registry")
AGENCIES: Final[tuple[Agency, ...]] = (*FIVE, *FURTHER)
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
    person, `type` is family or collective.
    """

    id_number: str
    name: str
    householder_id: str
    householder_relation: str
    address: str
    division: str
    registered_on: str
    type: str
    status: str
    members: list[Member]
    synthetic: bool


class RealEstateRecord(TypedDict):
    """Real estate register; `kind` is residential, commercial or parking, `status` current or cancelled."""

    certificate: str
    unit_number: str
    owners: list[Owner]
    address: str
    registered_on: str
    mortgaged: bool
    seized: bool
    kind: str
    status: str
    synthetic: bool


class ContractRecord(TypedDict):
    """Sales contract on file at the housing office; `status` is filed or cancelled."""

    contract: str
    buyers: list[Owner]
    address: str
    filed_on: str
    kind: str
    status: str
    synthetic: bool


class PermitRecord(TypedDict):
    """Residence permit; it is valid while the day is not after `endorsed_until`. `status` is normal or renewing."""

    permit_number: str
    id_number: str
    name: str
    address: str
    issued_on: str
    endorsed_until: str
    status: str
    synthetic: bool


class InsuranceRecord(TypedDict):
    """Social insurance; `backpaid` months were paid later and are not among `months`."""

    id_number: str
    name: str
    city: str
    months: list[str]
    backpaid: list[str]
    synthetic: bool


class Person(TypedDict):
    """Somebody a record names."""

    id_number: str
    name: str


class Parent(Person):
    """A parent on a birth certificate; `relation` is mother or father."""

    relation: str


class Custody(TypedDict):
    """To whom a divorce gave a child: the number of the parent, or both."""

    child_id: str
    parent: str


class BirthRecord(TypedDict):
    """Birth certificate of a child."""

    certificate: str
    id_number: str
    name: str
    born_on: str
    parents: list[Parent]
    synthetic: bool


class MarriageRecord(TypedDict):
    """Marriage register; `status` is married or divorced, `registered_on` the day of that."""

    id_number: str
    name: str
    spouse_id: str
    spouse_name: str
    status: str
    registered_on: str
    custody: list[Custody]
    synthetic: bool


class RentalRecord(TypedDict):
    """Lease on file, or a public rental home; `kind` is lease or public_rental, `status` filed or cancelled."""

    lease: str
    kind: str
    tenants: list[Person]
    address: str
    filed_on: str
    until: str
    status: str
    synthetic: bool


class BusinessRecord(TypedDict):
    """Business licence; the person is its legal representative, `status` is open, cancelled or revoked."""

    licence: str
    company: str
    id_number: str
    name: str
    registered_on: str
    division: str
    status: str
    synthetic: bool


class DisabilityRecord(TypedDict):
    """Disability certificate; `grade` is 1 to 4, `status` valid or cancelled."""

    card: str
    id_number: str
    name: str
    grade: str
    until: str
    status: str
    synthetic: bool


class RegistryRecord(TypedDict):
    """Entry of the student registry; `status` is enrolled, left or graduated, `left_on` is "" while enrolled."""

    student_number: str
    id_number: str
    name: str
    school: str
    school_code: str
    division: str
    stage: str
    entered_on: str
    left_on: str
    status: str
    guardians: list[Person]
    certificate: str
    contract: str
    synthetic: bool


FurtherRecord = BirthRecord | MarriageRecord | RentalRecord | BusinessRecord | DisabilityRecord | RegistryRecord
Record = HouseholdRecord | RealEstateRecord | ContractRecord | PermitRecord | InsuranceRecord | FurtherRecord


class Records(TypedDict):
    """What the eleven agencies hold about one family."""

    household: list[HouseholdRecord]
    real_estate: list[RealEstateRecord]
    contract: list[ContractRecord]
    permit: list[PermitRecord]
    insurance: list[InsuranceRecord]
    birth: list[BirthRecord]
    marriage: list[MarriageRecord]
    rental: list[RentalRecord]
    business: list[BusinessRecord]
    disability: list[DisabilityRecord]
    registry: list[RegistryRecord]


_NUMBERS: Final = ("id_number", "certificate", "contract", "permit_number", "spouse_id", "lease")
_PEOPLE: Final = ("owners", "buyers", "tenants", "guardians")


def keys(record: Record) -> tuple[str, ...]:
    """Return the keys a record is found by, the most specific first."""
    data: dict[str, Any] = dict(record)
    found = [data.get(name) for name in _NUMBERS]
    found += [person["id_number"] for name in _PEOPLE for person in data.get(name) or ()]
    return tuple(dict.fromkeys(key for key in found if isinstance(key, str) and key))

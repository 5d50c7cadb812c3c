"""Which facts each doubt of a register makes uncertain (pure).

The table is whole: a test compares it with the doubts that each agency can raise.
"""

from collections.abc import Mapping
from typing import Final

from verification.agencies import Doubt

_PERSON: Final = ("child.birth_date", "child.sex")
_PLACE: Final = ("household.zone_relation", "home.matches_household")
_OWNER: Final = ("home.owner_relation", "home.ownership_share")
_CONTRACT: Final = ("home.kind", "home.contract_filed_on")
_DEED: Final = ("home.kind", "home.deed_date", "home.mortgaged")
_INSURED: Final = ("insurance.months", "insurance.continuous_months", "work.kind")
_FAMILY: Final = ("parents.separated", "parents.custody")
_LEASED: Final = ("application.rented_filed", "home.leased_since")
_BUSINESS: Final = ("business.registered_on", "business.in_city", "work.kind", "work.since")
_PUPIL: Final = ("study.registered_elsewhere", "study.in_district", "study.years")

_OF_A_HOME: Final[Mapping[str, tuple[str, ...]]] = {
    Doubt.TWO_RECORDS: ("home.kind", *_OWNER),
    Doubt.HOME_KIND: ("home.kind",),
    Doubt.HOME_ADDRESS: ("home.zone_relation", "home.matches_household"),
    Doubt.HOME_OWNER_STATE: _OWNER,
    Doubt.HOME_CO_OWNER: ("home.ownership_share",),
    Doubt.HOME_SHARE: ("home.ownership_share",),
    Doubt.HOME_STATE: ("home.kind", "home.usable"),
    Doubt.HOME_USAGE: ("home.kind", "home.usable"),
    Doubt.PARENTS_OTHER_HOME: ("home.parents_other_home",),
}
# The first fact of a row is the one a person is asked about where the family claims none of them.
DOUBTFUL: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "household": {
        Doubt.OTHER_PERSON: (*_PERSON, *_PLACE, "household.registered_on"),
        Doubt.TWO_RECORDS: (*_PLACE, "household.registered_on"),
        Doubt.CHILD_NAME: _PERSON,
        Doubt.UNREADABLE_NAME: _PERSON,
        Doubt.NAME_SPELLING: _PERSON,
        Doubt.NO_PARENT: ("household.same_as_parent", "household.head_relation"),
        Doubt.HOUSEHOLD_HERE: ("household.zone_relation",),
        Doubt.HOUSEHOLD_ADDRESS: _PLACE,
        Doubt.HOUSEHOLD_SINCE: ("household.registered_on",),
        Doubt.HOUSEHOLD_STATE: (*_PLACE, "household.registered_on"),
    },
    "real_estate": {
        **_OF_A_HOME,
        Doubt.HOME_CERTIFICATE: _DEED,
        Doubt.HOME_OWNER: (*_OWNER, "home.deed_date", "home.mortgaged"),
    },
    "contract": {
        **_OF_A_HOME,
        Doubt.HOME_CONTRACT: _CONTRACT,
        Doubt.HOME_OWNER: (*_OWNER, "home.contract_filed_on"),
    },
    "permit": {
        Doubt.OTHER_PERSON: ("permit.holder", "permit.valid_on_check_day"),
        Doubt.UNREADABLE_NAME: ("permit.holder",),
        Doubt.NAME_SPELLING: ("permit.holder",),
        Doubt.GUARDIAN_NAME: ("permit.holder",),
        Doubt.HOME_ADDRESS: ("permit.zone_relation", "home.zone_relation"),
        Doubt.PERMIT_UNTIL: ("permit.valid_on_check_day",),
    },
    "insurance": {
        Doubt.OTHER_PERSON: _INSURED,
        Doubt.UNREADABLE_NAME: _INSURED,
        Doubt.NAME_SPELLING: _INSURED,
        Doubt.GUARDIAN_NAME: _INSURED,
        Doubt.INSURANCE_CITY: ("insurance.in_city", "work.kind"),
        Doubt.INSURANCE_MONTHS: ("insurance.months",),
    },
    "birth": {
        Doubt.OTHER_PERSON: ("parents.on_birth_certificate",),
        Doubt.TWO_RECORDS: ("parents.on_birth_certificate",),
        Doubt.CHILD_NAME: ("parents.on_birth_certificate",),
        Doubt.UNREADABLE_NAME: ("parents.on_birth_certificate",),
        Doubt.BIRTH_PARENT: ("parents.on_birth_certificate",),
        Doubt.BIRTH_DATE: ("child.birth_date",),
    },
    "marriage": {
        Doubt.OTHER_PERSON: _FAMILY,
        Doubt.FAMILY_SITUATION: _FAMILY,
        Doubt.CUSTODY: ("parents.custody",),
    },
    "rental": {
        Doubt.LEASE_NUMBER: _LEASED,
        Doubt.LEASE_TENANT: _LEASED,
        Doubt.LEASE_STATE: _LEASED,
        Doubt.LEASE_UNTIL: _LEASED,
        Doubt.LEASE_KIND: ("home.kind", *_LEASED),
        Doubt.HOME_ADDRESS: ("home.zone_relation", "application.rented_filed"),
    },
    "business": {
        Doubt.OTHER_PERSON: _BUSINESS,
        Doubt.GUARDIAN_NAME: _BUSINESS,
        Doubt.UNREADABLE_NAME: _BUSINESS,
        Doubt.BUSINESS_STATE: _BUSINESS,
    },
    "disability": {
        Doubt.OTHER_PERSON: ("child.disability",),
        Doubt.CHILD_NAME: ("child.disability",),
        Doubt.UNREADABLE_NAME: ("child.disability",),
        Doubt.DISABILITY_GRADE: ("child.disability",),
        Doubt.DISABILITY_UNTIL: ("child.disability",),
    },
    "registry": {
        Doubt.OTHER_PERSON: _PUPIL,
        Doubt.TWO_RECORDS: _PUPIL,
        Doubt.CHILD_NAME: _PUPIL,
        Doubt.UNREADABLE_NAME: _PUPIL,
        Doubt.REGISTERED_ALREADY: ("study.registered_elsewhere",),
    },
}
# All that an agency proves: what is uncertain when it says something that no table foresaw.
PROVED: Final[Mapping[str, tuple[str, ...]]] = {
    agency: tuple(dict.fromkeys(name for names in doubts.values() for name in names))
    for agency, doubts in DOUBTFUL.items()
}

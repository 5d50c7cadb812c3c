"""What the fields of an agency's record are called, for the clerk who reads what the agency holds.

Registers name their fields themselves; what a record of ours can hold (``verification.shape`` and the adapters) has
its words here. A field that nobody foresaw is shown under one name for all.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HIDDEN: Final = frozenset({"synthetic"})
FIELDS: Final[Mapping[str, Promise]] = {
    "address": _("Address"),
    "backpaid": _("Months paid later"),
    "birth_date": _("Born"),
    "born_on": _("Born"),
    "certificate": _("Number of the certificate"),
    "city": _("City"),
    "company": _("Company"),
    "contract": _("Number of the contract"),
    "credit_code": _("Credit code"),
    "division": _("Division"),
    "endorsed_until": _("Endorsed until"),
    "entered_on": _("Entered on"),
    "ethnic_group": _("Ethnic group"),
    "filed_on": _("Filed on"),
    "former_certificate": _("Former number of the certificate"),
    "former_contract": _("Former number of the contract"),
    "grade": _("Grade"),
    "holder_id": _("Number of the holder"),
    "householder_id": _("Number of the householder"),
    "householder_name": _("Householder"),
    "householder_relation": _("Relation to the householder"),
    "id_number": _("ID number"),
    "issued_on": _("Issued on"),
    "kind": _("Kind"),
    "lease": _("Number of the lease"),
    "left_on": _("Left on"),
    "months": _("Months"),
    "mortgaged": _("Mortgaged"),
    "name": _("Name"),
    "number": _("Number"),
    "permit_number": _("Number of the permit"),
    "registered_on": _("Registered on"),
    "relation": _("Relation"),
    "residence_town": _("Town"),
    "school": _("School"),
    "school_code": _("Code of the school"),
    "seized": _("Seized"),
    "sex": _("Sex"),
    "share": _("Share"),
    "since": _("Since"),
    "spouse_id": _("Number of the spouse"),
    "spouse_name": _("Spouse"),
    "stage": _("Stage"),
    "status": _("State"),
    "student_number": _("Student number"),
    "town": _("Town"),
    "type": _("Kind"),
    "unit_number": _("Number of the unit"),
    "until": _("Until"),
    "usage": _("Use"),
    "year": _("Year"),
}
VALUES: Final[Mapping[str, Promise]] = {
    "cancelled": _("cancelled"),
    "child": _("child"),
    "collective": _("collective household"),
    "current": _("in force"),
    "deceased": _("deceased"),
    "divorced": _("divorced"),
    "enrolled": _("enrolled"),
    "family": _("family household"),
    "female": _("female"),
    "filed": _("filed"),
    "grandparent": _("grandparent"),
    "junior": _("junior high"),
    "kindergarten": _("kindergarten"),
    "lease": _("lease"),
    "left": _("left"),
    "male": _("male"),
    "married": _("married"),
    "moved_out": _("moved out"),
    "normal": _("in force"),
    "open": _("open for business"),
    "other": _("other"),
    "parent": _("parent"),
    "primary": _("primary"),
    "public_rental": _("public rental home"),
    "residential": _("home"),
    "revoked": _("revoked"),
    "self": _("the person itself"),
    "sibling": _("brother or sister"),
    "spouse": _("spouse"),
    "valid": _("valid"),
}
PLAIN: Final = frozenset({"kind", "relation", "householder_relation", "sex", "stage", "status", "type", "usage"})


def field_words(name: str) -> str:
    """What a field of a record is called."""
    return str(FIELDS.get(name, _("Other entry")))


def record_value(name: str, value: object) -> str:
    """A plain value of a record as a clerk reads it; a word of the exchange in the reader's language."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(VALUES.get(str(value), value)) if name in PLAIN else str(value)

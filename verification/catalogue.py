"""The eleven data items: whose each is, on what legal basis it may be asked, and which fields are asked for.

A division that has agreed otherwise says so in its own row (``verification.models.DataItem``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.departments import Department
from verification.agencies import FIVE
from verification.models import Agency

Text = str | Promise
# Every district asks these; the others where its catalogue, or that of a level above, has a row for them.
ALWAYS: Final = tuple(map(Agency, FIVE))


@dataclass(frozen=True, slots=True)
class Item:
    """The words of the catalogue for one item, and the department that owns it."""

    department: Department
    basis: Text
    purpose: Text

    @property
    def owner(self) -> Text:
        """The department in words."""
        return self.department.label


ITEMS: Final[Mapping[str, Item]] = {
    Agency.HOUSEHOLD: Item(
        Department.PUBLIC_SECURITY,
        _("Regulations on household registration"),
        _("Child's entry: address, day of registration, householder, members"),
    ),
    Agency.REAL_ESTATE: Item(
        Department.NATURAL_RESOURCES,
        _("Interim regulations on real estate registration"),
        _("Homes of the declared people: owners, shares, address, day, state"),
    ),
    Agency.CONTRACT: Item(
        Department.HOUSING,
        _("Measures on the sale of commercial housing"),
        _("Filed sales contracts of the declared people: buyers, address, day, state"),
    ),
    Agency.PERMIT: Item(
        Department.PUBLIC_SECURITY,
        _("Interim regulations on residence permits"),
        _("Permit of the declared holder: address, first issued, endorsed until"),
    ),
    Agency.INSURANCE: Item(
        Department.HUMAN_RESOURCES,
        _("Social insurance law"),
        _("Months paid by the declared person, and the city; no amounts"),
    ),
    Agency.BIRTH: Item(
        Department.HEALTH,
        _("Law on maternal and infant health care"),
        _("Child's certificate: day of birth and parents"),
    ),
    Agency.MARRIAGE: Item(
        Department.CIVIL_AFFAIRS,
        _("Regulations on marriage registration"),
        _("Whether the parents are divorced, since when, and to whom the child was given"),
    ),
    Agency.RENTAL: Item(
        Department.HOUSING,
        _("Measures on the lease of commercial housing"),
        _("Filed leases and public rental homes of the declared people: address, term, state"),
    ),
    Agency.BUSINESS: Item(
        Department.MARKET,
        _("Regulations on the registration of market entities"),
        _("Businesses of the parents: since when, where, state; no figures"),
    ),
    Agency.DISABILITY: Item(
        Department.DISABLED,
        _("Law on the protection of disabled persons"),
        _("Child's certificate: grade and term; no diagnosis"),
    ),
    Agency.REGISTRY: Item(
        Department.EDUCATION,
        _("Measures on the student registry"),
        _("Schools of the child and of its siblings, and of whoever used the home"),
    ),
}


def owned_by(department: str) -> tuple[str, ...]:
    """The items of one department, in the order of the catalogue."""
    return tuple(str(agency) for agency, item in ITEMS.items() if item.department == department)


class OfAgency(Protocol):
    """Anything that is said of one item."""

    @property
    def agency(self) -> str: ...


T = TypeVar("T", bound=OfAgency)


def by_owner(things: Iterable[T]) -> list[tuple[str, list[T]]]:
    """What is said of items, by the departments that own them, in words."""
    every = list(things)
    return [
        (str(one.label), mine)
        for one in Department
        if (mine := [t for t in every if ITEMS[t.agency].department == one])
    ]

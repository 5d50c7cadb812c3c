"""Which department owns a data item, and which one can tell a fact."""

from collections.abc import Mapping
from typing import Final

from accounts.departments import Department
from enrollment.seasons.rules.sources import KNOWN_FROM
from verification.catalogue import ITEMS

OWNER: Final[Mapping[str, Department]] = {agency: item.department for agency, item in ITEMS.items()}


def department_of_fact(name: str) -> Department | None:
    """The department whose data tell this fact first; None where no data item does."""
    return next((OWNER[source] for source in KNOWN_FROM.get(name, ()) if source in OWNER), None)

"""A member of staff who acts for a guardian within a visit: what ``accounts.pages`` needs to know of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Account
from foundation.acting import AssistContext


@dataclass(frozen=True, slots=True)
class Acting:
    """An open visit. ``pages`` are the view names that the family's consent covers; every other page is refused."""

    guardian: Account
    operator: Account
    assist: AssistContext
    visit_id: UUID
    number: str
    place: str
    ends_at: datetime
    pages: frozenset[str]

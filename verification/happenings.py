"""What verification sets off in the rooms above it (``foundation.happenings``; docs/architecture.md: who reacts)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from accounts.models import Account
from foundation.happenings import Happening

CHECKS_DONE: Final = Happening[Sequence[UUID]]()  # the last checks of these subjects are concluded


@dataclass(frozen=True, slots=True)
class AskAgain:
    """An official wishes that an agency be asked again about all that it gave no answer about on one day."""

    official: Account
    agency: str
    day: date
    division: str


ASK_AGAIN: Final = Happening[AskAgain]()

"""What a family hears after the submission of each agency's comparison: agrees, differs, not found, no answer yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from enrollment.guardians.selectors import kept_from
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion
from enrollment.seasons.states import OPEN_FOR_REVIEW
from foundation import clock
from verification.models import Agency, Outcome
from verification.selectors import checked
from verification.words import family_words

Text = str | Promise
WAITING: Final = "waiting"
UNDECIDED: Final = (
    ApplicationState.SUBMITTED,
    ApplicationState.VERIFYING,
    ApplicationState.RETURNED,
    ApplicationState.APPEALED,
    *OPEN_FOR_REVIEW,
)
STANDINGS: Final[Mapping[str, Text]] = {
    Outcome.MATCH: lazy("agrees"),
    Outcome.MISMATCH: lazy("differs"),
    Outcome.NOT_FOUND: lazy("not found"),
    Outcome.UNAVAILABLE: lazy("no answer yet"),
    WAITING: lazy("no answer yet"),
}
TONES: Final[Mapping[str, str]] = {Outcome.MATCH: "good", Outcome.MISMATCH: "warn", Outcome.NOT_FOUND: "warn"}


@dataclass(frozen=True, slots=True)
class AgencyAnswer:
    """One agency: what came of the comparison in a word, and what the family can do. Never what the register says."""

    name: str
    standing: str
    tone: str
    todo: tuple[str, ...]


def agency_answers(application: Application, version_id: UUID) -> list[AgencyAnswer]:
    """What the agencies that were asked about a version answered; nothing about an application that was withdrawn.

    What to do is said until a person has decided: whoever holds a place has nothing to mend.
    """
    if application.state == ApplicationState.WITHDRAWN:
        return []
    found = checked(version_id)
    rows = []
    for agency in (one for one in Agency if one in found):
        finding = found[agency]
        outcome = finding.outcome if finding else WAITING
        doubts = finding.differences if finding and application.state in UNDECIDED else ()
        words = (family_words(row["field"]) for row in doubts)
        todo = tuple(dict.fromkeys(text for text in words if text))
        rows.append(AgencyAnswer(str(agency.label), str(STANDINGS[outcome]), TONES.get(outcome, ""), todo))
    return rows


def is_held_back(version: ApplicationVersion) -> bool:
    """Whether nothing is told yet of what the agencies answered, for it was submitted too often that day."""
    return version.answers_from is not None and clock.now() < version.answers_from


def is_kept(application: Application, reader: Account) -> bool:
    """Whether the child belongs to a household that is protected against the reader: then no comparison is told."""
    return kept_from(reader, [application.child.id_number])

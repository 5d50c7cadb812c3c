"""Names with a character that nobody could type: which are still open, and what stands since a person settled them.

What was submitted keeps the placeholder for ever. The settled name is that of the child and of the account, and is what
every page, letter and list reads.
"""

from collections.abc import Mapping
from typing import Final

import identifiers
from accounts.models import Account
from enrollment.seasons.models import ApplicationVersion, Child, SettledName

CHARACTER: Final = "name_character"  # in what was typed of a child: the description of the character
CHILD, GUARDIAN = SettledName.Whose.CHILD.value, SettledName.Whose.GUARDIAN.value
NAME_OF_GUARDIAN: Final = "guardian_name"
CHARACTER_OF_GUARDIAN: Final = "guardian_name_character"


def is_open(name: str) -> bool:
    """Whether a character of the name is still to be settled."""
    return identifiers.PLACEHOLDER in name


def fits_settled(described: str, known: str) -> bool:
    """Whether a described name is the known one, of which every character is there by now."""
    if not is_open(described) or identifiers.is_unreadable(known):
        return False
    return identifiers.compare_names(described, known) == "unreadable"


def described_of(child: Child) -> str:
    """The child's name with the placeholders it was entered with; "" where every character of it could be typed.

    Whoever looks for the family may be as little able to type the character as the family was.
    """
    found = identifiers.stands_for(child.typed.get("name", "")) if CHARACTER in child.typed else None
    return found.name if found else ""


def answers_settled(answers: Mapping[str, str], guardian: Account) -> dict[str, str]:
    """Answers with the guardian's own name as it was settled, or vouched for, if they describe it."""
    settled = dict(answers)
    if fits_settled(settled.get(NAME_OF_GUARDIAN, ""), guardian.name):
        settled[NAME_OF_GUARDIAN] = guardian.name
        settled.pop(CHARACTER_OF_GUARDIAN, None)
    return settled


def answers_of(version: ApplicationVersion) -> dict[str, str]:
    """The answers of what was filed, as they are shown: with the settled name of who applied."""
    answers: dict[str, str] = version.claims.get("answers", {})
    if not is_open(answers.get(NAME_OF_GUARDIAN, "")):
        return answers
    return answers_settled(answers, version.application.guardian)


def open_names(version: ApplicationVersion) -> tuple[str, ...]:
    """Whose names a person has still to settle before the version is approved: ``child``, ``guardian``."""
    found = [CHILD] if is_open(version.application.child.name) else []
    return (*found, GUARDIAN) if is_open(answers_of(version).get(NAME_OF_GUARDIAN, "")) else tuple(found)


def descriptions(version: ApplicationVersion) -> dict[str, str]:
    """What was said of the characters, by whose name it is."""
    claims = version.claims
    said = {
        CHILD: claims["child"].get("typed", {}).get(CHARACTER, ""),
        GUARDIAN: claims.get("answers", {}).get(CHARACTER_OF_GUARDIAN, ""),
    }
    return {whose: str(text) for whose, text in said.items() if text}

"""What a face check is to the portal: asked with a name and a number, ended with one word or with a reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as lazy

from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """A check that is asked for: ``reference`` is ours and used once, ``back`` where the browser is to return."""

    reference: str
    name: str
    id_number: str
    back: str
    language: str


@dataclass(frozen=True, slots=True)
class Session:
    """What the service made of it: its own name for the check, and the address of its page."""

    name: str
    page: str


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNFINISHED = "unfinished"  # nothing was done there yet


@dataclass(frozen=True, slots=True)
class Result:
    """The one word of the service; ``left`` is how many more tries it gives this person, of a failed one."""

    outcome: Outcome
    left: int = 0


class FaceAdapter(Protocol):
    """A face service as the portal speaks to it, server to server. Both calls raise FaceFailed (``silent``)."""

    def begin(self, asked: Asked) -> Session:
        """Announce a check; the browser is sent to the page of the session."""

    def result(self, asked: Asked, session: str) -> Result:
        """What became of it, for this very person: never read from what a browser brings back."""


FAILURES = {
    "failed": lazy(
        "The face check did not succeed. You can try again, or use one of the other ways: they lead to the same."
    ),
    "no_tries": lazy(
        "The face check did not succeed, and the service gives no further try today. Please use one of the other ways: "
        "they lead to the same."
    ),
    "cancelled": lazy("You cancelled the face check. Nothing has changed. The other ways are open to you as before."),
    "expired": lazy("The face check took longer than 10 minutes and has ended. Begin again, or use another way."),
    "state": lazy(
        "This face check was begun in another window or account, or was used already. Nothing has changed. Please "
        "begin again here, or use another way."
    ),
    "unfinished": lazy("The face check is not finished there yet. Go back to it, or use another way."),
    "silent": lazy(
        "The face service does not answer at the moment. Nothing is lost: ask again in a minute, or use another way."
    ),
    "elsewhere": lazy(
        "The check succeeded, but another account of yours was confirmed with this ID number before. Join the two "
        "accounts on the page “My account”, or sign in to the other one."
    ),
}


class FaceFailed(Refused):
    """A face check confirmed nobody; ``code`` is a key of FAILURES, ``why`` is for the log only."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(str(FAILURES[code]), code=code)
        self.why = why or code

    @property
    def may_ask_again(self) -> bool:
        """Whether this very check is still under way."""
        return self.code in {"silent", "unfinished"}

"""What a sign-in through a provider is: begun in a browser, ended with an identity or with a reason."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from foundation.errors import Refused

FAILURES = {
    "cancelled": lazy("You cancelled the sign-in there. Nothing has changed. You can try again, or use a code by SMS."),
    "state": lazy("This sign-in was begun in another window or was used already. Please begin again here."),
    "late": lazy("The sign-in took longer than 10 minutes. Please begin again."),
    "silent": lazy("The government sign-in does not answer at the moment. Please try later, or use a code by SMS."),
    "token": lazy(
        "The answer of the government sign-in could not be trusted. Please begin again, or use a code by SMS."
    ),
    "too_weak": lazy(
        "You signed in there with a password only. Please have your real name checked there first - a bank card, a "
        "counter or a face check, as you like - or use a code by SMS here."
    ),
}


class SignInFailed(Refused):
    """The sign-in through a provider did not succeed; ``code`` is a key of FAILURES, ``why`` is for the log only."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(str(FAILURES[code]), code=code)
        self.why = why or code


@dataclass(frozen=True, slots=True)
class Begun:
    """What this browser's session remembers of a sign-in under way."""

    provider: str
    state: str
    nonce: str
    verifier: str
    redirect: str
    at: int

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider vouches for. ``level`` is 2 or 3 (accounts.models.Assurance)."""

    provider: str
    subject: str
    name: str
    id_number: str
    phone: str
    level: int

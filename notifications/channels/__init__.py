"""One folder per channel, all behind one protocol."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings

from notifications.outcomes import Answer
from notifications.rules import Rules


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel is given of one message. ``mark`` names this saying of it in an address, ``key`` by its event;
    ``since``: it was not sent before."""

    mark: str
    key: str
    phone: str
    body: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """A text the provider has: its reference, and ``sent``, ``delivered`` or ``undelivered`` with an error code."""

    reference: str
    state: str = "sent"
    code: str = ""


class NoAnswerError(RuntimeError):
    """The provider could not be asked; ``answer`` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.detail)
        self.answer = answer


class Channel(Protocol):
    """The way to one provider. The asynchronous calls run on a loop's thread and touch no database."""

    name: str
    receipts: bool  # whether it can say later what became of a text
    window: int  # hand-overs under way at once, from one process

    async def send(self, letter: Letter) -> Answer:
        """Hand over one message. What goes wrong is an answer, too."""

    async def find(self, letter: Letter) -> list[Fate]:
        """Texts the provider has that may be this one, oldest first; raises NoAnswerError."""

    async def fate(self, reference: str) -> Fate:
        """What became of a text; raises NoAnswerError."""

    def check_config(self) -> list[str]:
        """What is wrong with the settings, in words for an administrator (empty when nothing)."""


def kinds() -> "dict[str, type[Channel]]":
    """Every channel by the name that SMS_CHANNEL gives it."""
    from notifications.channels.console import ConsoleChannel
    from notifications.channels.twilio import TwilioChannel

    return {"console": ConsoleChannel, "twilio": TwilioChannel}


def channel() -> Channel:
    """The channel that SMS_CHANNEL names."""
    return kinds()[settings.SMS_CHANNEL]()


def check_config() -> list[str]:
    """What is wrong with the chosen channel's settings; empty when nothing."""
    if settings.SMS_CHANNEL not in kinds():
        return [f"SMS_CHANNEL {settings.SMS_CHANNEL!r} is not one of {', '.join(kinds())}"]
    return [f"SMS_CHANNEL {settings.SMS_CHANNEL}: {problem}" for problem in channel().check_config()]


def carrier_rules() -> Rules:
    """What the carriers behind the channel do not deliver, from the settings."""
    words = tuple(word.strip() for word in settings.SMS_BLOCKED_WORDS if word.strip())
    return Rules(settings.SMS_MOST_CHARACTERS, settings.SMS_LINKS, words)

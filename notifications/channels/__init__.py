"""One folder per channel, all behind one protocol; ``chosen`` knows which there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from notifications.models import Message
from notifications.outcomes import Answer


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
    state: str = Message.State.SENT
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

"""Waiting for progress, never for a fixed time: a slow machine is waited for, a stuck one is told.

Servers that are being restarted are waited out where a person would press the button again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
PATIENCE_SECONDS = 600  # for a server that does not answer at all: a start takes a minute on a slow and busy machine
TELL_SECONDS = 30
PAUSE_SECONDS = 0.5
TRANSIENT = (OperationalError, InterfaceError, httpx.TransportError)


class Unwell(httpx.TransportError):
    """The site answered 5xx: it is being restarted."""


class Stalled(RuntimeError):
    """A phase made no progress; the message says which, what is left and who is alive."""


def patient(action: Callable[[], T], say: Callable[[str], None] = lambda _text: None) -> T:
    """Do something that may safely be done twice, again and again while servers are away; it says so now and then."""
    begun = told = time.monotonic()
    while True:
        try:
            return action()
        except TRANSIENT as problem:
            now = time.monotonic()
            if now - begun > PATIENCE_SECONDS:
                raise
            if now - told > TELL_SECONDS:
                told = now
                say(f"waiting for the servers for {now - begun:.0f} s: {type(problem).__name__}")
            connection.close()
            time.sleep(PAUSE_SECONDS)


@dataclass(slots=True)
class Watch:
    """Tells a slow machine from a stuck one: how long nothing moved, against the longest pause there was before.

    ``mark`` is anything that changes when work is done. A machine that needed a minute from one step to the next is
    given twenty before it counts as stuck; a quick one three.
    """

    least: float = 180.0
    times: float = 20.0
    now: Callable[[], float] = time.monotonic
    longest: float = 0.0
    last: object = None
    since: float = field(default=-1.0)

    def idle(self, mark: object) -> float:
        """Seconds since the mark last changed."""
        now = self.now()
        if self.since < 0 or mark != self.last:
            self.longest = max(self.longest, now - self.since if self.since >= 0 else 0.0)
            self.last, self.since = mark, now
        return now - self.since

    @property
    def limit(self) -> float:
        """After how many seconds without a change something is stuck."""
        return max(self.least, self.times * self.longest)

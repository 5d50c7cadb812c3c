"""Waiting out a server that is being restarted: a rehearsal goes on where a person would press the button again."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx
from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.5
TRANSIENT = (OperationalError, InterfaceError, httpx.TransportError)


class Unwell(httpx.TransportError):
    """The site answered 5xx: it is being restarted."""


def patient(action: Callable[[], T]) -> T:
    """Do something that may safely be done twice, again and again while servers are away; at most 90 seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return action()
        except TRANSIENT:
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(PAUSE_SECONDS)

"""Whose hands do what is done for a family: set for one request, read wherever a row is written.

A clerk who fills in a form with a family acts for the guardian. Every row written meanwhile names the visit, and
through it the operator; because the rows themselves ask here, no service can forget it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hands:
    """The operator (account id and name in the log), the visit's row id, its channel (``counter`` or ``helper``) and
    the county in which the visit may file.
    """

    operator_id: int
    operator_label: str
    visit_id: int
    channel: str
    district: str


_hands: ContextVar[Hands | None] = ContextVar("hands", default=None)


def current() -> Hands | None:
    """Whoever acts for a family at this moment; None when people act for themselves."""
    return _hands.get()


def current_visit() -> int | None:
    """The row id of the visit in which something is done: the default of columns that name it."""
    hands = _hands.get()
    return hands.visit_id if hands else None


@contextmanager
def using(hands: Hands) -> Iterator[None]:
    """Everything written within the block is done by these hands."""
    token = _hands.set(hands)
    try:
        yield
    finally:
        _hands.reset(token)

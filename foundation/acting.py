"""Who does what is done for a family, when a clerk helps it: set for one request, read wherever a row is written.

A clerk who fills in a form with a family acts for the guardian. Every row written meanwhile names the visit, and
through it the operator; because the rows themselves ask here, no service can forget it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssistContext:
    """The operator (account id and name in the log), the visit's row id, its channel (``counter`` or ``helper``), the
    county in which the visit may file, and the guardian: account id, name and number as read from the document.
    """

    operator_id: int
    operator_label: str
    visit_id: int
    channel: str
    district: str
    guardian_id: int = 0
    named: tuple[str, str] = ("", "")


_assist: ContextVar[AssistContext | None] = ContextVar("assist", default=None)


def current() -> AssistContext | None:
    """Whoever acts for a family at this moment; None when people act for themselves."""
    return _assist.get()


def current_visit() -> int | None:
    """The row id of the visit in which something is done: the default of columns that name it."""
    assist = _assist.get()
    return assist.visit_id if assist else None


@contextmanager
def using(assist: AssistContext) -> Iterator[None]:
    """Everything written within the block is done in this visit."""
    token = _assist.set(assist)
    try:
        yield
    finally:
        _assist.reset(token)

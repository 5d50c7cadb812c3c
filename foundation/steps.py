"""The one way in which a row with a ``state`` makes a legal step: by compare-and-set, never check and save."""

from collections.abc import Callable
from typing import Any

from foundation.errors import Refused
from foundation.transitions import IllegalTransition, TransitionTable


def make_step(
    row: Any,
    table: TransitionTable,
    event: str,
    *,
    illegal: Callable[[], Refused],
    overtaken: Callable[[], str],
    **values: Any,
) -> str:
    """Make one legal step, only if the row is still in the state we saw; the state it came from.

    ``values`` are set with it. Raises ``illegal()`` where the table has no such step, and Refused ``changed`` with the
    words of ``overtaken`` where somebody was faster; nothing has changed then. Call inside a transaction.
    """
    source: str = row.state
    try:
        target = table.target(source, event)
    except IllegalTransition:
        raise illegal() from None
    if not type(row).objects.filter(pk=row.pk, state=source).update(state=target, **values):
        raise Refused(overtaken(), code="changed")
    for name, value in {"state": target, **values}.items():
        setattr(row, name, value)
    return source

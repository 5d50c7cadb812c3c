"""What the entries of one child on the bureau's lists say on one day (pure)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

POINTS: Final = "points"
DISABLED: Final = "disabled"  # with the grade of the certificate
LOCAL: Final = "local"  # the district's own facts, each an entry of its own
Body = Mapping[str, Any]


def stands(body: Body, on: date) -> bool:
    """Whether a certificate of points counts on this day: issued by then, and not run out."""
    issued, until = body.get("issued_on"), body.get("valid_until")
    return (not issued or issued <= on.isoformat()) and (not until or on.isoformat() <= until)


def counted_points(bodies: Iterable[Body], on: date) -> Body | None:
    """The points that count: of several towns and of two parents the higher; None where none stand on this day."""
    standing = [body for body in bodies if stands(body, on)]
    return max(standing, key=lambda one: (one["total"], bool(one.get("matches", True))), default=None)


def lists_on(entries: Iterable[tuple[str, str, Body]], on: date) -> dict[str, Body]:
    """The lists that a child is on, by kind, from (kind, part, body); of its points only those that count."""
    found: dict[str, Body] = {}
    points: list[Body] = []
    local: dict[str, Any] = {}
    for kind, part, body in entries:
        if kind == POINTS:
            points.append(body)
        elif kind == LOCAL:
            local[part] = body["value"]
        else:
            found[kind] = body
    best = counted_points(points, on)
    return found | ({POINTS: best} if best else {}) | ({LOCAL: local} if local else {})

"""One line for everything the portal refuses: what, why, in which request - and nothing about whom.

Whoever runs the portal finds out from these lines why a sign-in, a way back from a provider, an agency or a carrier
said no. A line is one JSON object, so that any collector reads it. Runs of digits long enough for a telephone, a
document or a code are blotted out here, whatever a caller passes; names never belong into a line.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import uuid4

Fact = str | int | float | bool | None
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
DIGITS = re.compile(r"\d{6,}")  # the shortest secret is a sign-in code
LONGEST = 200  # characters of a fact
_request: ContextVar[str] = ContextVar("request", default="")


def request_id() -> str:
    """The id of the request or look at work in this thread; "" outside of one."""
    return _request.get()


@contextmanager
def named(given: str = "") -> Iterator[str]:
    """Give the work in this block an id: the one that a proxy sent, if it looks like one, or a new one."""
    made = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    token = _request.set(made)
    try:
        yield made
    finally:
        _request.reset(token)


def refused(what: str, reason: str, **facts: Fact) -> None:
    """Write the line of a refusal.

    ``what``: sign_in, staff_sign_in, limit, oidc, face, callback, agency, carrier, upload.
    """
    logging.getLogger(f"portal.refused.{what}").warning(reason, extra={"facts": facts})


def clean(value: Fact) -> Fact:
    """A fact as it may stand in a line."""
    return blotted(value)[:LONGEST] if isinstance(value, str) else value


def blotted(text: str) -> str:
    """The text without runs of digits that could be somebody's."""
    return DIGITS.sub("…", text)


class Line(logging.Formatter):
    """Every record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        shown: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": blotted(record.getMessage()),
        }
        if request_id():
            shown["request"] = request_id()
        facts = getattr(record, "facts", None)
        if facts is not None:
            shown |= {name: clean(value) for name, value in facts.items()}
        if record.exc_info:
            shown["error"] = blotted(self.formatException(record.exc_info))
        return json.dumps(shown, ensure_ascii=False, default=str)

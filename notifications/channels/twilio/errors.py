"""Twilio's errors, classed. Pure data, from twilio.com/docs/api/errors.

What is not in the tables is classed by the HTTP status. Both shapes of an error are read: ``{"code": ..., "message":
..., "more_info": ...}`` and RFC 9457 problem details, whose ``type`` ends with the code.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from notifications.outcomes import Answer, Kind, retry_after

# credentials, account, sender, callback address: nothing goes until somebody mends it
CONFIGURATION: Final = frozenset(
    {
        20003, 20005, 20006, 20008, 20404, 21212,
        21603, 21606, 21607, 21608, 21609, 21626, 21659,
        21660, 21661, 21703, 21704, 21705, 21706, 30002,
        30034,
    }
)  # fmt: skip
THROTTLED: Final = frozenset({14107, 20429, 21611, 30001, 30022})
# this number or this text will never be taken
PERMANENT: Final = frozenset(
    {
        21211, 21214, 21215, 21217, 21265, 21408,
        21421, 21602, 21604, 21610, 21612, 21614, 21617,
        21619, 30004, 30005, 30006, 30007,
    }
)  # fmt: skip
HELD_STATUS: Final = frozenset({401, 402, 403, 404, 405, 407, 410})
DOUBTFUL_STATUS: Final = frozenset({408, 409})
CODE: Final = re.compile(r"(\d{4,6})/?$")
SERVER_ERROR: Final = 500
REDIRECT: Final = range(300, 400)


def classed(status: int, body: Any, headers: Mapping[str, str], now: datetime) -> Answer:
    """The answer that an HTTP response other than a created message is."""
    code = error_code(body)
    detail = f"Twilio {status} {code}".strip()
    wait = retry_after(headers.get("Retry-After", ""), now)
    return Answer(_kind(status, code), detail=detail, retry_after=wait)


def _kind(status: int, code: str) -> Kind:
    number = int(code or 0)
    if status == HTTPStatus.TOO_MANY_REQUESTS or number in THROTTLED:
        return Kind.THROTTLED
    if status < HTTPStatus.MULTIPLE_CHOICES or status >= SERVER_ERROR or status in DOUBTFUL_STATUS:
        return Kind.DOUBTFUL  # a success without a message, or an error after which the message may exist
    if number in PERMANENT:
        return Kind.REFUSED
    if number in CONFIGURATION or status in HELD_STATUS or status in REDIRECT:
        return Kind.HELD
    return Kind.REFUSED


def error_code(body: Any) -> str:
    """Twilio's number of an error; "" when the body has none."""
    if not isinstance(body, dict):
        return ""
    code = body.get("code")
    if isinstance(code, int | str) and not isinstance(code, bool) and str(code).isdigit():
        return str(code)[:6]
    for name in ("type", "more_info"):
        if isinstance(body.get(name), str) and (found := CODE.search(body[name])):
            return found.group(1)
    return ""

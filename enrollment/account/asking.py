"""Codes that a browser asks for and then types: which code is its own is kept in its session."""

from typing import Final

from django.http import HttpRequest

import identifiers
from accounts import limits
from accounts.askers import ASK_SECONDS, Asker, asker_of
from accounts.models import Account
from accounts.services import code_verify
from enrollment.account.services.signin import sign_in_code_send
from foundation import clock
from foundation.crypto import blind_index

ASKS: Final = "asks"  # {part of the number's digest: [key of the code, when it was sent, in seconds]}


MOST_ASKS: Final = 3  # a change of phone asks the new and the old one


DIGITS: Final = 16


ON_ITS_WAY: Final = frozenset({"cool_down", "number_full"})  # refused, for a code was sent already: go and enter it


def _named(phone: str) -> str:
    checked = identifiers.check("mobile", phone, role="guardian", today=clock.today())
    return blind_index("ask", checked.value)[:DIGITS]


def asker(request: HttpRequest, phone: str) -> Asker:
    """Who types a code for this number. That it was sent for this browser counts while the code may still be used: its
    tries would otherwise begin anew with every code that anybody has sent to the number.
    """
    ask, sent = request.session.get(ASKS, {}).get(_named(phone), ("", 0))
    if clock.now().timestamp() - sent > ASK_SECONDS:
        ask = ""
    return asker_of(request, address=limits.address_of(request), ask=ask)


def code_send(request: HttpRequest, phone: str) -> str:
    """Send a code for this browser; the number in E.164. Raises Refused."""
    issued = sign_in_code_send(phone=phone, asker=asker_of(request, address=limits.address_of(request)))
    asks = {**request.session.get(ASKS, {}), _named(issued.phone): [issued.key, int(clock.now().timestamp())]}
    request.session[ASKS] = dict(list(asks.items())[-MOST_ASKS:])
    return issued.phone


def code_check(request: HttpRequest, phone: str, code: str) -> Account:
    """The account of a right code. Raises Refused."""
    return code_verify(phone=phone, code=code, asker=asker(request, phone))

"""How often one network address may ask: generous, for a whole school may stand behind one address.

Counters live in Valkey and may be lost without harm; while it is away, nobody is refused.
"""

import hashlib
import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis import RedisError

from foundation.errors import Refused
from foundation.valkey import valkey

CODES = ("codes", 300, 3600)  # sign-in codes: how many, in how many seconds
PASSWORDS = ("passwords", 100, 900)  # wrong passwords of staff
IPV6_NETWORK, IPV6_SHOWN = 64, 48


def address_of(request: HttpRequest) -> str:
    """The network address of the other side; behind the city's proxy, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if not settings.LOCAL else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def masked_address(address: str) -> str:
    """Enough of an address to recognise one's own network, too little to find a home."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return ".".join([*str(found).split(".")[:2], "*", "*"])
    return f"{ipaddress.ip_network(f'{found}/{IPV6_SHOWN}', strict=False).network_address}…"


def _name(kind: str, address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"limit:{kind}:none"
    if found.version == 6:
        found = ipaddress.ip_network(f"{found}/{IPV6_NETWORK}", strict=False).network_address
    return f"limit:{kind}:{hashlib.sha256(f'{settings.INDEX_KEY}{found}'.encode()).hexdigest()[:32]}"


def count(limit: tuple[str, int, int], address: str) -> None:
    """Count one more try from this address. Raises Refused (too_often) when there were too many."""
    kind, _most, seconds = limit
    try:
        name = _name(kind, address)
        number = int(valkey().incr(name))
        if number == 1:
            valkey().expire(name, seconds)
    except RedisError:
        return
    _refuse_above(limit, number)


def refuse_when_full(limit: tuple[str, int, int], address: str) -> None:
    """Raises Refused (too_often) when this address has used up its tries; counts nothing."""
    try:
        number = int(valkey().get(_name(limit[0], address)) or 0)
    except RedisError:
        return
    _refuse_above(limit, number + 1)


def _refuse_above(limit: tuple[str, int, int], number: int) -> None:
    if number > limit[1]:
        text = _(
            "Very many tries came from your network in a short time. Please wait a quarter of an hour, use another "
            "network such as your phone's own, or go to a service point."
        )
        raise Refused(text, code="too_often")

"""How often anybody may ask: one script in Valkey for every rule of ``accounts.limit_rules``.

All buckets of a request are looked at and filled in one atomic step, each with its end of life in the same step:
nothing is counted of what is refused, and no counter can stay for ever. Keys are keyed digests. Counters may be lost
without harm; while Valkey is away, nobody is refused (wrong codes are counted in the database).
"""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.askers import Asker
from accounts.limit_rules import FLOOD_SECONDS, FLOOD_SHARE, HOME, KNOWN, MINUTE, TEXTS, Bucket, Rule, buckets
from foundation import clock, events
from foundation.crypto import blind_index
from foundation.errors import Refused
from foundation.valkey import away, valkey

IPV6_NETWORK, IPV6_SHOWN = 64, 48
KEY_DIGITS: Final = 24
SENT, ENTERED = "limit:flood:sent", "limit:flood:entered"

# ARGV: now (ms), mode, flood threshold, flood window (ms), flood share; then for each bucket most, window (ms), earned,
# whether places return (0 or 1). KEYS: flood sent, flood entered; for each bucket its key and its two days' keys of
# what was earned; last, that this number entered a code here.
# mode "take": {0, 0}, or {number of the bucket, ms to wait}. mode "look": the same, nothing is filled. mode "give": a
# place back to each bucket that returns them, and one entered number to the days of those that earn, if the last key is
# new.
SCRIPT: Final = """
local now, mode = tonumber(ARGV[1]), ARGV[2]
local threshold, flood_window, share = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local function level(key, per_ms)
  local row = redis.call('HMGET', key, 'l', 't')
  if not row[1] then return 0 end
  return math.max(0, tonumber(row[1]) - math.max(0, now - tonumber(row[2])) * per_ms)
end
local function put(key, value, window)
  redis.call('HSET', key, 'l', tostring(value), 't', tostring(now))
  redis.call('PEXPIRE', key, window)
end
local function flat(key)
  local row = redis.call('HMGET', key, 'l', 't')
  if not row[1] then return 0 end
  local left = 1 - math.max(0, now - tonumber(row[2])) / flood_window
  return math.max(0, tonumber(row[1]) * left)
end
local found, flooded = {}, false
if threshold > 0 then
  flooded = flat(KEYS[1]) > threshold + flat(KEYS[2]) / 2
end
local count = (#ARGV - 5) / 4
for i = 1, count do
  local base = 5 + (i - 1) * 4
  local most, window, earns = tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2]), tonumber(ARGV[base + 3])
  local key, today, before = KEYS[3 * i], KEYS[3 * i + 1], KEYS[3 * i + 2]
  local earned = 0
  if earns > 0 then
    earned = tonumber(redis.call('GET', today) or 0) + tonumber(redis.call('GET', before) or 0)
    if flooded then
      most, earned = math.max(1, math.floor(most / share)), earned / 4
    end
    most = most + earns * earned
  end
  local held = level(key, most / window)
  if mode ~= 'give' and held + 1 > most + 0.000001 then
    return {i, math.ceil((held + 1 - most) * window / most)}
  end
  found[i] = {key, held, window, earns, today, tonumber(ARGV[base + 4])}
end
if mode == 'look' then return {0, 0} end
local first = mode == 'give' and redis.call('SET', KEYS[#KEYS], 1, 'NX', 'EX', 86400)
for i = 1, count do
  local one = found[i]
  if mode == 'take' then
    put(one[1], one[2] + 1, one[3])
  else
    if one[6] > 0 then put(one[1], math.max(0, one[2] - 1), one[3]) end
    if first and one[4] > 0 then
      redis.call('INCR', one[5])
      redis.call('EXPIRE', one[5], 172800)
    end
  end
end
if threshold > 0 then
  if mode == 'take' then
    put(KEYS[1], flat(KEYS[1]) + 1, flood_window)
  else
    put(KEYS[1], math.max(0, flat(KEYS[1]) - 1), flood_window)
    put(KEYS[2], flat(KEYS[2]) + 1, flood_window)
  end
end
return {0, 0}
"""


class TooOften(Refused):
    """Refused by a limit; ``wait`` is in how many seconds there is room again."""

    def __init__(self, message: str, wait: int, code: str) -> None:
        super().__init__(message, code=code)
        self.wait = wait


def address_of(request: HttpRequest) -> str:
    """The network address of the other side, as the outermost of our own proxies (TRUSTED_PROXIES) saw it.

    Each proxy adds the address it was asked from at the right end of X-Forwarded-For; what stands further left was
    written by the other side and is worth nothing. A request that came past our proxies has too few entries: then the
    connection's own address counts.
    """
    depth = int(settings.TRUSTED_PROXIES)
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if 0 < depth <= len(seen) and (found := _address(seen[-depth])) is not None:
        return found
    return _address(str(request.META.get("REMOTE_ADDR", ""))) or ""


def _address(text: str) -> str | None:
    """An address as written by a proxy, without a port; None when it is none. IPv4 within IPv6 is IPv4."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(found)


def masked_address(address: str) -> str:
    """Enough of an address to recognise one's own network, too little to find a home."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return ".".join([*str(found).split(".")[:2], "*", "*"])
    return f"{ipaddress.ip_network(f'{found}/{IPV6_SHOWN}', strict=False).network_address}…"


def _network(address: str) -> str:
    """What an address is counted as: IPv6 by the /64 that one household or one rented machine has; "" stays so."""
    if not address:
        return ""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "none"
    if found.version == 6:
        return str(ipaddress.ip_network(f"{found}/{IPV6_NETWORK}", strict=False).network_address)
    return str(found)


def _digest(name: str, value: str) -> str:
    return blind_index(f"limit:{name}", value)[:KEY_DIGITS] if value else ""


def count(kind: str, rules: Sequence[Rule], **facts: str) -> None:
    """Count one try by these facts (``address``, ``name``, ``device``, ``asker``). Raises TooOften."""
    _run("take", kind, rules, facts)


def refuse_when_full(kind: str, rules: Sequence[Rule], **facts: str) -> None:
    """Raises TooOften when a try would be one too many; counts nothing."""
    _run("look", kind, rules, facts)


def text_count(kind: str, *, number: str, asker: Asker, known: bool = False) -> None:
    """Count one text (``code``, ``invitation``, ``visit``) to a number in E.164. Raises Refused (country), TooOften.

    ``known``: the browser signed in to this number's account before; its texts have buckets of their own, which nobody
    else draws from.
    """
    refuse_country(number)
    _run("take", kind, KNOWN if known else TEXTS[kind], _facts(number, asker), flood=kind == "code" and not known)


def text_entered(kind: str, *, number: str, asker: Asker, known: bool = False) -> None:
    """A code was entered: its place is free again, and the address has earned room.

    A number earns once a day for an address, so that one telephone in a stranger's hand is worth little.
    """
    _run("give", kind, KNOWN if known else TEXTS[kind], _facts(number, asker), flood=kind == "code" and not known)


def _facts(number: str, asker: Asker) -> dict[str, str]:
    country = country_of(number)
    abroad = "" if country == HOME else country
    return {
        "number": number,
        "known": "yes",
        "asker": asker.name,
        "address": asker.address,
        "country": country,
        "abroad": abroad,
    }


def country_of(number: str) -> str:
    """The calling code of a number in E.164, without the plus; "" when it cannot be read."""
    import phonenumbers

    try:
        return str(phonenumbers.parse(number, None).country_code)
    except phonenumbers.NumberParseException:
        return ""


def refuse_country(number: str) -> None:
    """Raises Refused when no message is sent to this country (PHONE_COUNTRIES)."""
    allowed: Sequence[str] = settings.PHONE_COUNTRIES
    if "*" not in allowed and f"+{country_of(number)}" not in allowed:
        text = _(
            "We cannot send messages to this country. Please give a number of %(countries)s, or use the government "
            "sign-in or a service point."
        )
        raise Refused(text % {"countries": ", ".join(allowed)}, code="country", field="phone")


def _run(mode: str, kind: str, rules: Sequence[Rule], facts: Mapping[str, str], *, flood: bool = False) -> None:
    plain = {**facts, "address": _network(facts["address"])} if "address" in facts else facts
    digests = {name: _digest(name, value) for name, value in plain.items()}
    found = buckets(kind, rules, digests)
    if not found:
        return
    now = clock.now()
    threshold = int(settings.CODE_FLOOD) if flood else 0
    keys = [SENT, ENTERED]
    values: list[int | str] = [int(now.timestamp() * 1000), mode, threshold, FLOOD_SECONDS * 1000, FLOOD_SHARE]
    day = int(now.timestamp() // 86_400)
    for one in found:
        keys += [one.key, f"{one.earned_key}:{day}", f"{one.earned_key}:{day - 1}"]
        values += [one.rule.most, one.rule.seconds * 1000, one.rule.earned, int(one.rule.returns)]
    keys = [
        f"{settings.LIMITS_PREFIX}{key}" for key in (*keys, f"entered:{digests.get('number')}:{digests.get('address')}")
    ]
    try:
        number, wait = valkey().register_script(SCRIPT)(keys=keys, args=values)
    except away():
        return
    if number:
        full = found[int(number) - 1]
        events.refused("limit", kind, rule=full.rule.name)
        raise _refusal(full, max(1, -(-int(wait) // 1000)))


def _refusal(full: Bucket, wait: int) -> TooOften:
    """Why, until when, and which other ways there are."""
    texts = {
        "number": _(
            "Several messages went to this number already. Please enter the newest code you have, or wait %(minutes)d "
            "more minutes."
        ),
        "pause": _("A message to this number was sent just now. Please wait a minute before sending another."),
        "network": _(
            "Very many tries came from your network in a short time. Please try again in %(minutes)d minutes, use "
            "another network such as your phone's own, or go to a service point."
        ),
        "country": _(
            "Very many messages were asked for to this country in a short time. Please try again in %(minutes)d "
            "minutes, or use the government sign-in."
        ),
        "registers": _(
            "The registers were asked often today. Please type your answers: they are checked after you apply."
        ),
        "face": _(
            "A face check was begun several times in a short time. Please use one of the other ways, or try again in "
            "%(minutes)d minutes."
        ),
        "sender": _("You have sent as many messages as one person may in a day. Please go on tomorrow."),
    }
    told = full.rule.told
    code = "number_full" if told == "number" else "cool_down" if told == "pause" else "too_often"
    return TooOften(texts[told] % {"minutes": -(-wait // MINUTE)}, wait, code)

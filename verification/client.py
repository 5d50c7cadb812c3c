"""Asking the agencies: rate-limited, counted, guarded by the catalogue and a breaker; the requests go over ``wire``."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from foundation import clock
from foundation.valkey import away, valkey
from verification.lines import lines_for
from verification.models import AgencyCall, AgencySwitch
from verification.tallies import Place, calls_tally
from verification.wire import BREAKER_FAILURES, BUSY, NOT_MADE, OK, Answer, Call, Request, begin, signature

__all__ = [
    "BUSY",
    "FULL_NOW",
    "NOT_MADE",
    "OK",
    "Answer",
    "Asking",
    "Call",
    "Request",
    "ask_all",
    "ask_line",
    "ask_many",
    "signature",
    "with_lines",
]

BREAKER_SECONDS = 20
FULL_NOW = "too many requests this second"  # of a request that was not made
# A parent who waits at a page for prefill does not stand behind a hundred thousand checks: each has its share.
SHARES = {"check": 0.8, "prefill": 0.2}
# A token bucket an agency and purpose, for all processes together: refilled by the server's own clock, one second deep.
# KEYS: buckets; ARGV: of each its tokens a second, and how many are wanted. Answers how many are given of each.
BUCKETS = """
local time = redis.call('TIME')
local now, given = time[1] + time[2] / 1000000, {}
for i, key in ipairs(KEYS) do
  local rate = tonumber(ARGV[2 * i - 1])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = math.min(rate, (tonumber(kept[1]) or rate) + rate * math.max(0, now - (tonumber(kept[2]) or now)))
  given[i] = math.max(0, math.min(tonumber(ARGV[2 * i]), math.floor(tokens)))
  redis.call('HSET', key, 'tokens', tokens - given[i], 'at', now)
  redis.call('EXPIRE', key, 60)
end
return given
"""


def with_lines(requests: Sequence[Request]) -> list[Request]:
    """The requests, each with the line of its district."""
    lines = lines_for({(one.district, one.agency) for one in requests})
    return [replace(one, line=lines[one.district, one.agency]) for one in requests]


def granted(wanted: Mapping[str, int], purpose: str, quotas: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many requests each bucket gives now; without the counters all go through.

    A bucket is an agency's, or that of a line which has a quota of its own (requests a second, by its name).
    """
    if not wanted:
        return {}
    share, own = SHARES.get(purpose, 1.0), quotas or {}
    rates = {name: max(1.0, own.get(name, settings.AGENCY_RATE) * share) for name in wanted}
    try:
        script = valkey().register_script(BUCKETS)
        given: list[int] = script(
            keys=[_bucket(name, purpose) for name in wanted],
            args=[one for name, many in wanted.items() for one in (rates[name], many)],
        )
    except away():
        return dict(wanted)
    return dict(zip(wanted, given, strict=True))


def granted_lines(requests: Sequence[Request], purpose: str) -> dict[str, int]:
    """How many requests each line with a quota of its own takes now."""
    quotas = {one.line.name: one.line.quota for one in requests if one.line and one.line.quota and not one.line.closed}
    wanted = Counter(one.line.name for one in requests if one.line and one.line.name in quotas)
    return granted(wanted, purpose, {name: quota for name, quota in quotas.items() if quota})


def give_back(unused: Mapping[str, int], purpose: str) -> None:
    """Put back what was given and not used."""
    left = {agency: count for agency, count in unused.items() if count > 0}
    if not left:
        return
    with contextlib.suppress(*away()), valkey().pipeline(transaction=False) as pipe:
        for agency, count in left.items():
            pipe.hincrbyfloat(_bucket(agency, purpose), "tokens", count)
        pipe.execute()


def _bucket(name: str, purpose: str) -> str:
    return f"{settings.LIMITS_PREFIX}agency:bucket:{name}:{purpose}"


def _refused(requests: Sequence[Request], *quotas: Mapping[str, int]) -> dict[int, Call]:
    """The requests that are not made now, by place: over a closed line, or where a bucket is empty."""
    refused: dict[int, Call] = {}
    left = [dict(quota) for quota in quotas]
    for at, request in enumerate(requests):
        line = request.line
        why = line.closed if line else ""
        name = line.name if line else request.agency
        if not why:
            for quota in left:
                for bucket in {request.agency, name} & quota.keys():
                    quota[bucket] -= 1
                    if quota[bucket] < 0:
                        why = FULL_NOW
        if why:
            refused[at] = Call(request.agency, uuid.uuid4().hex, NOT_MADE, 0, None, why, name)
    return refused


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests under way. ``calls`` waits for them, counts them and tells the breaker; call it once."""

    purpose: str
    requests: Sequence[Request]
    future: "Future[list[Call]]"

    def calls(self) -> list[Call]:
        made = self.future.result()
        note(made, self.requests, purpose=self.purpose)
        return made


def ask_many(requests: Sequence[Request], *, purpose: str) -> Asking:
    """Send many requests now, for which their agencies gave a quota; the answers come with ``calls()``, in order.

    Never raises for silence.
    """
    return Asking(purpose, requests, begin(requests, _refused(requests, granted_lines(requests, purpose))))


def ask_all(
    lookups: Mapping[str, Sequence[str]], *, purpose: str, district: str = "", round_id: int = 0
) -> dict[str, Call]:
    """Ask several agencies at once, one request each; every request is counted. Never raises for what they do."""
    requests = with_lines([Request(agency, keys, district, round_id=round_id) for agency, keys in lookups.items()])
    wanted = {one.agency: 1 for one in requests if one.line and not one.line.closed}
    refused = _refused(requests, granted(wanted, purpose), granted_lines(requests, purpose))
    asking = Asking(purpose, requests, begin(requests, refused))
    return {one.agency: one for one in asking.calls()} if requests else {}


def ask_line(request: Request) -> Call:
    """Ask over one line, whether it is open or not: a trial. It is counted."""
    return Asking("probe", [request], begin([request], {})).calls()[0]


def note(calls: Iterable[Call], requests: Iterable[Request], *, purpose: str) -> None:
    """Count requests that were made; eight failures in a row rest an agency for 20 seconds."""
    now = clock.now()
    pairs = [(one, asked) for one, asked in zip(calls, requests, strict=True) if one.status != NOT_MADE]
    made = [one for one, _asked in pairs]
    rows = [
        AgencyCall(
            agency=one.agency,
            at=now,
            purpose=purpose,
            trace_id=one.trace_id,
            status=one.status,
            milliseconds=one.milliseconds,
            usable=one.answer is not None,
        )
        for one in made
    ]
    with transaction.atomic():
        AgencyCall.objects.bulk_create(rows)
        calls_tally(
            (row, Place(asked.district, asked.round_id, one.line or one.agency))
            for row, (one, asked) in zip(rows, pairs, strict=True)
        )
    # of a batch, only what follows a line's last answer is a failure in a row; who says "too often" is not away
    good: set[str] = set()
    failed: dict[str, int] = {}
    for one in made:
        line = one.line or one.agency
        if one.answer is not None:
            good.add(line)
            failed.pop(line, None)
        elif one.status != BUSY:
            failed[line] = failed.get(line, 0) + 1
    if good:
        AgencySwitch.objects.filter(pk__in=good, failures__gt=0).update(failures=0, open_until=None)
    for line, count in sorted(failed.items()):
        _count_failures(line, count)


def _count_failures(line: str, count: int) -> None:
    AgencySwitch.objects.get_or_create(pk=line)
    AgencySwitch.objects.filter(pk=line).update(failures=F("failures") + count)
    AgencySwitch.objects.filter(pk=line, failures__gte=BREAKER_FAILURES).update(
        failures=0, open_until=clock.now() + timedelta(seconds=BREAKER_SECONDS)
    )

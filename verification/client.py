"""Asking the agencies: rate-limited, counted, guarded by a switch and a breaker; the requests go over ``wire``."""

import contextlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from redis import RedisError

from foundation import clock
from foundation.valkey import valkey
from verification.models import AgencyCall, AgencySwitch
from verification.wire import BREAKER_FAILURES, NOT_MADE, OK, Answer, Call, Request, begin, signature

__all__ = ["NOT_MADE", "OK", "Answer", "Asking", "Call", "Request", "ask_all", "ask_many", "signature"]

BREAKER_SECONDS = 20
# A parent who waits at a page for prefill does not stand behind a hundred thousand checks: each has its share.
SHARES = {"check": 0.8, "prefill": 0.2}
# A token bucket an agency and purpose, for all processes together: refilled by the server's own clock, one second deep.
# KEYS: buckets; ARGV: tokens a second, then how many are wanted of each. Answers how many are given of each.
BUCKETS = """
local time = redis.call('TIME')
local now, rate, given = time[1] + time[2] / 1000000, tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = math.min(rate, (tonumber(kept[1]) or rate) + rate * math.max(0, now - (tonumber(kept[2]) or now)))
  given[i] = math.max(0, math.min(tonumber(ARGV[i + 1]), math.floor(tokens)))
  redis.call('HSET', key, 'tokens', tokens - given[i], 'at', now)
  redis.call('EXPIRE', key, 60)
end
return given
"""


def closed_agencies() -> dict[str, str]:
    """Agencies that are not asked at the moment, with the reason: switched off, or resting after failures."""
    now, closed = clock.now(), {}
    for switch in AgencySwitch.objects.all():
        if not switch.enabled:
            closed[switch.agency] = "switched off"
        elif switch.open_until and switch.open_until > now:
            closed[switch.agency] = "resting after repeated failures"
    return closed


def granted(wanted: Mapping[str, int], purpose: str) -> dict[str, int]:
    """How many requests each agency's bucket gives now; without the counters all go through."""
    rate = max(1.0, settings.AGENCY_RATE * SHARES.get(purpose, 1.0))
    try:
        script = valkey().register_script(BUCKETS)
        given: list[int] = script(keys=[_bucket(agency, purpose) for agency in wanted], args=[rate, *wanted.values()])
    except RedisError:
        return dict(wanted)
    return dict(zip(wanted, given, strict=True))


def give_back(unused: Mapping[str, int], purpose: str) -> None:
    """Put back what was given and not used."""
    left = {agency: count for agency, count in unused.items() if count > 0}
    if not left:
        return
    with contextlib.suppress(RedisError), valkey().pipeline(transaction=False) as pipe:
        for agency, count in left.items():
            pipe.hincrbyfloat(_bucket(agency, purpose), "tokens", count)
        pipe.execute()


def _bucket(agency: str, purpose: str) -> str:
    return f"agency:bucket:{agency}:{purpose}"


def _refused(
    requests: Sequence[Request], closed: Mapping[str, str], quota: Mapping[str, int] | None
) -> dict[int, Call]:
    """The requests that are not made now, by place: a closed agency, or one whose bucket is empty."""
    refused, left = {}, dict(quota or {})
    for at, request in enumerate(requests):
        why = closed.get(request.agency, "")
        if not why and quota is not None:
            left[request.agency] -= 1
            why = "too many requests this second" if left[request.agency] < 0 else ""
        if why:
            refused[at] = Call(request.agency, uuid.uuid4().hex, NOT_MADE, 0, None, why)
    return refused


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests under way. ``calls`` waits for them, counts them and tells the breaker; call it once."""

    purpose: str
    future: "Future[list[Call]]"

    def calls(self) -> list[Call]:
        made = self.future.result()
        note(made, purpose=self.purpose)
        return made


def ask_many(requests: Sequence[Request], *, purpose: str, closed: Mapping[str, str]) -> Asking:
    """Send many requests now, for which there is a quota; the answers come with ``calls()``, in order.

    ``closed``: agencies that are not asked, with the reason. Never raises for silence.
    """
    return Asking(purpose, begin(requests, _refused(requests, closed, None)))


def ask_all(lookups: Mapping[str, Sequence[str]], *, purpose: str) -> dict[str, Call]:
    """Ask several agencies at once, one request each; every request is counted. Never raises for what they do."""
    requests, closed = [Request(agency, keys) for agency, keys in lookups.items()], closed_agencies()
    wanted = {agency: 1 for agency in lookups if agency not in closed}
    quota = granted(wanted, purpose) if wanted else {}
    asking = Asking(purpose, begin(requests, _refused(requests, closed, quota)))
    return {one.agency: one for one in asking.calls()} if requests else {}


def note(calls: Iterable[Call], *, purpose: str) -> None:
    """Count requests that were made; eight failures in a row rest an agency for 20 seconds."""
    made, now = [one for one in calls if one.status != NOT_MADE], clock.now()
    AgencyCall.objects.bulk_create(
        [
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
    )
    # of a batch, only what follows an agency's last answer is a failure in a row
    good: set[str] = set()
    failed: dict[str, int] = {}
    for one in made:
        if one.answer is not None:
            good.add(one.agency)
            failed.pop(one.agency, None)
        else:
            failed[one.agency] = failed.get(one.agency, 0) + 1
    if good:
        AgencySwitch.objects.filter(pk__in=good, failures__gt=0).update(failures=0, open_until=None)
    for agency, count in sorted(failed.items()):
        _failed(agency, count)


def _failed(agency: str, count: int) -> None:
    AgencySwitch.objects.get_or_create(pk=agency)
    AgencySwitch.objects.filter(pk=agency).update(failures=F("failures") + count)
    AgencySwitch.objects.filter(pk=agency, failures__gte=BREAKER_FAILURES).update(
        failures=0, open_until=clock.now() + timedelta(seconds=BREAKER_SECONDS)
    )

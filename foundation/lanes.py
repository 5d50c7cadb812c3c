"""The workers' lanes: what waits in the broker, and who gave a sign of life."""

from typing import cast

from foundation.valkey import valkey

LANES = ("codes", "families", "messages", "runs", "sweeps")
PULSES = "lanes:pulses"  # {lane or "beat": seconds since 1970}


def queued() -> dict[str, int]:
    """Tasks waiting in the broker, by lane. Raises redis.RedisError when it is away."""
    return {lane: cast(int, valkey().llen(lane)) for lane in LANES}


def pulses() -> dict[str, float]:
    """Seconds since each lane and "beat" last gave a sign of life; missing when never. Raises redis.RedisError."""
    now = float(cast(tuple[int, int], valkey().time())[0])
    told = cast(dict[bytes, bytes], valkey().hgetall(PULSES))
    return {name.decode(): max(0.0, now - float(at)) for name, at in told.items()}

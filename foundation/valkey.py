"""The connection to Valkey for counters and flags: things that may be lost without harm."""

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import redis


@lru_cache(maxsize=1)
def _client(pid: int, url: str) -> "redis.Redis":  # noqa: ARG001 - one client per process: not across a fork
    # not at the top: the library brings its asyncio half along, 0.1 s and 6 MB for a command that asks no counter
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # redis-py retries by default and would stall for seconds while the server is away
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=1)


def valkey() -> "redis.Redis":
    """This process's client. Any call may raise what ``away`` names."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return _client(os.getpid(), url)


def away() -> tuple[type[Exception], ...]:
    """What a call raises while Valkey cannot answer, for ``except away():`` and ``suppress(*away())``."""
    from redis import RedisError

    return (RedisError,)

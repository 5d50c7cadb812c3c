"""The connection to Valkey for counters and flags: things that may be lost without harm."""

import os
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


@lru_cache(maxsize=1)
def _client(pid: int, url: str) -> redis.Redis:  # noqa: ARG001 - one client per process: not across a fork
    # redis-py retries by default and would stall for seconds while the server is away
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=1)


def valkey() -> redis.Redis:
    """This process's client. Any call may raise redis.RedisError."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return _client(os.getpid(), url)

"""An event loop in a thread of its own: what asks others keeps many requests in flight for the price of one thread.

The caller's threads only wait for a result. No thread survives a fork, so loops are kept by process: see ``loop_of``.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
KEPT_SECONDS = 30.0  # a connection that nobody used is closed


class Loop:
    """The loop and its thread. Work that is submitted touches no database: connections belong to threads."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin the work now; the result (or its exception) comes by the future."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)


@lru_cache(maxsize=8)
def _loop(pid: int, name: str) -> Loop:  # noqa: ARG001 - one a process
    return Loop(name)


def loop_of(name: str) -> Loop:
    """This process's loop of that name, begun when it is first asked for."""
    return _loop(os.getpid(), name)


def http_session(seconds: float) -> aiohttp.ClientSession:
    """An HTTP client that keeps its connections; a request ends after so many seconds. Made on the loop it is for."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds),
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=KEPT_SECONDS),
        auto_decompress=True,
    )

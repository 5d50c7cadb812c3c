"""An event loop in a thread of its own: what asks others keeps many requests in flight for the price of one thread.

The caller's threads only wait for a result. No thread survives a fork, so loops are kept by process: see ``loop_of``.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")
KEPT_SECONDS = 30.0  # a connection that nobody used is closed


class Loop:
    """The loop and its thread. Work that is submitted touches no database: connections belong to threads."""

    def __init__(self, name: str) -> None:
        self.loop, self.pid = asyncio.new_event_loop(), os.getpid()
        self._http: aiohttp.ClientSession | None = None
        threading.Thread(target=self._serve, name=name, daemon=True).start()
        atexit.register(self._close)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin the work now; the result (or its exception) comes by the future."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def http(self, seconds: float) -> "aiohttp.ClientSession":
        """The loop's HTTP client, which keeps its connections; a request ends after so many seconds unless it says
        otherwise. Called on the loop."""
        import aiohttp  # a tenth of a second: only where something is asked

        if self._http is None:
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=seconds),
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=KEPT_SECONDS),
                auto_decompress=True,
            )
        return self._http

    def _close(self) -> None:
        """Before the process ends, in the process that made it."""
        if self._http is not None and self.pid == os.getpid():
            with suppress(TimeoutError):
                self.submit(self._http.close()).result(timeout=1)


@lru_cache(maxsize=8)
def _loop(pid: int, name: str) -> Loop:  # noqa: ARG001 - one a process
    return Loop(name)


def loop_of(name: str) -> Loop:
    """This process's loop of that name, begun when it is first asked for."""
    return _loop(os.getpid(), name)

"""Waiting for things that other processes do, on a machine of any speed.

A test gives up when nothing has happened for as long as nothing could be wrong: seconds of a quick and quiet machine,
times how much slower this one is at the moment. Who waits in vain pays for it, a passing test never does.
"""

import os
import subprocess
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

PATIENCE_SECONDS = 40.0
PAUSE_SECONDS = 0.05
PROBE_STEPS = 200_000
PROBE_SECONDS = 0.009  # what the probe takes on a quick machine with nothing else to do
MOST_SLOW = 40.0
MEASURED_FOR_SECONDS = 15.0
_measured: list[float] = [-MEASURED_FOR_SECONDS, 1.0]  # when, and the slowness found then


def _probe() -> float:
    """Wall time in seconds of a fixed piece of work."""
    began, total = time.perf_counter(), 0
    for number in range(PROBE_STEPS):
        total += number * number % 7
    return time.perf_counter() - began


def slowness() -> float:
    """How many times slower than a quick, quiet machine this one is now: at least 1, at most ``MOST_SLOW``.

    Both a slow or throttled processor and a queue of waiting processes count. Measured anew every few seconds.
    """
    now = time.monotonic()
    if now - _measured[0] >= MEASURED_FOR_SECONDS:
        queue = os.getloadavg()[0] / (os.cpu_count() or 1)
        _measured[:] = [now, min(MOST_SLOW, max(1.0, queue, _probe() / PROBE_SECONDS))]
    return _measured[1]


def patience(seconds: float = PATIENCE_SECONDS) -> float:
    """Seconds to wait here for what takes well under ``seconds`` on a quick, quiet machine."""
    return seconds * slowness()


def milliseconds(seconds: float) -> float:
    """The same for Playwright, which counts in milliseconds."""
    return 1000 * patience(seconds)


def until(
    happened: Callable[[], bool],
    what: str,
    *,
    seconds: float = PATIENCE_SECONDS,
    pause: float = PAUSE_SECONDS,
    progress: Callable[[], object] | None = None,
) -> None:
    """Return once ``happened``; fail with ``what`` when nothing has come for ``seconds`` of a quick machine.

    With ``progress`` the time begins anew whenever it gives something else than before.
    """
    since, seen = time.monotonic(), progress() if progress else None
    while not happened():
        if progress is not None and (now := progress()) != seen:
            since, seen = time.monotonic(), now
        else:
            assert time.monotonic() - since < patience(seconds), f"waited in vain for: {what}"
        time.sleep(pause)


def wait_for_answer(url: str, process: "subprocess.Popen[bytes]", *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return once a server that was just started answers at ``url``. Raises RuntimeError when it ended or is mute."""
    with httpx.Client(timeout=patience(2), trust_env=False) as client:

        def answers() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"{urlsplit(url).netloc} ended with {process.returncode} before it answered")
            try:
                client.get(url)
            except httpx.HTTPError:
                return False
            return True

        until(answers, f"an answer of {url}", seconds=seconds, pause=0.1)


def end(process: "subprocess.Popen[bytes]", *, seconds: float = 10) -> None:
    """Ask a process to end, and kill it when it does not."""
    process.terminate()
    try:
        process.wait(timeout=patience(seconds))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=patience(seconds))

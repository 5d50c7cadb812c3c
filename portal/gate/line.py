"""The line that all web processes share, kept in Valkey; while that is away, each process keeps its own.

A process asks at most every quarter of a second and answers in between from what it heard, so that who is kept waiting
costs nothing there. Losing Valkey's memory begins a new line: whoever held a number of the old one comes before it.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from foundation.valkey import away, valkey
from portal.gate.control import MOST_ACTIVE, MOST_CALLED, Line, Pace, Standing, Window, called_id
from portal.gate.slots import Slots

SYNC_SECONDS = 0.25
AWAY_SECONDS = 2.0  # after an error Valkey is left in peace for so long
KEPT_SECONDS = 24 * 3600
WINDOW_SECONDS = 10.0  # a process that has not told its window for so long has gone
KEYS = ("gate:line", "gate:active", "gate:windows")
# ARGV: now, idle, process, window, fresh epoch, most active, most called, window seconds, keep; then one word of what
# to do: "sync" with the names seen, or "enter"/"return" with a name. Written with explicit times: every process has
# the clock of its own machine, and seconds of difference do no harm here.
SCRIPT = """
local now, idle = tonumber(ARGV[1]), tonumber(ARGV[2])
if ARGV[10] == 'sync' then
  for at = 11, #ARGV do redis.call('ZADD', KEYS[2], now, ARGV[at]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - idle)
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[6]))
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4] .. ' ' .. ARGV[1])
local total, processes = 0, 0
local told = redis.call('HGETALL', KEYS[3])
for at = 1, #told, 2 do
  local size, since = string.match(told[at + 1], '^(%S+) (%S+)$')
  if tonumber(since) < now - tonumber(ARGV[8]) then
    redis.call('HDEL', KEYS[3], told[at])
  else
    total = total + tonumber(size)
    processes = processes + 1
  end
end
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[5]) == 1 then
  redis.call('HSET', KEYS[1], 'issued', 0, 'called', 0)
end
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local issued, called = tonumber(redis.call('HGET', KEYS[1], 'issued')), tonumber(redis.call('HGET', KEYS[1], 'called'))
local active = redis.call('ZCARD', KEYS[2])
local room = math.min(math.floor(total) - active, issued - called, tonumber(ARGV[7]))
for _ = 1, room do
  called = called + 1
  redis.call('ZADD', KEYS[2], now, epoch .. ':' .. called)
  active = active + 1
end
local number = 0
if ARGV[10] == 'enter' or ARGV[10] == 'return' then
  if active < math.floor(total) and (ARGV[10] == 'return' or issued == called) then
    redis.call('ZADD', KEYS[2], now, ARGV[11])
    active = active + 1
  else
    issued = issued + 1
    number = issued
  end
end
redis.call('HSET', KEYS[1], 'issued', issued, 'called', called)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, tonumber(ARGV[9])) end
return {epoch, issued, called, active, tostring(total), processes, number}
"""


class SharedLine:
    """What the gate asks: how the line stands, who may come in, which number comes next."""

    def __init__(self, window: Window, idle: float, slots: Slots) -> None:
        self.window, self.idle, self.slots = window, idle, slots
        self.pace = Pace()
        self._local: Line | None = None
        self._standing = Standing("", window=window.size)
        self._seen: dict[str, None] = {}
        self._next_sync = self._try_again = 0.0
        self._lock, self._syncing = threading.Lock(), threading.Lock()

    def standing(self) -> Standing:
        """How the line stands, at most a quarter of a second old; one thread asks, the others read."""
        if time.time() >= self._next_sync and self._syncing.acquire(blocking=False):
            try:
                self._sync()
            finally:
                self._syncing.release()
        return self._standing

    def seen(self, who: str) -> None:
        """This family has pressed: it is under way."""
        with self._lock:
            if len(self._seen) < MOST_ACTIVE:
                self._seen[who] = None

    def observe(self, delay: float) -> None:
        """A press queued for so many seconds."""
        with self._lock:
            self.window.observe(delay)

    def wanted(self) -> None:
        """Somebody is kept waiting: the window is what keeps them."""
        with self._lock:
            self.window.wanted = True

    def enter(self, who: str, *, returning: bool = False) -> int:
        """0: come in. Else the number drawn; ``returning`` held one of a line that was lost."""
        now = time.time()
        answer = self._ask("return" if returning else "enter", (who,), now)
        if answer is not None:
            return int(answer[6])
        with self._lock:
            number = self._own().enter(now, self.window.size, who, returning=returning)
            self._standing = self._own().sync(now, self.window.size, ())
        return number

    def is_called(self, epoch: str, number: int) -> bool | None:
        """Whether this number may come in; None when it belongs to a line that was lost."""
        standing = self.standing()
        if standing.epoch != epoch or number > standing.issued:
            return None
        return number <= standing.called

    def called_name(self, epoch: str, number: int) -> str:
        return called_id(epoch, number)

    def _sync(self) -> None:
        now = time.time()
        with self._lock:
            self._next_sync = now + SYNC_SECONDS
            seen, self._seen = tuple({*self._seen, *self.slots.owners()}), {}
            share = self._standing.active / max(1, self._standing.processes)
            self.window.tick(now, share, self.slots.oldest())
        if self._ask("sync", seen, now) is None:
            with self._lock:
                self._standing = self._own().sync(now, self.window.size, seen)
        self.pace.note(now, self._standing.called)

    def _own(self) -> Line:
        """This process's line, made when it is first needed: after the fork, for its name is this process's alone."""
        if self._local is None:
            self._local = Line(f"l{secrets.token_hex(6)}", self.idle)
        return self._local

    def _ask(self, what: str, names: tuple[str, ...], now: float) -> Any:
        """The script's answer; None while Valkey is away."""
        if now < self._try_again:
            return None
        given = (
            now,
            self.idle,
            f"{socket.gethostname()}:{os.getpid()}",
            self.window.size,
            f"v{secrets.token_hex(6)}",
            MOST_ACTIVE,
            MOST_CALLED,
        )
        try:
            answer: Any = valkey().eval(SCRIPT, 3, *KEYS, *given, WINDOW_SECONDS, KEPT_SECONDS, what, *names)
        except away():
            self._try_again = now + AWAY_SECONDS
            return None
        epoch = answer[0].decode() if isinstance(answer[0], bytes) else str(answer[0])
        issued, called, active, processes = (int(answer[at]) for at in (1, 2, 3, 5))
        self._standing = Standing(epoch, issued, called, active, float(answer[4]), processes)
        return answer


def waiting_now() -> int | None:
    """How many hold a number that is not called; None while Valkey is away. For the health page."""
    with suppress(*away()):
        issued, called = valkey().hmget(KEYS[0], "issued", "called")
        return max(0, int(issued or 0) - int(called or 0))
    return None

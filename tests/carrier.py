"""The mock carrier as a server of its own, for tests and for chaos."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.waiting import end, wait_for_answer

ACCOUNT, TOKEN, FROM = "AC" + "0" * 32, "a-token-of-tests", "+15005550006"


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where it serves; what it made and what it was told."""

    url: str

    def knobs(self, **values: Any) -> None:
        httpx.post(f"{self.url}/knobs", json=values, timeout=30, trust_env=False).raise_for_status()

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/ledger", timeout=60, trust_env=False).json()
        return found

    def texts(self) -> list[dict[str, Any]]:
        """Every text it made, in order."""
        made: list[dict[str, Any]] = self.ledger()["messages"]
        return made

    def environment(self) -> dict[str, str]:
        """Settings of a process that sends through it."""
        return {
            "SMS_CHANNEL": "twilio",
            "TWILIO_BASE_URL": self.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": FROM,
        }


@contextmanager
def serving() -> Iterator[Carrier]:
    """Serve on a free port while the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "notifications.mock_carrier.service", str(port)])
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/ledger", process)
        yield Carrier(f"http://127.0.0.1:{port}")
    finally:
        end(process)

"""The channel of the demonstration and of tests: messages go to a file and to the terminal of ``make demo``."""

import fcntl
import json
from pathlib import Path

from django.conf import settings

from foundation import clock
from notifications.channels import Fate, Letter
from notifications.outcomes import Answer, Kind


class ConsoleChannel:
    name = "console"
    receipts = False
    window = 8

    @property
    def path(self) -> Path:
        return Path(settings.VAR_DIR) / "messages.jsonl"

    async def send(self, letter: Letter) -> Answer:
        """Append one line; the file is the synthetic "telephone network" and its keys make hand-over idempotent."""
        said = {"key": letter.key, "at": clock.now().isoformat(), "phone": letter.phone, "body": letter.body}
        with self.path.open("a", encoding="utf-8") as out:
            fcntl.flock(out, fcntl.LOCK_EX)
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
        return Answer(Kind.TAKEN, letter.key)

    async def find(self, letter: Letter) -> list[Fate]:
        needle = json.dumps({"key": letter.key})[1:-1]
        try:
            with self.path.open(encoding="utf-8") as lines:
                return [Fate(letter.key)] if any(line.startswith("{" + needle) for line in lines) else []
        except FileNotFoundError:
            return []

    async def fate(self, reference: str) -> Fate:
        return Fate(reference)

    def check_config(self) -> list[str]:
        return []

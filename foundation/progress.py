"""How far a long piece of work is: for a bar on a screen only, so it lives in Valkey and may be lost."""

import contextlib
import json
from dataclasses import asdict, dataclass

from django.db import connection

from foundation.valkey import away, valkey

LIFETIME_S = 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """`phase` is a code that the screen has words for; `done` of `total` steps."""

    phase: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        """0 to 100."""
        return round(100 * self.done / self.total) if self.total else 0


def _key(name: str) -> str:
    # two portals may share one Valkey
    return f"progress:{connection.settings_dict['NAME']}:{name}"


def report(name: str, phase: str, done: int = 0, total: int = 0) -> None:
    """Note how far the named work is. A broker that is down costs only the bar."""
    with contextlib.suppress(*away()):
        valkey().set(_key(name), json.dumps(asdict(Progress(phase, done, total))), ex=LIFETIME_S)


def progress(name: str) -> Progress | None:
    """How far the named work is; None when nothing is known."""
    with contextlib.suppress(*away()):
        found = valkey().get(_key(name))
        if found:
            return Progress(**json.loads(found))
    return None

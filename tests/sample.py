"""Which of the expensive tests run at this commit. ``make soak`` runs all of them.

A soak (a whole season, a kill in the middle of the work) and a measured page cost more than a commit can pay for every
time. ``make test`` runs a sample that another commit draws anew, and always what the last change touches; the closing
lines say how much that was. Nothing is sampled when pytest is called by itself.
"""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """``seed`` decides what is drawn; empty takes everything. ``touched`` are the files of the last change."""

    seed: str
    touched: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """For the closing line."""
        return f"sample {self.seed[:4]}" if self.seed else "all"

    def draw(self, things: Sequence[T], *, one_in: int, key: Callable[[T], str]) -> list[T]:
        """One in ``one_in`` of the things, in their order and at least one; ``key`` names each."""
        if not self.seed:
            return list(things)
        by_chance = sorted(things, key=lambda one: hashlib.sha256(f"{self.seed}:{key(one)}".encode()).digest())
        drawn = {key(one) for one in by_chance[: -(-len(things) // one_in)]}
        return [one for one in things if key(one) in drawn]

    def touches(self, places: Iterable[str]) -> bool:
        """Whether the last change touched one of these files, or a file below one of these folders."""
        return any(
            file == place or file.startswith(place.rstrip("/") + "/") for place in places for file in self.touched
        )


def _git(*words: str) -> str:
    """What git says, or nothing outside a repository and before the second commit."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@cache
def sample() -> Sample:
    """By SAMPLE: unset or "all" for everything, "commit" for the sample of this commit, else a seed."""
    wanted = os.environ.get("SAMPLE", "all")
    if wanted == "all":
        return Sample("")
    seed = _git("rev-parse", "HEAD") or "0000" if wanted == "commit" else wanted
    changed = _git("diff", "--name-only", "HEAD~1") + "\n" + _git("ls-files", "--others", "--exclude-standard")
    return Sample(seed, frozenset(filter(None, changed.splitlines())))

"""How a rehearsal says where it is: bars on a terminal, plain lines anywhere else (a log, a pipe, a CI run).

Each line goes out at once, so that whoever watches a slow machine sees what is being waited for.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

LINE_SECONDS = 15.0  # between two lines of one phase
NOTE_SECONDS = 0.5  # between two writings of a file while a phase goes on


class Teller(Protocol):
    """Where a rehearsal's phases are told."""

    def begin(self, name: str, total: int | None) -> int: ...
    def advance(self, phase: int, completed: int, total: int | None = None) -> None: ...
    def end(self, phase: int) -> None: ...
    def say(self, text: str) -> None: ...
    def close(self) -> None: ...


class Bars:
    """Progress bars of a terminal."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, refresh_per_second=4)
        self._progress.start()

    def begin(self, name: str, total: int | None) -> int:
        return self._progress.add_task(name, total=total)

    def advance(self, phase: int, completed: int, total: int | None = None) -> None:
        self._progress.update(TaskID(phase), completed=completed, total=total)

    def end(self, phase: int) -> None:
        task = next(one for one in self._progress.tasks if one.id == phase)
        whole = max(int(task.total or 1), 1)
        self._progress.update(TaskID(phase), total=whole, completed=whole)

    def say(self, text: str) -> None:
        self._progress.console.print(text)

    def close(self) -> None:
        self._progress.stop()


@dataclass(slots=True)
class _Phase:
    name: str
    total: int | None
    begun: float
    told: float


@dataclass(slots=True)
class Lines:
    """Plain lines: when a phase begins and ends, and every fifteen seconds how far it is."""

    stream: IO[str]
    phases: list[_Phase] = field(default_factory=list)

    def begin(self, name: str, total: int | None) -> int:
        now = time.monotonic()
        self.phases.append(_Phase(name, total, now, now))
        self.say(f"{name} ..." if total is None else f"{name}: {total}")
        return len(self.phases) - 1

    def advance(self, phase: int, completed: int, total: int | None = None) -> None:
        one, now = self.phases[phase], time.monotonic()
        one.total = total if total is not None else one.total
        if now - one.told >= LINE_SECONDS:
            one.told = now
            of = f" of {one.total}" if one.total is not None else ""
            self.say(f"{one.name}: {completed}{of} after {now - one.begun:.0f} s")

    def end(self, phase: int) -> None:
        one = self.phases[phase]
        self.say(f"{one.name}: done in {time.monotonic() - one.begun:.1f} s")

    def say(self, text: str) -> None:
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def close(self) -> None:
        return


@dataclass(slots=True)
class Noted:
    """Beside another teller: how far every phase is, in a file that whoever started the rehearsal reads as it grows.

    The file is replaced whole, so a reader never meets half of it.
    """

    path: Path
    beside: Teller
    phases: list[_Phase] = field(default_factory=list)
    done: dict[int, int] = field(default_factory=dict)
    took: dict[int, float] = field(default_factory=dict)
    said: str = ""
    written: float = 0.0

    def begin(self, name: str, total: int | None) -> int:
        now = time.monotonic()
        self.phases.append(_Phase(name, total, now, now))
        self._write(always=True)
        return self.beside.begin(name, total)

    def advance(self, phase: int, completed: int, total: int | None = None) -> None:
        one = self.phases[phase]
        one.total = total if total is not None else one.total
        self.done[phase] = completed
        self._write()
        self.beside.advance(phase, completed, total)

    def end(self, phase: int) -> None:
        self.took[phase] = round(time.monotonic() - self.phases[phase].begun, 1)
        self.said = ""
        self._write(always=True)
        self.beside.end(phase)

    def say(self, text: str) -> None:
        self.said = text
        self._write(always=True)
        self.beside.say(text)

    def close(self) -> None:
        self.beside.close()

    def _write(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self.written < NOTE_SECONDS:
            return
        self.written = now
        rows = [
            {"name": one.name, "total": one.total, "done": self.done.get(at, 0), "seconds": self.took.get(at)}
            for at, one in enumerate(self.phases)
        ]
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(json.dumps({"phases": rows, "said": self.said}, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self.path)


def teller(console: Console) -> Teller:
    """Bars where somebody looks at a terminal, else lines."""
    return Bars(console) if console.is_terminal else Lines(console.file)

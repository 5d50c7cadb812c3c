"""How a rehearsal says where it is: bars on a terminal, plain lines anywhere else (a log, a pipe, a CI run).

Each line goes out at once, so that whoever watches a slow machine sees what is being waited for.
"""

import time
from dataclasses import dataclass, field
from typing import IO, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

LINE_SECONDS = 15.0  # between two lines of one phase


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


def teller(console: Console) -> Teller:
    """Bars where somebody looks at a terminal, else lines."""
    return Bars(console) if console.is_terminal else Lines(console.file)

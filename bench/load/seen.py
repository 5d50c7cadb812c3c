"""What all people of one phase saw."""

import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

LATER_SECONDS = 60.0
Sample = tuple[float, float]  # when it was answered (seconds since the phase began), seconds it took


@dataclass(slots=True)
class Seen:
    """Answers, waiting pages and failures, of families and of visitors apart."""

    begun: float = field(default_factory=time.monotonic)
    answers: list[Sample] = field(default_factory=list)
    visits: list[Sample] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)  # when families came to their receipt
    came: int = 0
    visitors: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)  # seconds from the first waiting page to the page itself
    still_waiting: int = 0  # families cut off in the line when the phase ended
    under_way: int = 0  # families cut off in the middle
    waiting_pages: int = 0
    visitors_waiting_pages: int = 0
    forms_given_back: int = 0
    overtaken: int = 0
    _entered: list[float] = field(default_factory=list)

    @property
    def now(self) -> float:
        return time.monotonic() - self.begun

    def entered(self, came: float) -> None:
        """A family that waited since then comes in. It was overtaken if one that came a minute later was in before:
        within a minute who looks sooner sees its number called sooner.
        """
        self.overtaken += any(other > came + LATER_SECONDS for other in self._entered)
        self._entered.append(came)

    def per_second(self, since: float, until: float) -> float:
        """Families a second that came to their receipt."""
        return sum(since <= at < until for at in self.ended) / max(1e-9, until - since)

    def between(self, since: float, until: float) -> list[float]:
        return [seconds for at, seconds in self.answers if since <= at < until]


def part(seconds: list[float], share: float) -> float:
    """The answer time that this share of answers keeps; 0 without answers."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def summary(seen: Seen, length: float) -> dict[str, float | int | dict[str, int]]:
    """One phase in figures; times in milliseconds."""
    served = [seconds for _at, seconds in seen.answers]
    visits = [seconds for _at, seconds in seen.visits]
    return {
        "families came": seen.came,
        "receipts": len(seen.receipts),
        "receipts a second": round(seen.per_second(length / 3, length), 2),
        "errors": sum(seen.failures.values()),
        "error kinds": dict(seen.failures),
        "refused": dict(seen.refused),
        "answers": len(served),
        "p50 ms": round(1000 * part(served, 0.5)),
        "p95 ms": round(1000 * part(served, 0.95)),
        "p99 ms": round(1000 * part(served, 0.99)),
        "longest ms": round(1000 * max(served, default=0)),
        "waiting pages": seen.waiting_pages,
        "waited s (median)": round(median(seen.waited), 1) if seen.waited else 0,
        "waited s (longest)": round(max(seen.waited, default=0), 1),
        "in the line at the end": seen.still_waiting,
        "under way at the end": seen.under_way,
        "overtaken by one who came a minute later": seen.overtaken,
        "forms given back": seen.forms_given_back,
        "visitors": seen.visitors,
        "visits": len(visits),
        "visits p50 ms": round(1000 * part(visits, 0.5)),
        "visits p99 ms": round(1000 * part(visits, 0.99)),
        "visitors' waiting pages": seen.visitors_waiting_pages,
    }

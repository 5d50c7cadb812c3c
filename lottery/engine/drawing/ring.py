"""The published ring method of several cities (Nanchang, Fuzhou): numbers 1..n stand in a closed circle.

A start number and an interval are drawn. The start number is the first winner; the next winner is interval places
further, counting only those still in; until the seats are filled. With n = 10, start 3, interval 2: 3, 5, 7, 9, 1, 4.
It guarantees less than a ticket draw: at most n x n outcomes, and neighbours tend to win together (docs/audit.md).
"""

from lottery.engine.messages import LotteryError

MOST_NUMBERS = 10_000_000


class _Circle:
    """Those still in, as a Fenwick tree: find and remove the one at a rank in log2(n) steps."""

    __slots__ = ("_counts", "_top")

    def __init__(self, size: int) -> None:
        self._counts = [index & -index for index in range(size + 1)]
        self._top = 1 << (size.bit_length() - 1)

    def remove_at(self, rank: int) -> int:
        """Remove the number with `rank` (0-based) numbers still in before it, and return it."""
        counts, position, step = self._counts, 0, self._top
        size = len(counts)
        while step:
            ahead = position + step
            if ahead < size:
                if counts[ahead] <= rank:
                    position = ahead
                    rank -= counts[ahead]
                else:
                    # Every node on the way down that covers the number loses one: removal needs no second walk.
                    counts[ahead] -= 1
            step >>= 1
        return position + 1


def _check(numbers: int, seats: int, start: int, interval: int) -> None:
    if not 1 <= numbers <= MOST_NUMBERS:
        raise LotteryError("ring.numbers", most=MOST_NUMBERS, value=numbers)
    if not 0 <= seats <= numbers:
        raise LotteryError("ring.seats", numbers=numbers, value=seats)
    if not 1 <= start <= numbers:
        raise LotteryError("ring.start", numbers=numbers, value=start)
    if not 1 <= interval <= numbers:
        raise LotteryError("ring.interval", numbers=numbers, value=interval)


def ring_winners(*, numbers: int, seats: int, start: int, interval: int) -> list[int]:
    """The winning numbers in the order won. Raises LotteryError ring.* for a number out of range."""
    _check(numbers, seats, start, interval)
    circle = _Circle(numbers)
    winners = []
    rank = start - 1
    for left in range(numbers, numbers - seats, -1):
        rank %= left
        winners.append(circle.remove_at(rank))
        # The next one still in has moved into this rank, so interval places further is interval - 1 ranks on.
        rank += interval - 1
    return winners

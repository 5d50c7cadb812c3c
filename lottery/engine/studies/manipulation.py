"""How often a family could gain by not listing what it wants, measured on made-up markets (pure).

Market. Pupils value school s by `common` times its popularity plus (1 - common) times a taste of their own, both
uniform; each school ranks pupils by two tiers (half of them live in its zone) and within a tier by lot. Everybody
else lists the truth: the most wanted schools, as many as the list holds. A pupil can gain when some other list gives
it a school it wants more. Everything follows from the seed; `random.Random` is right here, nobody gets a place by it.

Which lists are tried. In small markets all of them, in every order and length. In larger ones only the lists of one
single school: deferred acceptance, also with the place on the list in front of the key (first choice first), gives a
pupil a school under some list only if it does so when that school alone is listed, because the places then still are
stable and every stable outcome leaves the same pupils without one (Roth 1984). A test holds both ways together.

`python -m lottery.engine.studies.manipulation` prints the table, `--write` puts it into docs/strategy.md.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from lottery.engine.allocation.mechanisms import NOBODY, Market, deferred_acceptance
from lottery.engine.allocation.problem import Mechanism

SEED = 20_260_701
PAGE = Path(__file__).resolve().parents[3] / "docs" / "strategy.md"
BEGIN, END = (
    "<!-- measured: python -m lottery.engine.studies.manipulation --write -->",
    "<!-- end of what was measured -->",
)
Lists = list[list[int]]


@dataclass(frozen=True, slots=True)
class Setting:
    """`markets` markets, each of `pupils` and `schools` with `seats` each; `all_lists` tries every list."""

    name: str
    markets: int
    pupils: int
    schools: int
    seats: int
    all_lists: bool
    common: float = 0.5


SMALL = Setting("8 pupils, 4 schools, 1 seat each", 200, 8, 4, 1, all_lists=True)
MIDDLE = Setting("60 pupils, 5 schools, 11 seats each", 100, 60, 5, 11, all_lists=False)
SETTINGS = (SMALL, MIDDLE)


@dataclass(frozen=True, slots=True)
class Town:
    """One market: what every pupil wants, best first, and where every pupil stands at every school, 0 the best."""

    wishes: tuple[tuple[int, ...], ...]
    ranks: tuple[tuple[int, ...], ...]  # by school, then pupil
    seats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """`gainers`: share of pupils who can gain; `markets`: share of markets with one; `gain`: mean places gained."""

    setting: Setting
    mechanism: Mechanism
    listed: int
    gainers: float
    markets: float
    gain: float


def town(setting: Setting, seed: int) -> Town:
    """The market of a seed."""
    chance = random.Random(seed)  # noqa: S311 - a made-up market
    popular = [chance.random() for _ in range(setting.schools)]
    wishes = []
    for _ in range(setting.pupils):
        values = [setting.common * worth + (1 - setting.common) * chance.random() for worth in popular]
        wishes.append(tuple(sorted(range(setting.schools), key=lambda at: -values[at])))
    ranks = []
    for _ in range(setting.schools):
        keys = [(chance.randrange(2), chance.random()) for _ in range(setting.pupils)]
        order = sorted(range(setting.pupils), key=lambda at: keys[at])
        place = {pupil: at for at, pupil in enumerate(order)}
        ranks.append(tuple(place[pupil] for pupil in range(setting.pupils)))
    return Town(tuple(wishes), tuple(ranks), (setting.seats,) * setting.schools)


class Board:
    """The lists of a market, of which one at a time is exchanged and played."""

    def __init__(self, made: Town, mechanism: Mechanism, listed: int) -> None:
        pupils, nowhere = len(made.wishes), len(made.seats)
        self.made, self.mechanism, self.width = made, mechanism, listed + 1
        entries = pupils * self.width
        self.bits = entries.bit_length()
        owners = [pupil for pupil in range(pupils) for _ in range(self.width)]
        starts = list(range(0, entries, self.width))
        self.market = Market(starts, [nowhere] * entries, owners, [0] * entries, made.seats, self.bits)
        for pupil, wish in enumerate(made.wishes):
            self.write(pupil, wish[:listed])

    def write(self, pupil: int, schools: Sequence[int]) -> None:
        """Exchange a pupil's list."""
        market, first = self.market, pupil * self.width
        entries, bids = market.schools, market.bids
        assert isinstance(entries, list)  # noqa: S101 - for types: the market of a board is made of lists
        assert isinstance(bids, list)  # noqa: S101
        entries[first : first + self.width] = [*schools, *[market.nowhere] * (self.width - len(schools))]
        for place, school in enumerate(schools):
            ahead = place * len(self.made.wishes) if self.mechanism is Mechanism.SEQUENTIAL else 0
            bids[first + place] = -(((ahead + self.made.ranks[school][pupil]) << self.bits) | (first + place))

    def places(self) -> list[int]:
        """The school of every pupil, or NOBODY."""
        held = deferred_acceptance(self.market)
        return [NOBODY if entry == NOBODY else self.market.schools[entry] for entry in held]


def other_lists(schools: int, listed: int, *, every: bool) -> Iterator[tuple[int, ...]]:
    """Lists to try: all of up to `listed` schools, or those of one school."""
    for length in range(1, (listed if every else 1) + 1):
        yield from permutations(range(schools), length)


def gains(made: Town, mechanism: Mechanism, listed: int, *, every: bool) -> list[int]:
    """By how many places of the true wishes every pupil can do better than with the truth; 0 for nobody's gain."""
    board, schools = Board(made, mechanism, listed), len(made.seats)
    truth = board.places()
    found = []
    for pupil, wish in enumerate(made.wishes):
        worth = {school: at for at, school in enumerate(wish)} | {NOBODY: schools}
        best = worth[truth[pupil]]
        for attempt in other_lists(schools, listed, every=every):
            if best == 0:
                break
            if every or worth[attempt[0]] < best:  # a single school that is no better cannot be a gain
                board.write(pupil, attempt)
                best = min(best, worth[board.places()[pupil]])
        board.write(pupil, wish[:listed])
        found.append(worth[truth[pupil]] - best)
    return found


def measure(setting: Setting, mechanism: Mechanism, listed: int) -> Measured:
    """One line of the table."""
    rows = [
        gains(town(setting, SEED + number), mechanism, listed, every=setting.all_lists)
        for number in range(setting.markets)
    ]
    better = [gain for row in rows for gain in row if gain]
    return Measured(
        setting,
        mechanism,
        listed,
        len(better) / (setting.markets * setting.pupils),
        sum(any(row) for row in rows) / setting.markets,
        sum(better) / len(better) if better else 0.0,
    )


def table(setting: Setting) -> str:
    """The measured lines of one setting as a Markdown table."""
    lines = [
        f"### {setting.name} ({setting.markets} markets)",
        "",
        "| mechanism | schools on the list | can gain | markets with one who can | mean gain, places |",
        "|---|---|---|---|---|",
    ]
    for mechanism in (Mechanism.PARALLEL, Mechanism.SEQUENTIAL):
        for listed in range(1, setting.schools + 1):
            one = measure(setting, mechanism, listed)
            many = f"{listed} (no limit)" if listed == setting.schools else str(listed)
            lines.append(f"| {mechanism.value} | {many} | {one.gainers:.1%} | {one.markets:.0%} | {one.gain:.2f} |")
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with the table measured anew between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n" + "\n".join(map(table, SETTINGS)) + f"\n{END}{after}"


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description="Measure who can gain by a list that is not the truth.")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/strategy.md")
    if parser.parse_args().write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write("\n".join(map(table, SETTINGS)))


if __name__ == "__main__":
    main()

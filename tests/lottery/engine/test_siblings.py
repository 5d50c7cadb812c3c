"""Chances at the last seat and on the ring: exact, held by enumeration, by simulation, and in docs/audit.md.

The formulas are those of the docs: `singles` tickets of one child, `pairs` tickets of two, all orders equally likely.
`before(k)` is the chance that at most k children stand before a given ticket.
"""

import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest

from lottery.engine.drawing.draw import SiblingRule, draw, seat_groups
from lottery.engine.drawing.ring import ring_winners
from lottery.engine.drawing.ticket_rows import tickets_for

DOCS = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
DRAWS = 20_000


def before(most: int, singles: int, pairs: int) -> Fraction:
    """Chance that at most `most` children stand before one more ticket among these, its place being uniform."""
    others = singles + pairs
    total = Fraction(0)
    for ahead in range(min(others, most) + 1):
        ways = sum(
            math.comb(pairs, double) * math.comb(singles, ahead - double)
            for double in range(min(pairs, ahead, most - ahead) + 1)
        )
        total += Fraction(ways, math.comb(others, ahead))
    return total / (others + 1)


def empty_under_skip(seats: int, singles: int, pairs: int) -> Fraction:
    """Chance that one seat stays empty under skip: every single is seated, one seat is left, only pairs follow."""
    doubles, odd = divmod(seats - 1 - singles, 2)
    if odd or not 0 <= doubles < pairs:
        return Fraction(0)
    return Fraction(math.comb(singles + doubles, doubles), math.comb(singles + pairs, singles))


def chances(rule: SiblingRule, seats: int, singles: int, pairs: int) -> tuple[Fraction, Fraction]:
    """Chance of a seat for a child without siblings and for a twin."""
    one = before(seats - 1, singles - 1, pairs)
    whole, part = before(seats - 2, singles, pairs - 1), before(seats - 1, singles, pairs - 1)
    if rule is SiblingRule.EXPAND:
        return one, part
    if rule is SiblingRule.STOP:
        return one, whole
    if rule is SiblingRule.SPLIT:
        return one, (whole + part) / 2
    return (seats - empty_under_skip(seats, singles, pairs) - 2 * pairs * whole) / singles, whole


def enumerated(rule: SiblingRule, seats: int, singles: int, pairs: int) -> tuple[Fraction, Fraction]:
    """The same by playing every order of the tickets."""
    size, found = singles + pairs, [0, 0]
    places = list(combinations(range(size), pairs))
    for chosen in places:
        sizes = [1 + (place in chosen) for place in range(size)]
        for members, seated in zip(sizes, seat_groups(sizes, seats, rule), strict=True):
            found[members - 1] += seated
    return Fraction(found[0], len(places) * singles), Fraction(found[1], len(places) * 2 * pairs)


@pytest.mark.parametrize("rule", list(SiblingRule))
def test_the_formulas_equal_every_order_of_small_cases(rule: SiblingRule) -> None:
    for singles in range(1, 7):
        for pairs in range(1, 5):
            for seats in range(1, singles + 2 * pairs):
                found = enumerated(rule, seats, singles, pairs)
                assert chances(rule, seats, singles, pairs) == found, (singles, pairs, seats)


def test_enumeration_by_places_is_enumeration_by_orders() -> None:
    sizes = {"a": 1, "b": 1, "c": 1, "x": 2, "y": 2}
    for rule in SiblingRule:
        seats = [0, 0]
        for order in permutations(sizes):
            listed = [sizes[name] for name in order]
            for size, seated in zip(listed, seat_groups(listed, 4, rule), strict=True):
                seats[size - 1] += seated
        orders = math.factorial(5)
        assert (Fraction(seats[0], 3 * orders), Fraction(seats[1], 4 * orders)) == enumerated(rule, 4, 3, 2)


def drawn_sizes(singles: int, pairs: int, draws: int) -> list[list[int]]:
    """Sizes of the groups in the order of real tickets, one list for each of so many keys."""
    names = [f"g{number}" for number in range(singles + pairs)]
    keys = [f"key {number}".encode() for number in range(draws)]
    key_of = np.repeat(np.arange(draws, dtype=np.int32), len(names))
    name_of = np.tile(np.arange(len(names), dtype=np.int32), draws)
    tickets = tickets_for(keys, names, key_of, name_of)
    heads = np.ascontiguousarray(tickets[:, :8]).view(">u8").reshape(draws, len(names))
    sizes = np.where(np.arange(len(names)) < pairs, 2, 1)
    found: list[list[int]] = sizes[heads.argsort(axis=1)].tolist()
    return found


def test_real_tickets_keep_the_chances_of_a_larger_case() -> None:
    """20,000 draws of 50 singles and 5 pairs for 20 seats; bounds of five standard errors of whole draws."""
    singles, pairs, seats = 50, 5, 20
    orders = drawn_sizes(singles, pairs, DRAWS)
    for rule in SiblingRule:
        won = np.zeros((DRAWS, 2))
        for number, sizes in enumerate(orders):
            for size, seated in zip(sizes, seat_groups(sizes, seats, rule), strict=True):
                won[number, size - 1] += seated
        shares = won / [singles, 2 * pairs]
        bounds = 5 * shares.std(axis=0) / math.sqrt(DRAWS)
        exact = [float(one) for one in chances(rule, seats, singles, pairs)]
        assert np.abs(shares.mean(axis=0) - exact).max() <= bounds.max(), rule
        assert (np.abs(shares.mean(axis=0) - exact) <= bounds).all(), rule


def test_members_of_a_split_pair_are_equally_likely() -> None:
    groups = {"twins": ["one", "two"]} | {f"g{number}": [f"m{number}"] for number in range(3)}
    first = split = 0
    for number in range(4_000):
        won = draw(groups, key=number.to_bytes(4, "big"), seats=3, rule=SiblingRule.SPLIT).winners
        if ("one" in won) != ("two" in won):
            split += 1
            first += "one" in won
    # The pair is parted when two singles stand before it: a quarter of the draws.
    assert abs(split - 1_000) < 5 * math.sqrt(4_000 * 0.25 * 0.75)
    assert abs(first - split / 2) < 5 * math.sqrt(split / 4)


def table(heading: str, name: Callable[[str], str]) -> dict[str, list[float]]:
    """Rows of the docs' table under a heading: figures by what stands in the first column."""
    part = DOCS.split(heading, 1)[1]
    rows = re.findall(r"^\| *([^|]+?) *\|(.+)\|$", part.split("\n\n##", 1)[0], re.MULTILINE)
    found = {name(first): re.findall(r"(?<![\w.])\d*\.\d+", rest) for first, rest in rows}
    return {first: [float(one) for one in figures] for first, figures in found.items() if figures}


def rounded(values: Sequence[Fraction | float], digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


@pytest.mark.parametrize("rule", list(SiblingRule))
def test_the_docs_give_the_exact_chances(rule: SiblingRule) -> None:
    shown = table("## Siblings at the last seat", str)[rule.value]
    exact = [*chances(rule, 100, 290, 5), *chances(rule, 5, 8, 1)]
    assert shown == rounded(exact, 5)


def test_the_docs_give_the_chances_of_separate_tickets() -> None:
    either, both = 1 - Fraction(math.comb(298, 100), math.comb(300, 100)), Fraction(100 * 99, 300 * 299)
    assert f"{float(either):.5f}"[1:] in DOCS
    assert f"{float(both):.5f}"[1:] in DOCS


def together_on_the_ring(size: int, seats: int) -> Fraction:
    """Chance that two neighbours both win, over every interval; every start is the same ring turned."""
    both = 0
    for interval in range(1, size + 1):
        won = set(ring_winners(numbers=size, seats=seats, start=1, interval=interval))
        both += sum((one % size) + 1 in won for one in won)
    return Fraction(both, size * size)


@pytest.mark.parametrize(("size", "seats"), [(30, 10), (300, 100), (300, 30)])
def test_the_docs_give_the_figures_of_the_ring(size: int, seats: int) -> None:
    shown = table("## The methods", str)[f"{size} numbers, {seats} seats"]
    ticket = Fraction(seats * (seats - 1), size * (size - 1))
    assert shown == [*rounded([together_on_the_ring(size, seats), ticket], 4), round(2 * math.log2(size), 1)]


def test_three_neighbours_on_the_ring_win_in_a_row_more_often_than_by_ticket() -> None:
    size, seats = 60, 20
    runs = 0
    for interval in range(1, size + 1):
        won = set(ring_winners(numbers=size, seats=seats, start=1, interval=interval))
        runs += sum((one % size) + 1 in won and (one + 1) % size + 1 in won for one in won)
    assert Fraction(runs, size * size) > Fraction(seats * (seats - 1) * (seats - 2), size * (size - 1) * (size - 2))

"""The draw methods, the figures the docs give of them, and rows of tickets against HMAC."""

import hmac
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.drawing.draw import SiblingRule, draw
from lottery.engine.drawing.methods import METHODS, NUMBER_SPAN, decimal_number, draw_method, ring_numbers, uniform
from lottery.engine.drawing.ring import ring_winners
from lottery.engine.drawing.ticket_rows import tickets_for
from lottery.engine.messages import LotteryError

KEY = bytes(range(32))


def order_by(method: str, key: bytes, groups: Sequence[str]) -> list[str]:
    values = METHODS[method].tickets(key, groups)
    return [group for _, group in sorted(zip(values, groups, strict=True))]


def test_the_three_methods_are_known_by_name_and_nothing_else_is() -> None:
    assert set(METHODS) == {"ticket", "ring", "descending"}
    assert all(draw_method(name).name == name for name in METHODS)
    with pytest.raises(LotteryError, match="ticket, ring or descending; this is 'dice'"):
        draw_method("dice")


@pytest.mark.parametrize("method", METHODS)
def test_equal_names_are_refused_and_none_is_allowed(method: str) -> None:
    assert METHODS[method].tickets(KEY, []) == []
    with pytest.raises(LotteryError, match=r"same ticket \(b and b\)"):
        METHODS[method].tickets(KEY, ["a", "b", "c", "b"])


@pytest.mark.parametrize("method", METHODS)
@given(names=st.sets(st.text("abcdé汉0", min_size=1, max_size=5), min_size=1, max_size=30), key=st.binary(max_size=70))
def test_the_order_depends_on_nothing_but_key_and_names(method: str, names: set[str], key: bytes) -> None:
    listed = sorted(names)
    found = order_by(method, key, listed)
    assert sorted(found) == listed
    assert order_by(method, key, listed[::-1]) == found


def test_ticket_values_are_the_hmac_in_the_order_given() -> None:
    values = METHODS["ticket"].tickets(KEY, ["b", "a"])
    assert values == [hmac.digest(KEY, b"b", "sha256"), hmac.digest(KEY, b"a", "sha256")]
    assert METHODS["ticket"].shown(values[0]) == values[0].hex()[:16]


def test_the_ring_stands_in_order_of_names_and_starts_and_steps_by_the_key() -> None:
    groups = [f"g{number}" for number in (7, 3, 9, 1, 5, 2, 8, 4, 6)]
    start, interval = ring_numbers(KEY, 9)
    values = METHODS["ring"].tickets(KEY, groups)
    circle = sorted(groups)
    won = ring_winners(numbers=9, seats=9, start=start, interval=interval)
    assert order_by("ring", KEY, groups) == [circle[number - 1] for number in won]
    first = values[groups.index(circle[start - 1])]
    assert METHODS["ring"].shown(first) == f"{start} → 1"


def test_descending_numbers_have_twelve_digits_and_the_largest_comes_first() -> None:
    groups = [f"g{number}" for number in range(200)]
    values = sorted(METHODS["descending"].tickets(KEY, groups))
    shown = [METHODS["descending"].shown(value) for value in values]
    assert shown == sorted(shown, reverse=True)
    assert {len(text) for text in shown} == {12}
    made = hmac.digest(KEY, b"g0", "sha256")
    assert METHODS["descending"].shown(METHODS["descending"].tickets(KEY, ["g0"])[0]) == (
        f"{int.from_bytes(made[:8], 'big') % 10**12:012d}"
    )


def test_a_word_of_the_incomplete_stretch_is_rejected() -> None:
    above = (2**64 - 1).to_bytes(8, "big")
    good = (5 * NUMBER_SPAN + 17).to_bytes(8, "big")
    assert decimal_number(KEY, above + good + above * 2) == 17
    again = hmac.digest(KEY, above * 4, "sha256")
    assert decimal_number(KEY, above * 4) == int.from_bytes(again[:8], "big") % NUMBER_SPAN


def test_uniform_rejects_what_would_favour_small_numbers() -> None:
    span = 2**63 + 1  # all words above the span are rejected, every second one
    found = [uniform(number.to_bytes(4, "big"), b"start", span) for number in range(200)]
    firsts = [
        int.from_bytes(hmac.digest(n.to_bytes(4, "big"), b"start" + bytes(8), "sha256")[:8], "big") for n in range(200)
    ]
    kept = [first + 1 == one for first, one in zip(firsts, found, strict=True)]
    assert kept == [first < span for first in firsts]
    assert 60 < sum(kept) < 140
    assert all(1 <= one <= span for one in found)
    counts = Counter(uniform(number.to_bytes(4, "big"), b"interval", 6) for number in range(6_000))
    assert set(counts) == set(range(1, 7))
    assert all(abs(count - 1000) < 5 * math.sqrt(1000 * 5 / 6) for count in counts.values())


@pytest.mark.parametrize("method", METHODS)
def test_a_draw_seats_by_the_order_of_its_method(method: str) -> None:
    groups = {f"g{number}": [f"m{number}"] for number in range(20)}
    found = draw(groups, key=KEY, seats=5, rule=SiblingRule.EXPAND, method=method)
    assert list(found.order) == order_by(method, KEY, list(groups))
    assert list(found.winners) == [f"m{name[1:]}" for name in found.order[:5]]


def test_neighbours_on_the_ring_win_together_more_often() -> None:
    """Docs: of 300 numbers and 100 seats neighbours win together with about .125 on the ring, .110 by ticket."""
    size, seats, draws = 300, 100, 4_000
    names = [f"{number:03}" for number in range(size)]
    together = dict.fromkeys(("ring", "ticket", "descending"), 0)
    for number in range(draws):
        key = number.to_bytes(4, "big")
        start, interval = ring_numbers(key, size)
        won = {"ring": set(ring_winners(numbers=size, seats=seats, start=start, interval=interval))}
        for method in ("ticket", "descending"):
            values = METHODS[method].tickets(key, names) if number < draws // 10 else []
            won[method] = {at + 1 for at in sorted(range(len(values)), key=values.__getitem__)[:seats]}
        for method, numbers in won.items():
            together[method] += sum((one % size) + 1 in numbers for one in numbers)
    shares = {name: count / size / (draws if name == "ring" else draws // 10) for name, count in together.items()}
    exact = seats / size * (seats - 1) / (size - 1)
    assert shares["ticket"] == pytest.approx(exact, abs=0.002)
    assert shares["descending"] == pytest.approx(exact, abs=0.002)
    assert shares["ring"] > exact + 0.008


def test_a_ring_has_at_most_n_times_n_orders() -> None:
    size = 7
    orders = {
        tuple(ring_winners(numbers=size, seats=size, start=start, interval=interval))
        for start in range(1, size + 1)
        for interval in range(1, size + 1)
    }
    assert len(orders) <= size * size < math.factorial(size)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=20),
    st.lists(st.binary(max_size=80), min_size=1, max_size=4),
    st.integers(0, 2**32),
)
def test_rows_of_tickets_are_the_hmac_of_any_name_and_key(names: list[str], keys: list[bytes], seed: int) -> None:
    names = [name.encode("utf-8", "ignore").decode() for name in names]
    rng = np.random.default_rng(seed)
    key_of, name_of = (rng.integers(0, len(listed), 80).astype(np.int32) for listed in (keys, names))
    found = tickets_for(keys, names, key_of, name_of)
    for at in range(80):
        assert found[at].tobytes() == hmac.digest(keys[key_of[at]], names[name_of[at]].encode(), "sha256")


def test_nobody_asked_for_gives_no_row() -> None:
    nobody = np.zeros(0, dtype=np.int32)
    assert tickets_for([KEY], ["a"], nobody, nobody).shape == (0, 32)


def test_positions_that_do_not_exist_are_refused() -> None:
    one, two = np.array([0], dtype=np.int32), np.array([2], dtype=np.int32)
    for key_of, name_of in ((two, one), (one, two), (one - 1, one), (one, one[:0])):
        with pytest.raises(IndexError):
            tickets_for([KEY, KEY], ["a", "b"], key_of, name_of)

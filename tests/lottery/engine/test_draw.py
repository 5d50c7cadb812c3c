"""Roll, seed, tickets, order, last seat, ring."""

import hashlib
import hmac
from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.engine.drawing.draw import SiblingRule, draw, groups_of, member_order, seat_groups, sibling_rule
from lottery.engine.drawing.merkle import inclusion_proof, merkle_root, verify_inclusion
from lottery.engine.drawing.ring import ring_winners
from lottery.engine.drawing.tickets import (
    RollRow,
    bulk_tickets,
    canonical_roll,
    check_reveal,
    commit,
    domain_string,
    draw_key,
    draw_seed,
    length_prefixed,
    receipt_hash,
    roll_root,
    roll_row,
    sort_tickets,
    ticket,
    ticket_order,
)
from lottery.engine.messages import LotteryError

# Leaves and roots of the Certificate Transparency reference implementation's Merkle tree tests (RFC 6962).
LEAVES = [bytes.fromhex(text) for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]] + [
    bytes(range(0x60, 0x70))
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
KEY = bytes(range(32))
NAMES = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), min_size=1, max_size=40, unique=True)


@pytest.mark.parametrize("size", range(1, 9))
def test_merkle_root_equals_the_rfc_6962_vectors(size: int) -> None:
    assert merkle_root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle_root([]) == hashlib.sha256().digest()


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_inclusion_proofs_lead_to_the_root_and_to_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, path = merkle_root(leaves), inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, len(leaves), path, root)
    assert not verify_inclusion(leaves[index] + b"!", index, len(leaves), path, root)
    assert not verify_inclusion(leaves[index], index, len(leaves), (*path, root), root)
    if path:
        assert not verify_inclusion(leaves[index], index, len(leaves), path[:-1], root)


def test_an_inclusion_proof_needs_an_existing_leaf() -> None:
    with pytest.raises(LotteryError, match="Leaf 3 does not exist"):
        inclusion_proof([b"a", b"b", b"c"], 3)


@given(st.lists(st.binary(max_size=5), max_size=5), st.lists(st.binary(max_size=5), max_size=5))
def test_length_prefixes_keep_different_parts_different(one: list[bytes], two: list[bytes]) -> None:
    assert (length_prefixed(*one) == length_prefixed(*two)) == (one == two)


def _rows(count: int) -> list[RollRow]:
    return [roll_row(f"2026-{number:06}", salt=bytes([number]) * 16) for number in range(count)]


def test_the_roll_is_sorted_and_its_root_ignores_the_order_of_arrival() -> None:
    rows = _rows(9)
    assert roll_root(canonical_roll(rows)) == roll_root(canonical_roll(rows[::-1]))
    lines = [row.line() for row in canonical_roll(rows)]
    assert lines == sorted(lines)


def test_a_roll_row_binds_receipt_group_and_facts_and_hides_the_receipt() -> None:
    salt = b"s" * 16
    plain = roll_row("R1", salt=salt)
    assert plain.group == plain.receipt_hash == receipt_hash("R1", salt)
    assert "R1" not in plain.line()
    others = [
        roll_row("R2", salt=salt),
        roll_row("R1", salt=b"t" * 16),
        roll_row("R1", salt=salt, facts="1"),
        roll_row("R1", salt=salt, group="g"),
    ]
    assert len({row.leaf for row in [plain, *others]}) == 5


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (RollRow("a", "g", "0" * 64), "roll.hash"),
        (RollRow("A" * 64, "g", "0" * 64), "roll.hash"),
        (RollRow("a" * 64, "g", "0" * 63), "roll.hash"),
        (RollRow("a" * 64, "g,h", "0" * 64), "roll.group"),
        (RollRow("a" * 64, "", "0" * 64), "roll.group"),
        (RollRow("a" * 64, "g\x1fh", "0" * 64), "roll.group"),
    ],
)
def test_a_bad_row_is_refused_by_number(row: RollRow, code: str) -> None:
    with pytest.raises(LotteryError, match="Row 2") as caught:
        canonical_roll([RollRow("f" * 64, "x", "f" * 64), row])
    assert caught.value.code == code


def test_a_receipt_twice_and_an_empty_roll_are_refused() -> None:
    with pytest.raises(LotteryError, match="twice"):
        canonical_roll([*_rows(3), *_rows(1)])
    with pytest.raises(LotteryError, match="empty"):
        canonical_roll([])
    with pytest.raises(LotteryError, match="salt"):
        roll_row("R1", salt=b"short")


def test_tickets_are_hmac_sha256_and_the_bulk_path_gives_the_same() -> None:
    groups = [f"G{number}" for number in range(50)] + ["三胞胎", "x" * 128]
    expected = [hmac.new(KEY, group.encode(), hashlib.sha256).digest() for group in groups]
    assert bulk_tickets(KEY, groups) == expected == [ticket(KEY, group) for group in groups]
    assert bulk_tickets(b"k" * 70, ["a"]) == [hmac.digest(b"k" * 70, b"a", "sha256")]


@given(NAMES)
def test_the_order_is_by_all_32_bytes(groups: list[str]) -> None:
    assert [groups[at] for at in ticket_order(KEY, groups)] == sorted(groups, key=lambda group: ticket(KEY, group))


@given(NAMES, st.data())
def test_removing_one_keeps_the_order_of_the_others(groups: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(groups))
    rest = [group for group in groups if group != gone]
    order = [groups[at] for at in ticket_order(KEY, groups)]
    assert [group for group in order if group != gone] == [rest[at] for at in ticket_order(KEY, rest)]


def test_equal_heads_are_ordered_by_the_tail_and_equal_tickets_are_refused() -> None:
    head = b"h" * 8
    tickets = [head + bytes([3]) * 24, head + bytes([1]) * 24, b"a" * 32]
    assert sort_tickets(tickets, ["p", "q", "r"]) == [2, 1, 0]
    with pytest.raises(LotteryError, match="same ticket") as caught:
        sort_tickets([b"x" * 32, b"y" * 32, b"x" * 32], ["p", "q", "r"])
    assert {caught.value.params["first"], caught.value.params["second"]} == {"p", "r"}
    with pytest.raises(LotteryError, match="same ticket"):
        ticket_order(KEY, ["same", "same"])


def test_domains_are_injective_and_their_orders_unrelated() -> None:
    base = {"district": "330282", "season": "2026", "round_": "main", "school": "S1", "purpose": "admission"}
    texts = {domain_string(**base)} | {domain_string(**{**base, name: "other"}) for name in base}
    texts.add(domain_string(**{**base, "district": '330282","2026', "season": "x"}))
    assert len(texts) == 7
    groups = [f"{number}" for number in range(400)]
    ranks = [ticket_order(draw_key(KEY, text), groups) for text in sorted(texts)]
    same = sum(a == b for a, b in zip(ranks[0], ranks[1], strict=True))
    assert same < 10  # about 1 is expected of two unrelated orders


@pytest.mark.parametrize("part", ["", "a\nb", "x" * 81])
def test_a_domain_part_must_be_visible_text(part: str) -> None:
    with pytest.raises(LotteryError, match="domain part"):
        domain_string(district=part, season="2026", round_="main", school="S", purpose="admission")


ROOT = b"r" * 32
NONCES: list[tuple[str, bytes | None]] = [("notary", b"n" * 32), ("deputy", b"d" * 32)]


def test_every_input_changes_the_seed() -> None:
    seeds = {
        draw_seed(ROOT, NONCES, [3, 14], "7"),
        draw_seed(b"q" * 32, NONCES, [3, 14], "7"),
        draw_seed(ROOT, NONCES[::-1], [3, 14], "7"),
        draw_seed(ROOT, [("notary", b"n" * 32), ("deputy", None)], [3, 14], "7"),
        draw_seed(ROOT, NONCES, [31, 4], "7"),
        draw_seed(ROOT, NONCES, [3, 14], "8"),
        draw_seed(ROOT, NONCES, [3], "14,7"),
    }
    assert len(seeds) == 7
    parts = [b"enrollment-lottery/seed/1", ROOT, (2).to_bytes(8, "big"), b"notary", b"n" * 32, b"deputy", b"d" * 32]
    assert hashlib.sha256(length_prefixed(*parts, b"3,14", b"7")).digest() in seeds


@pytest.mark.parametrize(
    ("root", "nonces", "balls", "public", "code"),
    [
        (b"short", NONCES, [1], "1", "seed.root"),
        (ROOT, [("a", b"short")], [1], "1", "seed.nonce"),
        (ROOT, [("a", b"n" * 16), ("a", b"m" * 16)], [1], "1", "seed.witness"),
        (ROOT, [("", b"n" * 16)], [1], "1", "seed.witness"),
        (ROOT, NONCES, [-1], "1", "seed.balls"),
        (ROOT, [("a", None)], [], "", "seed.none"),
    ],
)
def test_a_seed_without_sound_inputs_is_refused(
    root: bytes, nonces: list[tuple[str, bytes | None]], balls: list[int], public: str, code: str
) -> None:
    with pytest.raises(LotteryError) as caught:
        draw_seed(root, nonces, balls, public)
    assert caught.value.code == code


def test_a_commitment_opens_only_for_its_witness_root_and_nonce() -> None:
    commitment = commit(ROOT, "notary", b"n" * 32)
    check_reveal(ROOT, "notary", b"n" * 32, commitment)
    for root, witness, nonce in [
        (b"q" * 32, "notary", b"n" * 32),
        (ROOT, "deputy", b"n" * 32),
        (ROOT, "notary", b"m" * 32),
    ]:
        with pytest.raises(LotteryError, match="does not match"):
            check_reveal(root, witness, nonce, commitment)


@pytest.mark.parametrize(
    ("rule", "seated"),
    [
        (SiblingRule.EXPAND, [1, 2, 2, 0, 0]),
        (SiblingRule.SKIP, [1, 2, 0, 1, 0]),
        (SiblingRule.STOP, [1, 2, 0, 0, 0]),
        (SiblingRule.SPLIT, [1, 2, 1, 0, 0]),
    ],
)
def test_last_seat_rules(rule: SiblingRule, seated: list[int]) -> None:
    assert seat_groups([1, 2, 2, 1, 1], 4, rule) == seated


def _chance(rule: SiblingRule, sizes: list[int], seats: int) -> dict[int, Fraction]:
    """Expected share of seated members by group size, over all orders, all equally likely."""
    seated, total = Counter[int](), Counter[int]()
    for order in permutations(range(len(sizes))):
        counts = seat_groups([sizes[group] for group in order], seats, rule)
        for group, count in zip(order, counts, strict=True):
            seated[sizes[group]] += count
            total[sizes[group]] += sizes[group]
    return {size: Fraction(seated[size], total[size]) for size in total}


def test_chances_at_the_last_seat_by_enumeration() -> None:
    """One pair and four singles for two seats: worked out by hand, position of the pair uniform over five."""
    sizes = [2, 1, 1, 1, 1]
    # The pair is seated whole at positions 1 and 2 (one extra seat at 2).
    expand = _chance(SiblingRule.EXPAND, sizes, 2)
    assert expand == {2: Fraction(2, 5), 1: Fraction(0 + 1 + 3 * 2, 20)}
    assert _chance(SiblingRule.SKIP, sizes, 2) == {2: Fraction(1, 5), 1: Fraction(0 + 4 * 2, 20)}
    assert _chance(SiblingRule.STOP, sizes, 2) == {2: Fraction(1, 5), 1: Fraction(0 + 1 + 3 * 2, 20)}
    assert _chance(SiblingRule.SPLIT, sizes, 2) == {2: Fraction(3, 10), 1: Fraction(0 + 1 + 3 * 2, 20)}


def test_split_members_are_taken_in_the_order_of_their_own_tickets() -> None:
    order = member_order(KEY, "g", ["a", "b", "c"])
    assert order == sorted("abc", key=lambda member: hmac.digest(KEY, f"g\x1f{member}".encode(), "sha256"))
    assert member_order(KEY, "g", ["c", "a", "b"]) == order


@given(NAMES, st.integers(0, 45), st.sampled_from(SiblingRule))
def test_a_draw_seats_or_keeps_waiting_everybody_once(names: list[str], seats: int, rule: SiblingRule) -> None:
    groups = {name: [f"{name}.{child}" for child in range(1 + len(name) % 3)] for name in names}
    result = draw(groups, key=KEY, seats=seats, rule=rule)
    everybody = sorted(child for members in groups.values() for child in members)
    assert sorted(result.winners + result.waiting) == everybody
    assert list(result.tickets) == sorted(result.tickets)
    if rule is SiblingRule.EXPAND:
        assert len(result.winners) >= min(seats, len(everybody))
        whole = {name for name in names if set(groups[name]) & set(result.winners)}
        assert sum(len(groups[name]) for name in whole) == len(result.winners)
    else:
        assert len(result.winners) <= seats
        assert result.extra_seats == 0


def test_a_draw_refuses_bad_seats_and_rules() -> None:
    for seats in (-1, True, 2.5):
        with pytest.raises(LotteryError, match="Seats"):
            draw({"a": ["a"]}, key=KEY, seats=seats, rule=SiblingRule.SKIP)  # type: ignore[arg-type]
    with pytest.raises(LotteryError, match="empty"):
        draw({}, key=KEY, seats=1, rule=SiblingRule.SKIP)
    with pytest.raises(LotteryError, match="expand, skip, stop or split"):
        sibling_rule("both")


def test_siblings_share_one_ticket() -> None:
    rows = [roll_row(f"R{number}", salt=b"s" * 16, group="twins") for number in range(2)] + _rows(4)
    groups = groups_of(canonical_roll(rows))
    assert len(groups) == 5
    assert len(groups["twins"]) == 2


def _ring_by_hand(numbers: int, seats: int, start: int, interval: int) -> list[int]:
    still_in = list(range(1, numbers + 1))
    winners: list[int] = []
    at = still_in.index(start)
    while len(winners) < seats:
        winners.append(still_in[at])
        following = still_in[at + 1 :] + still_in[:at]
        if len(winners) < seats:
            still_in.remove(winners[-1])
            at = still_in.index(following[(interval - 1) % len(following)])
    return winners


def test_the_ring_example_of_the_docs() -> None:
    assert ring_winners(numbers=10, seats=6, start=3, interval=2) == [3, 5, 7, 9, 1, 4]
    assert ring_winners(numbers=5, seats=5, start=5, interval=1) == [5, 1, 2, 3, 4]


@given(st.integers(1, 40), st.data())
def test_the_ring_equals_counting_by_hand(numbers: int, data: st.DataObject) -> None:
    seats = data.draw(st.integers(0, numbers))
    start, interval = data.draw(st.integers(1, numbers)), data.draw(st.integers(1, numbers))
    found = ring_winners(numbers=numbers, seats=seats, start=start, interval=interval)
    assert found == _ring_by_hand(numbers, seats, start, interval)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"numbers": 0}, "ring.numbers"),
        ({"numbers": 10**8}, "ring.numbers"),
        ({"seats": 11}, "ring.seats"),
        ({"seats": -1}, "ring.seats"),
        ({"start": 0}, "ring.start"),
        ({"start": 11}, "ring.start"),
        ({"interval": 0}, "ring.interval"),
        ({"interval": 11}, "ring.interval"),
    ],
)
def test_the_ring_refuses_numbers_out_of_range(changed: dict[str, int], code: str) -> None:
    with pytest.raises(LotteryError) as caught:
        ring_winners(**{"numbers": 10, "seats": 3, "start": 1, "interval": 1, **changed})
    assert caught.value.code == code

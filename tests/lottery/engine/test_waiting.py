"""Waiting lists in the pure core: order, nobody passed over, no seat twice, siblings, the same again and again."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.admission.entries import Entry, Inputs, real
from lottery.engine.admission.waiting import FillInputs, Waiter, fill, places, waiting_at
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule

SCHOOLS = ("A", "B", "C")


def rules(mechanism: Mechanism, **more: object) -> Inputs:
    return Inputs(
        entries=(),
        seats=dict.fromkeys(SCHOOLS, 1),
        seed=b"",
        domains={},
        sites={},
        mechanism=mechanism,
        siblings=SiblingRule.EXPAND,
        **more,  # type: ignore[arg-type]
    )


def child(*choices: tuple[str, int]) -> Entry:
    return Entry("p", "g", "", 1, 0, (), choices)


@st.composite
def lists(draw: st.DrawFn, *, siblings: bool = False) -> tuple[tuple[Waiter, ...], dict[str, int]]:
    """Up to twelve children on up to three lists each, each list in an order of its own, and free seats."""
    count = draw(st.integers(1, 12))
    group = [f"g{number // 2 if siblings and number < 4 else number}" for number in range(count)]
    order = {school: draw(st.permutations(sorted(set(group)))) for school in SCHOOLS}
    waiters = []
    for number in range(count):
        wanted = draw(st.permutations(SCHOOLS))[: draw(st.integers(1, 3))]
        for wish, school in enumerate(wanted):
            position = order[school].index(group[number]) + 1
            waiters.append(Waiter(school, 0, position, f"p{number:02}", group[number], wish))
    return tuple(waiters), {school: draw(st.integers(0, 4)) for school in SCHOOLS}


def filled_by(waiters: tuple[Waiter, ...], seats: dict[str, int], rule: SiblingRule = SiblingRule.EXPAND) -> FillInputs:
    return FillInputs(1, seats, {}, rule, waiters)


@given(lists())
@settings(max_examples=150, deadline=None)
def test_nobody_passes_anybody_with_an_earlier_rank_and_no_seat_is_given_twice(
    made: tuple[tuple[Waiter, ...], dict[str, int]],
) -> None:
    waiters, seats = made
    found = fill(filled_by(waiters, seats))
    assert not found.added
    given_at = Counter(found.offers.values())
    assert all(given_at[school] <= seats[school] for school in SCHOOLS)
    by_child = {(one.school, one.child): one for one in waiters}
    for one in waiters:
        got = found.offers.get(one.child)
        if got is not None and by_child[got, one.child].wish <= one.wish:
            continue  # has this seat or one it listed higher
        assert given_at[one.school] == seats[one.school], "a seat stayed empty while somebody waited for it"
        for other, school in found.offers.items():
            if school == one.school:
                assert by_child[school, other].position < one.position


@given(lists(siblings=True), st.sampled_from(SiblingRule), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_the_same_lists_in_any_order_give_the_same_digest(
    made: tuple[tuple[Waiter, ...], dict[str, int]], rule: SiblingRule, random: object
) -> None:
    waiters, seats = made
    mixed = list(waiters)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    before, after = filled_by(waiters, seats, rule), filled_by(tuple(mixed), seats, rule)
    assert (before.digest, fill(before).digest) == (after.digest, fill(after).digest)


@given(lists(siblings=True), st.sampled_from([SiblingRule.EXPAND, SiblingRule.SKIP]))
@settings(max_examples=150, deadline=None)
def test_siblings_are_not_parted(made: tuple[tuple[Waiter, ...], dict[str, int]], rule: SiblingRule) -> None:
    waiters, seats = made
    found = fill(filled_by(waiters, seats, rule))
    wish = {(one.child, one.school): one.wish for one in waiters}
    groups: dict[str, set[str]] = {}
    for one in waiters:
        groups.setdefault(one.group, set()).add(one.child)
    for members in groups.values():
        for name in members:
            for sibling in members - {name}:
                school = found.offers.get(sibling)
                if school is None or (name, school) not in wish:
                    continue
                got = found.offers.get(name)
                # refused where a sibling is seated: only when it got a school it listed at least as high
                assert got is not None
                assert wish[name, got] <= wish[name, school]
    if rule is SiblingRule.SKIP:
        assert not found.added


def test_the_expand_rule_adds_one_seat_for_the_second_twin() -> None:
    waiters = (
        Waiter("A", 0, 1, "p1", "twins", 0),
        Waiter("A", 0, 1, "p2", "twins", 0),
        Waiter("A", 0, 2, "p3", "x", 0),
    )
    found = fill(filled_by(waiters, {"A": 1}))
    assert (dict(found.offers), dict(found.added)) == ({"p1": "A", "p2": "A"}, {"A": 1})
    skipped = fill(filled_by(waiters, {"A": 1}, SiblingRule.SKIP))
    assert dict(skipped.offers) == {"p3": "A"}
    stopped = fill(filled_by(waiters, {"A": 1}, SiblingRule.STOP))
    assert not stopped.offers


def test_a_twin_who_waits_alone_is_a_child_like_any_other() -> None:
    found = fill(filled_by((Waiter("A", 0, 1, "p1", "twins", 0),), {"A": 1}))
    assert dict(found.offers) == {"p1": "A"}


def test_children_of_the_zone_come_first_and_the_share_is_kept() -> None:
    own = tuple(Waiter("A", 0, at, f"own{at}", f"own{at}", 0) for at in (1, 2))
    other = tuple(Waiter("A+", 0, at, f"other{at}", f"other{at}", 0) for at in (1, 2, 3))
    found = fill(FillInputs(1, {"A": 5}, {"A": 2}, SiblingRule.EXPAND, own + other))
    assert sorted(found.offers) == ["other1", "other2", "own1", "own2"]
    few = fill(FillInputs(1, {"A": 1}, {"A": 2}, SiblingRule.EXPAND, own + other))
    assert sorted(few.offers) == ["own1"]
    assert {real(school) for school in found.offers.values()} == {"A"}
    line = places(own + other)
    assert [line["A", name] for name in ("own1", "own2", "other1", "other3")] == [1, 2, 3, 5]


def test_twins_have_the_place_of_the_first_of_them() -> None:
    waiters = (
        Waiter("A", 0, 1, "p1", "twins", 0),
        Waiter("A", 0, 1, "p2", "twins", 0),
        Waiter("A", 0, 2, "p3", "x", 0),
    )
    line = places(waiters)
    assert [line["A", name] for name in ("p1", "p2", "p3")] == [1, 1, 3]


@pytest.mark.parametrize(
    ("held", "coordinated", "expected"),
    [(None, False, ["A", "B"]), ("B", False, ["A"]), ("A", False, []), ("C", True, ["A", "B"])],
)
def test_a_child_waits_where_it_would_rather_be(held: str | None, *, coordinated: bool, expected: list[str]) -> None:
    one = child(("A", 0), ("B", 0))
    found = waiting_at(rules(Mechanism.PARALLEL), one, [4, 7], held, coordinated=coordinated)
    assert [at.school for at in found] == expected


def test_first_choice_first_orders_by_the_choice_and_counts_private_schools_apart() -> None:
    one = child(("A", 0), ("B", 0), ("C", 0))
    read = rules(Mechanism.SEQUENTIAL, private=frozenset({"B"}))
    found = list(waiting_at(read, one, [9, 8, 7], None, coordinated=False))
    assert [(at.school, at.choice, at.position) for at in found] == [("A", 1, 9), ("B", 1, 8), ("C", 2, 7)]
    assert min(Waiter("A", 2, 1, "x", "x", 0), Waiter("A", 1, 9, "y", "y", 0)).child == "y"


def test_lists_that_contradict_themselves_are_refused() -> None:
    from lottery.engine.messages import LotteryError

    twice = (Waiter("A", 0, 1, "p1", "x", 0), Waiter("A", 0, 1, "p2", "y", 0))
    with pytest.raises(LotteryError) as refused:
        fill(filled_by(twice, {"A": 1}))
    assert refused.value.code == "problem.tie"

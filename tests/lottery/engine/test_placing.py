"""Ranks and coordination, without a database."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.admission.entries import OUT_OF_ZONE, Entry, Inputs, Site, entry, facts_text
from lottery.engine.admission.placing import place, ranks
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule

NEAR = Site((111.69, 29.03), "", "", True)
SITES = {
    "A": replace(NEAR, education_group="G", town="T"),
    "B": replace(NEAR, point=(111.70, 29.03)),
    "C": replace(NEAR, point=(111.75, 29.03), education_group="G"),
    "D": replace(NEAR, point=(111.80, 29.03), town="T"),
    "P": replace(NEAR, open=False),
}


def child(number: int, *choices: str, group: str = "", tier: int = 1, order: int = 0, zone: str = "A") -> Entry:
    wishes = tuple((school, 0 if school == zone else 2) for school in choices)
    return Entry(f"{number:064x}", group or f"g{number}", "class_1", tier, 0, (order,), wishes)


def inputs(*entries: Entry, seats: dict[str, int], coordination: tuple[str, ...] = ("nearby",)) -> Inputs:
    domains = {code: f"domain {code}" for code in (*SITES, "*")}
    return Inputs(entries, seats, b"s" * 32, domains, SITES, Mechanism.PARALLEL, SiblingRule.EXPAND, coordination)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2), st.booleans()), min_size=2, max_size=30), st.randoms())
@settings(max_examples=40, deadline=None)
def test_ranks_follow_zone_tier_and_order_and_not_the_order_of_rows(
    rows: list[tuple[int, int, bool]], shuffled: random.Random
) -> None:
    entries = [
        child(number, "A", tier=tier, order=order, zone="A" if near else "B")
        for number, (tier, order, near) in enumerate(rows)
    ]
    found = ranks(inputs(*entries, seats={"A": 3}))
    keys = {one.pupil: (one.choices[0][1], one.tier, one.order) for one in entries}
    standing = sorted(entries, key=lambda one: found[one.pupil, "A"].position)
    assert [found[one.pupil, "A"].position for one in standing] == list(range(1, len(entries) + 1))
    assert [keys[one.pupil] for one in standing] == sorted(keys.values())
    shuffled.shuffle(entries)
    assert ranks(inputs(*entries, seats={"A": 3})) == found
    assert place(inputs(*entries, seats={"A": 3})).digest == place(inputs(*reversed(entries), seats={"A": 3})).digest


def test_siblings_stand_where_the_later_one_stands_and_pass_nobody() -> None:
    early, late = child(1, "A", group="twins", order=0), child(2, "A", group="twins", order=9)
    between = child(3, "A", order=5)
    found = ranks(inputs(early, late, between, seats={"A": 2}))
    assert found[between.pupil, "A"].position == 1
    assert found[early.pupil, "A"] == found[late.pupil, "A"]
    assert found[late.pupil, "A"].position == 2


def test_a_school_outside_the_zone_ranks_a_child_behind_every_child_of_the_zone() -> None:
    stranger, local = child(1, "A", tier=1, zone="B"), child(2, "A", tier=9)
    found = ranks(inputs(stranger, local, seats={"A": 1}))
    assert found[local.pupil, "A"].position == 1
    assert found[stranger.pupil, "A"].tier == 1 + 2 * OUT_OF_ZONE


def test_coordination_follows_the_criteria_in_their_order() -> None:
    full = {"A": 0, "B": 1, "C": 1, "D": 2, "P": 9}
    expected = {
        ("nearby",): "B",
        ("same_education_group", "nearby"): "C",
        ("same_town", "nearby"): "D",
        ("seats_left", "nearby"): "D",
    }
    for criteria, school in expected.items():
        placed = place(inputs(child(1, "A"), seats=full, coordination=criteria))
        assert placed.coordinated[child(1).pupil][0] == school


def test_coordination_serves_the_better_key_first_and_never_overfills() -> None:
    entries = [child(number, "A", order=number) for number in range(5)]
    placed = place(inputs(*entries, seats={"A": 1, "B": 1, "C": 1, "D": 1, "P": 9}))
    places = [placed.places[one.pupil] for one in entries]
    assert places == ["A", "B", "C", "D", None]


def test_nobody_is_sent_to_a_school_that_is_not_open_to_coordination() -> None:
    placed = place(inputs(child(1, "A"), seats={"A": 0, "P": 5}))
    assert placed.places == {child(1).pupil: None}


def test_siblings_are_coordinated_to_a_school_with_room_for_both() -> None:
    twins = [child(1, "A", group="twins"), child(2, "A", group="twins")]
    placed = place(inputs(*twins, seats={"A": 0, "B": 1, "C": 2}))
    assert {school for school, _ in placed.coordinated.values()} == {"C"}
    parted = place(inputs(*twins, seats={"A": 0, "B": 1, "C": 1}))
    assert {school for school, _ in parted.coordinated.values()} == {"B", "C"}


def test_without_a_coordination_rule_nobody_is_moved() -> None:
    placed = place(inputs(child(1, "A"), seats={"A": 0, "B": 5}, coordination=()))
    assert placed.coordinated == {}


def test_only_the_groups_the_policy_names_are_coordinated() -> None:
    given_groups = replace(inputs(child(1, "A"), seats={"A": 0, "B": 5}), coordination_groups=("class_2",))
    assert place(given_groups).coordinated == {}


def test_facts_are_read_as_they_were_written() -> None:
    text = facts_text(
        group_code="class_1", tier=None, points=7, order=[3, -1], choices=["A", "B"], zone_schools=("B", "C")
    )
    found = entry("p", "g", text)
    assert (found.tier, found.points, found.order) == (99, 7, (3, -1))
    assert found.choices == (("A", 2), ("B", 0))

"""The run in columns gives what the run in plain objects gives, whatever the rules are."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.admission.entries import ELSEWHERE, IN_BIG_ZONE, IN_ZONE, SHARED, Entry, Inputs, Site
from lottery.engine.admission.placing import Placed, place
from lottery.engine.admission.province import Province, place_columns
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.methods import METHODS
from lottery.engine.messages import LotteryError

CODES = ("A", "B", "C", "P")
CRITERIA = ("same_education_group", "nearby", "same_town", "seats_left")


@st.composite
def runs(draw: st.DrawFn) -> Inputs:
    """Small districts: zones, a big zone, a private school, siblings, scores, every rule and mechanism."""
    count = draw(st.integers(1, 14))
    scored = frozenset({"C"}) if draw(st.booleans()) else frozenset[str]()
    entries = []
    for number in range(count):
        listed = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=4))
        levels = [
            draw(st.sampled_from([IN_ZONE, IN_BIG_ZONE, ELSEWHERE])) if code != "P" else ELSEWHERE for code in listed
        ]
        group = draw(st.sampled_from(["twins", f"g{number}", f"g{number}", f"g{number}"]))
        scores = {"C": draw(st.integers(0, 3))} if draw(st.booleans()) else {}
        key = (draw(st.integers(1, 2)), (draw(st.integers(0, 1)), draw(st.integers(0, 1))))
        entries.append(
            Entry(
                f"{number:064x}", group, "class_1", key[0], 0, key[1], tuple(zip(listed, levels, strict=True)), scores
            )
        )
    shared = {code: draw(st.integers(0, 3)) for code in ("A", "B")} if draw(st.booleans()) else {}
    seats = {code: draw(st.integers(0, 4)) for code in CODES}
    sites = {
        code: Site(
            (111 + at / 10, 29.0), draw(st.sampled_from(["", "G"])), draw(st.sampled_from(["", "T"])), code != "P"
        )
        for at, code in enumerate(CODES)
    }
    domains = {code: f"domain {code}" for code in (*CODES, *(code + SHARED for code in CODES), "*")}
    return Inputs(
        tuple(entries),
        seats,
        draw(st.binary(min_size=32, max_size=32)),
        domains,
        sites,
        draw(st.sampled_from(Mechanism)),
        draw(st.sampled_from(SiblingRule)),
        tuple(draw(st.lists(st.sampled_from(CRITERIA), unique=True))),
        private=frozenset({"P"}),
        scored=scored,
        shared=shared,
        method=draw(st.sampled_from(sorted(METHODS))),
    )


def seated(placed: Placed, school: str) -> set[str]:
    return {pupil for pupil, at in placed.result.placements.items() if at == school}


def listed_ranks(province: Province) -> dict[tuple[str, str], tuple[int, int, int, bytes]]:
    made = province.columns
    return {
        (made.entries[owner].pupil, made.names[school]): (int(tier), int(band), int(position), bytes(ticket))
        for owner, school, tier, band, position, ticket in zip(
            made.owners, made.schools, made.tiers, made.bands, made.positions, made.tickets, strict=True
        )
    }


@given(runs())
@settings(max_examples=120, deadline=None)
def test_columns_and_objects_give_the_same_run(inputs: Inputs) -> None:
    reference, province = place(inputs), place_columns(inputs)
    assert province.places == reference.places
    assert province.digest == reference.digest
    assert province.coordinated == reference.coordinated
    width = (
        32 if inputs.method == "ticket" else len(next(iter(reference.ranks.values())).ticket) if reference.ranks else 0
    )
    found = {key: (*rank[:3], rank[3][:width]) for key, rank in listed_ranks(province).items()}
    assert found == {key: (rank.tier, rank.band, rank.position, rank.ticket) for key, rank in reference.ranks.items()}
    cutoffs = reference.result.cutoffs
    assert province.filled.tolist() == [cutoffs[name].filled for name in province.columns.names]
    assert province.settled.extra_seats == [cutoffs[name].extra_seats for name in province.columns.names]
    made = province.columns
    gone = {(made.entries[made.owners[at]].pupil, made.names[made.schools[at]]) for at in province.withdrawn}
    assert gone == reference.result.withdrawn
    assert province.certificate.valid
    assert reference.result.certificate.valid


@given(runs(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_entries_never_matters(inputs: Inputs, chance: random.Random) -> None:
    shuffled = list(inputs.entries)
    chance.shuffle(shuffled)
    assert place_columns(replace(inputs, entries=tuple(shuffled))).digest == place_columns(inputs).digest


@given(runs())
@settings(max_examples=60, deadline=None)
def test_no_school_has_more_children_than_seats_through_its_virtual_half(inputs: Inputs) -> None:
    placed = place(inputs)
    for school, seats in inputs.seats.items():
        halves = [placed.result.cutoffs[at] for at in (school, school + SHARED) if at in placed.result.cutoffs]
        assert sum(half.filled for half in halves) <= seats + sum(half.extra_seats for half in halves)


@given(runs())
@settings(max_examples=400, deadline=None)
def test_unlimited_sharing_gives_what_one_queue_with_the_zone_first_gives(inputs: Inputs) -> None:
    shared = replace(
        inputs, shared=dict.fromkeys(("A", "B"), 99), siblings=SiblingRule.SPLIT, coordination=(), method="ticket"
    )
    alone = tuple(replace(one, group=f"g{at}") for at, one in enumerate(inputs.entries))
    domains = {name: f"domain {name.removesuffix(SHARED)}" for name in inputs.domains}
    shared = replace(shared, entries=alone)
    virtual, queue = place(replace(shared, domains=domains)), place(replace(shared, domains=domains, shared={}))
    if inputs.mechanism is Mechanism.PARALLEL:
        assert virtual.places == queue.places


@given(runs())
@settings(max_examples=60, deadline=None)
def test_children_of_the_zone_come_before_everybody_else(inputs: Inputs) -> None:
    placed = place(replace(inputs, siblings=SiblingRule.SPLIT, mechanism=Mechanism.PARALLEL))
    for one in inputs.entries:
        for school, level in one.choices:
            if school in ("A", "B") and level == IN_ZONE and placed.result.placements[one.pupil] is None:
                assert not seated(placed, school + SHARED)


@given(runs())
@settings(max_examples=40, deadline=None)
def test_listing_a_private_school_first_costs_nothing_at_public_schools(inputs: Inputs) -> None:
    """公民同招: who loses the draw of a private school stands at public schools as if it had not been listed."""
    closed = replace(inputs, seats={**inputs.seats, "P": 0})

    def with_private_first(one: Entry) -> Entry:
        rest = tuple(choice for choice in one.choices if choice[0] != "P")
        return replace(one, choices=(("P", ELSEWHERE), *rest))

    without = replace(
        closed,
        entries=tuple(replace(one, choices=tuple(c for c in one.choices if c[0] != "P")) for one in closed.entries),
        coordination=(),
    )
    with_it = replace(closed, entries=tuple(map(with_private_first, closed.entries)), coordination=())
    assert place(with_it).places == place(without).places


def test_a_private_school_draws_among_all_whatever_their_group_or_zone() -> None:
    entries = tuple(
        Entry(f"{number:064x}", f"g{number}", "class_1", 1 + number % 5, 0, (number % 3,), (("P", ELSEWHERE),))
        for number in range(200)
    )
    domains = {"P": "P", "*": "*"}
    site = {"P": Site((111.0, 29.0), "", "", False)}
    firsts: list[int] = []
    for seed in range(60):
        inputs = Inputs(
            entries,
            {"P": 40},
            bytes([seed]) * 32,
            domains,
            site,
            Mechanism.PARALLEL,
            SiblingRule.EXPAND,
            private=frozenset("P"),
        )
        province = place_columns(inputs)
        firsts.append(
            sum(one.tier == 1 for one, at in zip(province.columns.entries, province.held, strict=True) if at >= 0)
        )
    # 40 of the 200 are of the first group: 8 of 40 winners are expected, with a standard error of 0.3 over 60 draws
    assert abs(float(np.mean(firsts)) - 8) < 1.2


def test_only_children_with_a_score_stand_at_a_school_that_takes_by_score() -> None:
    def child(number: int, **scores: int) -> Entry:
        return Entry(f"{number:064x}", f"g{number}", "class_1", 1, 0, (), (("C", ELSEWHERE), ("A", IN_ZONE)), scores)

    site = Site((111.0, 29.0), "", "", True)
    entries: Any = (child(1, C=80), child(2), child(3, C=95), child(4, C=80))
    inputs = Inputs(
        entries,
        {"A": 9, "C": 2},
        b"s" * 32,
        {"A": "A", "C": "C", "*": "*"},
        {"A": site, "C": site},
        Mechanism.PARALLEL,
        SiblingRule.EXPAND,
        scored=frozenset("C"),
    )
    places = place_columns(inputs).places
    assert places[f"{3:064x}"] == "C"
    assert places[f"{2:064x}"] == "A"
    assert sorted(str(places[f"{number:064x}"]) for number in (1, 4)) == ["A", "C"]


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_fills_the_seats(method: str) -> None:
    entries = tuple(Entry(f"{n:064x}", f"g{n}", "class_1", 1, 0, (), (("A", IN_ZONE),)) for n in range(30))
    site = {"A": Site((111.0, 29.0), "", "", True)}
    inputs = Inputs(
        entries, {"A": 7}, b"s" * 32, {"A": "A", "*": "*"}, site, Mechanism.PARALLEL, SiblingRule.EXPAND, method=method
    )
    assert sum(place is not None for place in place_columns(inputs).places.values()) == 7


def test_a_school_listed_twice_is_refused() -> None:
    one = Entry(f"{1:064x}", "g", "class_1", 1, 0, (), (("A", IN_ZONE), ("A", IN_ZONE)))
    site = {"A": Site((111.0, 29.0), "", "", True)}
    inputs = Inputs((one,), {"A": 1}, b"s" * 32, {"A": "A"}, site, Mechanism.PARALLEL, SiblingRule.EXPAND)
    with pytest.raises(LotteryError, match="A") as refused:
        place_columns(inputs)
    assert refused.value.code == "problem.twice"


def test_two_children_never_end_each_at_the_place_the_other_wants() -> None:
    """One lives in the zone of A and wants C; one of the same big zone wants the seat at A and is first at C."""
    local = Entry(f"{1:064x}", "g1", "class_1", 1, 0, (), (("C", ELSEWHERE), ("A", IN_ZONE)))
    guest = Entry(f"{2:064x}", "g2", "class_1", 1, 0, (), (("A", IN_BIG_ZONE), ("C", IN_ZONE)))
    site = Site((111.0, 29.0), "", "", True)
    domains = {name: name for name in ("A", "A+", "C", "*")}
    inputs = Inputs(
        (local, guest),
        {"A": 1, "C": 1},
        b"s" * 32,
        domains,
        {"A": site, "C": site},
        Mechanism.PARALLEL,
        SiblingRule.EXPAND,
        shared={"A": 1},
    )
    assert inputs.shared_seats() == {"A": 0}
    for found in (place(inputs), place_columns(inputs)):
        assert found.places == {local.pupil: "C", guest.pupil: "A"}

"""The simulation before the draw: exact where it can be, repeatable, and silent about single families."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from lottery.engine.admission.entries import ELSEWHERE, IN_ZONE, Entry, Inputs, Site
from lottery.engine.admission.province import columns, place_ranked
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.messages import LotteryError
from lottery.engine.studies.whatif import FEW, positions, share_error, simulate
from tests.lottery.engine.test_province import runs


def child(number: int, *schools: str, tier: int = 1, group: str = "", code: str = "") -> Entry:
    listed = tuple((school, IN_ZONE if at == 0 else ELSEWHERE) for at, school in enumerate(schools))
    return Entry(f"{number:064x}", group or f"g{number}", code or f"class_{tier}", tier, 0, (), listed)


def district(*entries: Entry, mechanism: Mechanism = Mechanism.PARALLEL, **seats: int) -> Inputs:
    sites = {name: Site((111.0 + at, 29.0), "", "", True) for at, name in enumerate(sorted(seats))}
    domains = {name: name for name in (*seats, "*")}
    return Inputs(entries, seats, bytes(32), domains, sites, mechanism, SiblingRule.EXPAND)


@settings(max_examples=60, deadline=None)
@given(runs())
def test_ranking_anew_with_the_tickets_of_a_draw_gives_that_draw(inputs: Inputs) -> None:
    made = columns(replace(inputs, method="ticket"))
    lines = made.schools * (int(made.keys.max(initial=0)) + 1) + made.keys
    heads = np.ascontiguousarray(made.tickets[:, :8]).view(">u8").reshape(-1).astype(np.uint64)
    assert positions(lines, made, heads).tolist() == made.positions.tolist()


@settings(max_examples=25, deadline=None)
@given(runs())
def test_every_child_is_counted_once_whatever_the_rules(inputs: Inputs) -> None:
    found = simulate(inputs, draws=20, seed=3)
    whole = found["overall"]
    mean = {name: whole[name]["mean"] for name in ("by_choice", "coordinated", "without")}
    assert sum(mean.values()) == pytest.approx(len(inputs.entries), abs=0.02)
    schools = found["schools"].values()
    assert sum(row["filled"]["mean"] for row in schools) == pytest.approx(mean["by_choice"], abs=0.05)
    assert sum(span["mean"] for row in schools for span in row["choices"]) == pytest.approx(mean["by_choice"], abs=0.2)
    for row in schools:
        filled = row["filled"]
        assert filled["low"] <= filled["high"] <= row["applied"]
        # of 20 draws "low" is the least and "high" the last but one: a single draw may lie above the band
        assert filled["low"] - 0.01 <= filled["mean"] <= (19 * filled["high"] + row["applied"]) / 20 + 0.01


def test_equal_families_have_equal_chances_and_the_cut_off_is_the_last_seat() -> None:
    inputs = district(*(child(number, "A", "B") for number in range(40)), A=10, B=40)
    found = simulate(inputs, draws=400, seed=1)
    row = found["schools"]["A"]
    assert (row["seats"], row["applied"], row["first_choice"], row["overflow"]) == (10, 40, 40, 30)
    assert row["filled"] == row["last"] == {"mean": 10, "low": 10, "high": 10}
    assert row["refused"] == {"mean": 30, "low": 30, "high": 30}
    assert (row["full_chance"], row["left_chance"]) == (1, 0)
    assert found["schools"]["B"]["left"] == {"mean": 10, "low": 10, "high": 10}
    assert found["overall"]["first"]["mean"] == 10


def test_a_known_chance_is_met_within_the_stated_error() -> None:
    # six equal children of a second tier compete for what a fair coin leaves: hypergeometric, 1 seat of 2 drawn
    twos = [child(number, "A", tier=1, code="even" if number < 6 else "odd") for number in range(12)]
    found = simulate(district(*twos, A=1), draws=1000, seed=5)
    chances = [found["schools"]["A"]["groups"][name]["chance"] for name in ("even", "odd")]
    assert sum(chances) == pytest.approx(1)
    assert abs(chances[0] - 0.5) <= share_error(1000) == 0.031


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    inputs = district(*(child(number, "A", "B", tier=1 + number % 2) for number in range(30)), A=20, B=5)
    first, again, other = (simulate(inputs, draws=50, seed=seed) for seed in (1, 1, 2))
    assert json.dumps(first) == json.dumps(again)
    assert first["schools"] == simulate(replace(inputs, entries=inputs.entries[::-1]), draws=50, seed=1)["schools"]
    assert first["schools"]["B"] == other["schools"]["B"] or first != other


def test_a_tier_that_always_fits_is_certain_and_one_that_never_fits_is_not_hidden() -> None:
    entries = [child(number, "A", tier=1 + number // 10) for number in range(30)]
    row = simulate(district(*entries, A=15), draws=100, seed=1)["schools"]["A"]
    admitted = {name: row["groups"][name]["admitted"]["mean"] for name in ("class_1", "class_2", "class_3")}
    assert admitted == {"class_1": 10, "class_2": 5, "class_3": 0}
    assert [row["groups"][name]["chance"] for name in admitted] == [1, 1, 0]


def test_nothing_is_said_about_a_group_of_a_few_families() -> None:
    entries = [child(number, "A", tier=1) for number in range(20)]
    entries += [child(100 + number, "A", tier=2, code="rare") for number in range(FEW - 1)]
    groups = simulate(district(*entries, A=22), draws=20, seed=1)["schools"]["A"]["groups"]
    assert groups["rare"] == {"applied": FEW - 1, "first": FEW - 1}
    assert "chance" in groups["class_1"]


def test_first_choice_first_counts_the_cut_off_in_its_own_order() -> None:
    entries = [child(number, "A") for number in range(4)] + [child(10 + number, "B", "A") for number in range(9)]
    found = simulate(district(*entries, mechanism=Mechanism.SEQUENTIAL, A=6, B=1), draws=50, seed=1)
    row = found["schools"]["A"]
    # all four who put it first, then two of the eight who did not get B
    assert [span["mean"] for span in row["choices"]] == [4, 2]
    assert row["last"]["low"] >= 6


def test_siblings_are_counted_together() -> None:
    entries = [child(number, "A", "B") for number in range(20)]
    entries += [child(30 + number, "A", "B", group="twins") for number in range(2)]
    whole = simulate(district(*entries, A=11, B=11), draws=60, seed=1)["overall"]
    assert (whole["sibling_groups"], whole["siblings_together"]["low"]) == (1, 1)


def test_a_simulated_draw_is_certified_like_a_real_one() -> None:
    inputs = district(*(child(number, "A", "B", tier=1 + number % 3) for number in range(30)), A=9, B=9)
    made = columns(inputs)
    heads = np.random.default_rng(4).integers(0, 2**64, size=len(made.owners), dtype=np.uint64)
    lines = made.schools * (int(made.keys.max()) + 1) + made.keys
    certificate = place_ranked(inputs, replace(made, positions=positions(lines, made, heads))).certificate
    assert certificate.valid


@pytest.mark.parametrize("draws", [0, -1, 19, 1001])
def test_a_number_of_draws_out_of_range_is_refused(draws: int) -> None:
    with pytest.raises(LotteryError) as refused:
        simulate(district(child(1, "A"), A=1), draws=draws, seed=1)
    assert refused.value.code == "whatif.draws"


def test_nobody_to_simulate_with_is_refused() -> None:
    with pytest.raises(LotteryError) as refused:
        simulate(district(A=1), draws=20, seed=1)
    assert refused.value.code == "whatif.empty"

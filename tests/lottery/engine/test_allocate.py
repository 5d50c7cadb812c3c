"""Admission against brute force on small instances, and the promises of the certificate."""

import io
import json
import random
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.allocation.allocate import Result, allocate, main, placements_digest, result_json
from lottery.engine.allocation.certificate import Outcome, certify
from lottery.engine.allocation.explain import explain
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.allocation.reading import read_json, read_problem
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.messages import LotteryError


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    mechanism: Mechanism = Mechanism.PARALLEL,
    most: int = 6,
    pairs: bool = False,
    rule: SiblingRule = SiblingRule.EXPAND,
) -> Problem:
    """Small problems; with `pairs`, pupils 2i and 2i+1 may be twins with one list and one ticket."""
    schools = [School(name, draw(st.integers(0, 3))) for name in "ABCD"[: draw(st.integers(1, 4))]]
    names = [school.id for school in schools]
    pupils: list[Pupil] = []
    orders = iter(draw(st.permutations(range(most))))
    while len(pupils) < most:
        listed = draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
        order = next(orders)
        tier, points = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        choices = tuple(Choice(name, order, points, tier) for name in listed)
        twins = pairs and draw(st.booleans())
        for _ in range(2 if twins else 1):
            pupils.append(Pupil(f"p{len(pupils)}", choices, f"g{order}" if twins else None))
    return Problem(tuple(schools), tuple(pupils), mechanism, rule)


def _every_outcome(problem: Problem) -> Any:
    """All feasible assignments of a small problem."""
    options = [[None, *(choice.school for choice in pupil.choices)] for pupil in problem.pupils]
    seats = {school.id: school.seats for school in problem.schools}
    for places in product(*options):
        if all(places.count(name) <= count for name, count in seats.items()):
            yield dict(zip((pupil.id for pupil in problem.pupils), places, strict=True))


def _position(pupil: Pupil, place: str | None) -> int:
    listed = [choice.school for choice in pupil.choices]
    return len(listed) if place is None else listed.index(place)


def _stable(problem: Problem, places: dict[str, str | None]) -> bool:
    return certify(problem, Outcome(places, {})).valid


@given(problems(most=4))
@settings(max_examples=60)
def test_nobody_does_better_in_any_stable_outcome(problem: Problem) -> None:
    result = allocate(problem)
    assert result.certificate.valid
    for places in _every_outcome(problem):
        if _stable(problem, places):
            for pupil in problem.pupils:
                assert _position(pupil, result.placements[pupil.id]) <= _position(pupil, places[pupil.id])
            # Rural hospitals: a school fills the same number of seats in every stable outcome.
            for school, cutoff in result.cutoffs.items():
                assert list(places.values()).count(school) == cutoff.filled


def _first_choice_first_by_hand(problem: Problem) -> dict[str, str | None]:
    left = {school.id: school.seats for school in problem.schools}
    places: dict[str, str | None] = {pupil.id: None for pupil in problem.pupils}
    for position in range(4):
        asking = [
            (pupil.choices[position].key, pupil.id, pupil.choices[position].school)
            for pupil in problem.pupils
            if places[pupil.id] is None and len(pupil.choices) > position
        ]
        for _, pupil_id, school in sorted(asking):
            if left[school]:
                left[school] -= 1
                places[pupil_id] = school
    return places


@given(problems(mechanism=Mechanism.SEQUENTIAL))
def test_first_choice_first_settles_first_choices_before_second_ones(problem: Problem) -> None:
    result = allocate(problem)
    assert result.placements == _first_choice_first_by_hand(problem)
    assert result.certificate.valid


@given(problems(pairs=True), st.randoms(use_true_random=False), st.sampled_from(Mechanism))
def test_the_order_of_the_input_does_not_matter(problem: Problem, shuffler: random.Random, way: Mechanism) -> None:
    problem = replace(problem, mechanism=way)
    pupils, schools = list(problem.pupils), list(problem.schools)
    shuffler.shuffle(pupils)
    shuffler.shuffle(schools)
    assert allocate(replace(problem, pupils=tuple(pupils), schools=tuple(schools))) == allocate(problem)


@given(problems(), st.integers(0, 3))
def test_one_more_seat_hurts_nobody(problem: Problem, at: int) -> None:
    schools = list(problem.schools)
    at %= len(schools)
    schools[at] = replace(schools[at], seats=schools[at].seats + 1)
    before, after = allocate(problem).placements, allocate(replace(problem, schools=tuple(schools))).placements
    for pupil in problem.pupils:
        assert _position(pupil, after[pupil.id]) <= _position(pupil, before[pupil.id])


@given(problems(), st.integers(0, 5))
def test_one_pupil_less_hurts_nobody(problem: Problem, at: int) -> None:
    before = allocate(problem).placements
    rest = problem.pupils[:at] + problem.pupils[at + 1 :]
    after = allocate(replace(problem, pupils=rest)).placements
    for pupil in rest:
        assert _position(pupil, after[pupil.id]) <= _position(pupil, before[pupil.id])


@given(problems(most=4), st.data())
def test_with_full_lists_no_other_list_serves_a_pupil_better(problem: Problem, data: st.DataObject) -> None:
    pupil = data.draw(st.sampled_from(problem.pupils))
    lie = tuple(data.draw(st.permutations(pupil.choices)))[: data.draw(st.integers(0, 4))]
    pupils = tuple(replace(one, choices=lie) if one is pupil else one for one in problem.pupils)
    honest = allocate(problem).placements[pupil.id]
    lied = allocate(replace(problem, pupils=pupils)).placements[pupil.id]
    assert _position(pupil, honest) <= _position(pupil, lied)


def _parted(problem: Problem, result: Result) -> list[tuple[str | None, str | None]]:
    groups: dict[str, list[str | None]] = {}
    for pupil in problem.pupils:
        if pupil.group:
            groups.setdefault(pupil.group, []).append(result.placements[pupil.id])
    return [(one, two) for one, two in groups.values() if one != two]


@given(problems(pairs=True, most=8), st.sampled_from(Mechanism))
def test_twins_are_never_split_under_expand_and_nobody_is_worse(problem: Problem, way: Mechanism) -> None:
    problem = replace(problem, mechanism=way)
    result = allocate(problem)
    assert _parted(problem, result) == []
    assert result.certificate.valid
    plain = allocate(replace(problem, siblings=SiblingRule.SPLIT))
    for pupil in problem.pupils:
        assert _position(pupil, result.placements[pupil.id]) <= _position(pupil, plain.placements[pupil.id])
    assert all(cutoff.extra_seats == 0 for cutoff in plain.cutoffs.values())


@given(problems(pairs=True, most=8), st.sampled_from([SiblingRule.SKIP, SiblingRule.STOP]))
def test_skip_and_stop_keep_twins_together_within_the_planned_seats(problem: Problem, rule: SiblingRule) -> None:
    result = allocate(replace(problem, siblings=rule))
    assert _parted(problem, result) == []
    assert result.certificate.capacities
    assert result.certificate.sibling_rule
    assert result.certificate.no_justified_envy
    assert all(cutoff.filled <= cutoff.seats and not cutoff.extra_seats for cutoff in result.cutoffs.values())


def _line(*names: str, order: int, points: int = 0) -> tuple[Choice, ...]:
    return tuple(Choice(name, order, points) for name in names)


def _twins_at_the_last_seat(rule: SiblingRule) -> Problem:
    pupils = (
        Pupil("a", _line("S", "T", order=1)),
        Pupil("t1", _line("S", "T", order=2), "twins"),
        Pupil("t2", _line("S", "T", order=2), "twins"),
        Pupil("z", _line("S", order=3)),
    )
    return Problem((School("S", 2), School("T", 5)), pupils, siblings=rule)


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        (SiblingRule.EXPAND, {"a": "S", "t1": "S", "t2": "S", "z": None}),
        (SiblingRule.SKIP, {"a": "S", "t1": "T", "t2": "T", "z": "S"}),
        (SiblingRule.STOP, {"a": "S", "t1": "T", "t2": "T", "z": None}),
        (SiblingRule.SPLIT, {"a": "S", "t1": "S", "t2": "T", "z": None}),
    ],
)
def test_the_four_sibling_rules_at_the_last_seat(rule: SiblingRule, places: dict[str, str | None]) -> None:
    result = allocate(_twins_at_the_last_seat(rule))
    assert result.placements == places
    assert result.certificate.valid
    assert result.cutoffs["S"].extra_seats == (1 if rule is SiblingRule.EXPAND else 0)


def test_triplets_get_as_many_seats_as_they_lack() -> None:
    pupils = tuple(Pupil(f"t{number}", _line("S", "T", order=1), "g") for number in range(3))
    result = allocate(Problem((School("S", 1), School("T", 1)), pupils))
    assert set(result.placements.values()) == {"S"}
    assert result.cutoffs["S"].extra_seats == 2


def test_upper_tiers_come_first_then_points_then_order() -> None:
    pupils = (
        Pupil("late tier", (Choice("S", 1, 99, 2),)),
        Pupil("few points", (Choice("S", 1, 10.5, 1),)),
        Pupil("many points", (Choice("S", 9, 11, 1),)),
        Pupil("same points later", (Choice("S", 10, 11, 1),)),
    )
    seated = [
        {name for name, place in allocate(Problem((School("S", seats),), pupils)).placements.items() if place}
        for seats in range(1, 5)
    ]
    order = [next(iter(now - before)) for before, now in zip([set[str](), *seated], seated, strict=False)]
    assert order == ["many points", "same points later", "few points", "late tier"]


def test_explanations_show_own_and_last_admitted_keys() -> None:
    problem = Problem(
        (School("S", 1), School("T", 1), School("U", 1), School("V", 1)),
        (Pupil("a", _line("S", order=1)), Pupil("b", _line("S", "T", "U", order=2))),
    )
    result = allocate(problem)
    found = explain(problem, result, "b", not_eligible=("V",))
    assert [(one.school, one.outcome) for one in found] == [
        ("S", "outranked"),
        ("T", "placed"),
        ("U", "higher choice placed"),
        ("V", "not eligible"),
    ]
    assert found[0].own == Choice("S", 2)
    assert found[0].last_admitted == Choice("S", 1)
    with pytest.raises(LotteryError, match="no pupil"):
        explain(problem, result, "nobody")


def test_a_withdrawn_choice_is_explained_as_such() -> None:
    problem = _twins_at_the_last_seat(SiblingRule.SKIP)
    assert [one.outcome for one in explain(problem, allocate(problem), "t1")] == ["not seated together", "placed"]


@pytest.mark.parametrize(
    ("places", "extra", "promise"),
    [
        ({"a": "S", "t1": "S", "t2": "S", "z": None}, {}, "capacities"),
        ({"a": "S", "t1": "S", "t2": "S", "z": "T"}, {"S": 1}, "individual_rationality"),
        ({"a": "S", "t1": "S", "t2": "S"}, {"S": 1}, "individual_rationality"),
        ({"a": "T", "t1": "S", "t2": "S", "z": None}, {}, "no_justified_envy"),
        ({"a": "S", "t1": "T", "t2": "T", "z": None}, {}, "no_wasted_seat"),
        ({"a": "S", "t1": "S", "t2": "T", "z": None}, {}, "sibling_rule"),
    ],
)
def test_the_certificate_sees_each_broken_promise(
    places: dict[str, str | None], extra: dict[str, int], promise: str
) -> None:
    certificate = certify(_twins_at_the_last_seat(SiblingRule.EXPAND), Outcome(places, extra))
    assert getattr(certificate, promise) is False
    assert any(line.startswith(promise) for line in certificate.violations)


def test_the_certificate_refuses_extra_seats_and_withdrawals_where_the_rule_knows_none() -> None:
    places = {"a": "S", "t1": "S", "t2": "S", "z": None}
    assert not certify(_twins_at_the_last_seat(SiblingRule.SKIP), Outcome(places, {"S": 1})).sibling_rule
    gone = frozenset({("z", "S")})
    assert not certify(_twins_at_the_last_seat(SiblingRule.EXPAND), Outcome(places, {"S": 1}, gone)).sibling_rule


def _raw() -> dict[str, Any]:
    return {
        "mechanism": "parallel",
        "siblings": "expand",
        "schools": [{"id": "S", "seats": 1}, {"id": "T", "seats": 2}],
        "pupils": [
            {"id": "a", "choices": [{"school": "S", "tier": 1, "points": 2.5, "order": 1}]},
            {"id": "b", "group": "g", "choices": [{"school": "S", "tier": None, "points": None, "order": 2}]},
            {"id": "c", "group": "g", "choices": [{"school": "S", "order": 2}, {"school": "T", "order": 3}]},
        ],
    }


def _run(text: str | bytes, *arguments: str) -> tuple[int, str]:
    raw = text if isinstance(text, bytes) else text.encode()
    target = io.StringIO()
    code = main(list(arguments), io.TextIOWrapper(io.BytesIO(raw), "utf-8"), target)
    return code, target.getvalue()


def test_the_command_line_gives_placements_cutoffs_certificate_and_digest() -> None:
    code, text = _run(json.dumps(_raw()))
    result = json.loads(text)
    assert code == 0
    assert result["placements"] == {"a": None, "b": "S", "c": "S"}
    assert result["cutoffs"]["S"] == {
        "seats": 1, "extra_seats": 1, "filled": 2, "tier": 0, "points": 0, "order": 2,
    }  # fmt: skip
    assert result["cutoffs"]["T"]["order"] is None
    assert result["certificate"]["valid"] is True
    assert result["digest"] == placements_digest(result["placements"])
    assert _run(json.dumps(_raw()))[1] == text


@pytest.mark.parametrize("text", [json.dumps(_raw()), '{"mechanism":"sequential","schools":[],"pupils":[]}'])
def test_both_engines_print_the_same(text: str) -> None:
    code, printed = _run(text, "--engine", "fast")
    assert code == 0
    assert printed == _run(text, "--engine", "reference")[1]


def test_first_choice_first_publishes_the_position_of_the_last_admitted() -> None:
    problem = read_problem({**_raw(), "mechanism": "sequential"})
    assert result_json(problem, allocate(problem))["cutoffs"]["S"]["choice"] == 1


def _set(path: list[Any], value: Any) -> dict[str, Any]:
    raw: Any = _raw()
    at = raw
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return dict(raw)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["mechanism"], "random", "mechanism must be one of parallel, sequential"),
        (["mechanism"], ["parallel"], "mechanism must be one of"),
        (["siblings"], 1, "siblings must be one of"),
        (["schools"], {}, "schools must be a list"),
        (["schools", 0, "seats"], -1, r"schools\[0\].seats must be from 0"),
        (["schools", 0, "seats"], True, r"schools\[0\].seats must be a whole number"),
        (["schools", 0, "seats"], 1.0, r"schools\[0\].seats must be a whole number"),
        (["schools", 0, "seats"], 10**30, r"schools\[0\].seats must be from 0"),
        (["schools", 1, "id"], "S", r"schools\[1\].id: 'S' stands here twice"),
        (["schools", 1, "id"], "", r"schools\[1\].id must be a text"),
        (["schools", 1, "id"], "x\n", r"schools\[1\].id must be a text"),
        (["pupils", 0], None, r"pupils\[0\] must be an object"),
        (["pupils", 0, "id"], 7, r"pupils\[0\].id must be a text"),
        (["pupils", 0, "id"], "b", r"pupils\[1\].id: 'b' stands here twice"),
        (["pupils", 0, "group"], "alone", r"pupils\[0\].group: the group 'alone' has one member"),
        (["pupils", 0, "choices"], "S", r"pupils\[0\].choices must be a list"),
        (["pupils", 0, "choices", 0, "school"], "X", r"pupils\[0\].choices\[0\].school: there is no school 'X'"),
        (["pupils", 2, "choices", 1, "school"], "S", r"pupils\[2\].choices\[1\].school: 'S' stands here twice"),
        (["pupils", 0, "choices", 0, "order"], "1", r"choices\[0\].order must be a finite number"),
        (["pupils", 0, "choices", 0, "order"], 2**300, r"choices\[0\].order must be from"),
        (["pupils", 0, "choices", 0, "tier"], 1.5, r"choices\[0\].tier must be a whole number"),
        (["pupils", 0, "choices", 0, "points"], False, r"choices\[0\].points must be a finite number"),
        (["pupils", 0, "choices", 0, "rank"], 1, r"choices\[0\].rank is not a known key"),
        (["pupils", 0, "choices", 0], {"school": "S"}, r"choices\[0\].order is missing"),
        (["pupils", 0, "choices", 0], {"school": "S", "order": 2}, r"pupils\[1\].*same tier, points and order"),
    ],
)
def test_hostile_input_is_refused_naming_the_place(
    path: list[Any], value: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LotteryError, match=message):
        read_problem(_set(path, value))
    assert _run(json.dumps(_set(path, value))) == (2, "")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"mechanism": NaN}',
        '{"schools": Infinity}',
        '{"mechanism": "parallel", "mechanism": "parallel"}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 100_000,
        b"\xff\xfe{}",
        json.dumps(_raw()).replace("2.5", "1e999"),
    ],
)
def test_unreadable_input_ends_with_exit_code_2_and_one_line(
    text: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(text) == (2, "")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_empty_city_is_a_valid_problem() -> None:
    assert allocate(read_problem(read_json('{"mechanism":"parallel","schools":[],"pupils":[]}'))).placements == {}

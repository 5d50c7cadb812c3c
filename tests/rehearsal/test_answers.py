"""What synthetic parents type passes the form, whatever family they are; corrections put the slip right."""

from dataclasses import replace
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings

from enrollment.filing import form
from enrollment.seasons.rules.own_form import OwnForm
from foundation import clock
from rehearsal.answers import Around, choices, corrected, form_answers, own_answers
from rehearsal.city import STAGES, NoCity, city_spec, read_estates, scaled_seats
from synthetic import generate
from synthetic.unusual import unusual

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "wuling"


def test_every_synthetic_family_can_fill_in_the_form() -> None:
    spec = city_spec(EXAMPLE, district="430702", year=2026, seed=11, families=400, stages=STAGES)
    for family in chain(generate(spec), unusual(spec)):
        for claim in family.claims.values():
            _clean, errors = form.validate_all(form_answers(claim, bound=False), clock.today())
            assert not errors, (family.id, family.persona, errors)


def test_a_correction_answers_exactly_the_items_asked_for() -> None:
    answers = {"home_address": "武陵区人民路3号-附房", "guardian_name": "甲"}
    truth = {"facts": {"household.registered_on": "2019-03-01"}}
    fixed = corrected(answers, ["home_address", "household_registered_on"], truth)
    assert fixed == {"home_address": "武陵区人民路3号", "household_registered_on": "2019-03-01"}


PUBLIC = Around("A", near=("B", "C", "D"))


def picked(around: Around, *, migrant: bool = False) -> list[list[str]]:
    return [choices(around, Random(seed), 2, migrant=migrant) for seed in range(400)]


def test_choices_begin_with_the_zone_and_never_repeat() -> None:
    for one in picked(PUBLIC):
        assert one[0] == "A"
        assert len(one) == len(set(one)) <= 2
    assert choices(replace(PUBLIC, private=("P",)), Random(1), 1) == ["A"]


def test_a_big_zone_comes_before_what_is_merely_near() -> None:
    assert {one[1] for one in picked(replace(PUBLIC, big_zone=("X", "Y"))) if len(one) > 1} == {"X", "Y"}


def test_some_try_a_private_school_before_their_own_and_keep_that() -> None:
    found = [one for one in picked(replace(PUBLIC, private=("P",))) if "P" in one]
    assert 20 < len(found) < 80
    assert all(one == ["P", "A"] for one in found)


def test_only_migrant_workers_name_the_school_of_their_children() -> None:
    around = replace(PUBLIC, migrant=("M",))
    assert not any("M" in one for one in picked(around))
    found = [one for one in picked(around, migrant=True) if "M" in one]
    assert 100 < len(found) < 220
    assert all(one == ["A", "M"] for one in found)


def test_seats_grow_with_the_city_and_never_vanish() -> None:
    assert scaled_seats(60, 2000) == 60
    assert scaled_seats(60, 8000) == 240
    assert scaled_seats(60, 20) == 1


def test_a_folder_without_estates_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCity, match=r"estates\.csv"):
        read_estates(tmp_path)


def test_a_districts_own_questions_are_answered_and_what_it_leaves_out_is_not() -> None:
    questions: list[dict[str, Any]] = [
        {"name": "own_1", "kind": "choice", "options": [{"value": "bus"}, {"value": "walk"}]},
        {"name": "own_2", "kind": "yes_no", "options": []},
        {"name": "own_3", "kind": "text", "options": []},
        {"name": "own_4", "kind": "date", "options": []},
        {"name": "own_5", "kind": "whole", "options": []},
    ]
    form = OwnForm.of({"off": ["helper_name"], "extra": questions, "texts": {}})
    answers = own_answers(form, {"home_kind": "deed", "helper_name": "x"})
    assert answers["home_kind"] == "deed"
    assert "helper_name" not in answers
    assert (answers["own_1"], answers["own_2"], answers["own_5"]) == ("bus", "no", "1")
    assert all(answers[one["name"]] for one in questions)

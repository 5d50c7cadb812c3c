"""What synthetic parents type passes the form, whatever family they are; corrections put the slip right."""

from pathlib import Path
from random import Random

import pytest
from django.conf import settings

from enrollment import form
from foundation import clock
from rehearsal.answers import choices, corrected, form_answers
from rehearsal.city import NoCity, city_spec, read_estates, scaled_seats
from synthetic import generate

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "wuling"


def test_every_synthetic_family_can_fill_in_the_form() -> None:
    spec = city_spec(EXAMPLE, district="430702", year=2026, seed=11, families=400)
    for family in generate(spec):
        for claim in family.claims.values():
            _clean, errors = form.validate_all(form_answers(claim, bound=False), clock.today())
            assert not errors, (family.id, family.persona, errors)


def test_a_correction_answers_exactly_the_items_asked_for() -> None:
    answers = {"home_address": "武陵区人民路3号-附房", "guardian_name": "甲"}
    truth = {"facts": {"household.registered_on": "2019-03-01"}}
    fixed = corrected(answers, ["home_address", "household_registered_on"], truth)
    assert fixed == {"home_address": "武陵区人民路3号", "household_registered_on": "2019-03-01"}


def test_choices_begin_with_the_zone_and_never_repeat() -> None:
    for seed in range(200):
        picked = choices("A", ["B", "C", "D"], Random(seed), 2)
        assert picked[0] == "A"
        assert len(picked) == len(set(picked)) <= 2


def test_seats_grow_with_the_city_and_never_vanish() -> None:
    assert scaled_seats(60, 2000) == 60
    assert scaled_seats(60, 8000) == 240
    assert scaled_seats(60, 20) == 1


def test_a_folder_without_estates_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCity, match=r"estates\.csv"):
        read_estates(tmp_path)

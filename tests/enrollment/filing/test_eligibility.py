"""What a family can expect before it types anything."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from accounts.models import Account
from enrollment.filing.expectations.eligibility import HOMES, HOUSEHOLDS, Quick, age_on, home_rules, likely
from enrollment.seasons.models import Child, Draft
from policy import load, scheme_names, scheme_text
from tests import factories

CHANGDE = load(scheme_text("changde"))
SIX = Quick(date(2019, 5, 4), "primary", "zone", "deed")


def test_home_and_household_in_the_zone_lead_to_the_first_class() -> None:
    said = likely(CHANGDE, SIX)
    assert (said.standing, said.group and said.group.id) == ("yes", "class_1")
    assert "household" in said.agencies


@pytest.mark.parametrize(
    ("changed", "group"), [({"household": "no"}, "class_2"), ({"home": "none"}, "class_3")], ids=["home", "household"]
)
def test_home_or_household_alone_lead_to_later_classes(changed: dict[str, str], group: str) -> None:
    said = likely(CHANGDE, replace(SIX, **changed))  # type: ignore[arg-type]
    assert said.group is not None
    assert said.group.id == group


@pytest.mark.parametrize(
    ("born", "standing"), [(date(2019, 8, 31), "yes"), (date(2019, 9, 1), "later"), (date(2020, 1, 1), "young")]
)
def test_the_day_of_birth_decides_to_the_day(born: date, standing: str) -> None:
    said = likely(CHANGDE, replace(SIX, birth_date=born))
    assert said.standing == standing
    assert bool(said.until) is (standing == "later")


@pytest.mark.parametrize("name", scheme_names())
def test_every_shipped_scheme_answers_every_family(name: str) -> None:
    policy = load(scheme_text(name))
    for household in HOUSEHOLDS:
        for home in HOMES:
            for stage in ("kindergarten", "primary", "junior"):
                said = likely(policy, Quick(date(policy.year - 7, 3, 1), stage, household, home))
                assert said.standing in {"yes", "person", "later", "young", "old", "no"}


def test_a_home_of_the_grandparents_is_named_by_the_policy() -> None:
    rules = home_rules(CHANGDE, "primary", "main")
    assert rules["grandparents"] is not None
    assert rules["grandparents"].id == "class_1"  # this scheme counts a grandparent as owner


def test_an_age_is_full_years() -> None:
    assert [age_on(date(2019, 8, 31), day) for day in (date(2025, 8, 30), date(2025, 8, 31))] == [5, 6]


@pytest.mark.django_db
def test_the_page_answers_without_an_account_and_stores_nothing() -> None:
    place = factories.world()
    client = Client(headers={"accept-language": "zh-hans"})
    sent = {"year": "2018", "month": "5", "day": "4", "household": "zone", "home": "deed", "round": str(place.round.pk)}
    page = client.post("/eligibility/", sent).content.decode()
    assert 'data-standing="yes"' in page
    assert "第一类" in page
    assert [model.objects.count() for model in (Account, Child, Draft)] == [0, 0, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad", [{"month": "13"}, {"day": "x"}, {"year": "2099"}, {"home": "castle"}, {"round": "0"}, {"household": ""}]
)
def test_a_slip_is_explained_and_what_was_typed_stays(bad: dict[str, str]) -> None:
    place = factories.world()
    sent = {"year": "2018", "month": "5", "day": "4", "household": "zone", "home": "deed", "round": str(place.round.pk)}
    answer = Client().post("/eligibility/", {**sent, **bad})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="error"' in page
    assert "data-standing" not in page
    assert f'value="{bad.get("day", "4")}"' in page

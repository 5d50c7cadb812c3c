"""What real families typed and lived that the form did not expect, through the pages they met it on."""

from datetime import date

import pytest
from django.test import Client

from enrollment.seasons.models import Child
from identifiers.resident import check_character
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(client: Client) -> Client:
    client.force_login(factories.guardian())
    return client


def add(parent: Client, **typed: str) -> str:
    answer = parent.post("/my/children/add/", {"name": "", "id_number": "", **typed}, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code in {200, 302, 422}
    return answer.content.decode()


def foreign_card(born: str = "20190831") -> str:
    """The 18-digit card of a foreign permanent resident, whose sequence says no sex."""
    first = f"911156{born}002"
    return first + check_character(first)


def test_two_empty_fields_are_both_marked(parent: Client) -> None:
    page = add(parent)
    assert page.count('aria-invalid="true"') == 2


def test_the_card_of_a_permanent_resident_says_the_day_and_the_sex_is_asked(parent: Client) -> None:
    page = add(parent, name="MARIA SOUSA", id_number=foreign_card())
    assert 'name="sex"' in page
    assert 'name="birth_date"' not in page
    add(parent, name="MARIA SOUSA", id_number=foreign_card(), sex="2")
    child = Child.objects.get()
    assert (child.birth_date, child.sex, child.document_kind) == (date(2019, 8, 31), "2", "foreign-permanent-resident")


def test_a_child_without_any_number_is_added_by_its_birth_certificate(parent: Client) -> None:
    page = add(parent, name="王小明", id_number="t220123456")
    assert "Please give the date of birth" in page
    assert "a boy or a girl" in page
    add(parent, name="王小明", id_number="t220123456", birth_date="2019年8月31日", sex="1")
    child = Child.objects.get()
    assert (child.birth_date, child.document_kind) == (date(2019, 8, 31), "birth-certificate")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("19.8.31", date(2019, 8, 31)), ("民国108年8月31日", date(2019, 8, 31)), ("2019-08-31", date(2019, 8, 31))],
)
def test_a_birthday_is_never_stored_as_the_year_19(parent: Client, typed: str, stored: date) -> None:
    add(parent, name="ANA SOUSA", id_number="E12345678", birth_date=typed, sex="2")
    assert Child.objects.get().birth_date == stored


@pytest.mark.parametrize("typed", ["5/6/2019", "108.8.31", "2019", "2019-02-30"])
def test_a_birthday_that_can_be_read_two_ways_is_asked(parent: Client, typed: str) -> None:
    page = add(parent, name="ANA SOUSA", id_number="E12345678", birth_date=typed, sex="2")
    assert f'value="{typed}"' in page
    assert page.count('aria-invalid="true"') == 1
    assert not Child.objects.exists()


@pytest.mark.parametrize("typed", ["20190831", "1234567890", "无"])
def test_what_is_no_number_of_a_document_is_named(parent: Client, typed: str) -> None:
    page = add(parent, name="王小明", id_number=typed)
    assert 'aria-invalid="true"' in page
    assert not Child.objects.exists()


def test_a_name_from_a_copied_page_is_the_name_it_shows(parent: Client) -> None:
    add(parent, name="⼟⼩明", id_number=factories.child_number())
    assert Child.objects.get().name == "土小明"


def guardian_page(parent: Client, **typed: str) -> str:
    one = factories.family(factories.world())
    parent.force_login(one.guardian)
    answers = {**one.draft.answers, **typed}
    address = f"/my/apply/{one.draft.public_id}/guardian/"
    answer = parent.post(address, answers, HTTP_ACCEPT_LANGUAGE="en")
    one.draft.refresh_from_db()
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_foreign_parent_applies_under_the_own_name(client: Client) -> None:
    assert guardian_page(client, guardian_name="MARIA SOUSA", guardian_id="E12345678") == ""


def test_latin_letters_do_not_stand_on_an_id_card(client: Client) -> None:
    page = guardian_page(client, guardian_name="MARIA SOUSA")
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("typed", ["无", "没有", "none", "-"])
def test_none_for_the_other_parent_is_no_number(client: Client, typed: str) -> None:
    assert guardian_page(client, second_guardian_id=typed) == ""

"""The table of what a second guardian or carer is shown: every field has a decision, and the strict one wins."""

import pytest

import identifiers
from enrollment.filing import form
from enrollment.guardians import masking
from enrollment.guardians.masking import (
    CARER,
    CHILD_ID,
    CHILD_NAME,
    CHOICES,
    ORDER,
    OWN,
    PARENT,
    POLICY,
    Show,
    decision,
    seen,
)

HOME_PAGES = {"household", "home"}


def test_every_field_of_the_form_has_a_decision_and_no_other_has_one() -> None:
    assert set(POLICY) == {*form.BY_NAME, CHILD_NAME, CHILD_ID, CHOICES}


@pytest.mark.parametrize("role", [PARENT, CARER])
@pytest.mark.parametrize("protection", ["", OWN, ORDER])
def test_a_field_nobody_decided_about_is_hidden(role: str, protection: str) -> None:
    assert decision("new_field", role=role, protection=protection) is Show.HIDDEN
    assert seen("new_field", "text", "滨湖路", role=role, protection=protection) is None


@pytest.mark.parametrize("name", sorted(POLICY))
def test_whoever_is_unknown_and_an_order_are_shown_nothing(name: str) -> None:
    assert decision(name, role="neighbour", protection="") is Show.HIDDEN
    assert decision(name, role=PARENT, protection="something new") is Show.HIDDEN
    assert {decision(name, role=role, protection=ORDER) for role in (PARENT, CARER)} == {Show.HIDDEN}


@pytest.mark.parametrize("name", sorted(POLICY))
def test_protection_and_a_carers_role_never_show_more(name: str) -> None:
    strict = [Show.SHOWN, Show.MASKED, Show.HIDDEN]
    plain = strict.index(decision(name, role=PARENT, protection=""))
    for role, protection in ((CARER, ""), (PARENT, OWN), (CARER, OWN)):
        assert strict.index(decision(name, role=role, protection=protection)) >= plain


def test_nothing_that_leads_to_a_protected_address_is_shown() -> None:
    leading = {field.name for field in form.FIELDS if field.page in HOME_PAGES} | {CHOICES, "permit_holder"}
    leading |= {"family_situation", "lives_with", "helper_name", "helper_phone"}
    assert {decision(name, role=PARENT, protection=OWN) for name in leading} == {Show.HIDDEN}


def test_a_carer_is_shown_the_child_and_the_schools_only() -> None:
    shown = {name for name in POLICY if decision(name, role=CARER, protection="") is not Show.HIDDEN}
    assert shown == {CHILD_NAME, CHILD_ID, CHOICES, "keep_siblings"}


def test_numbers_names_and_addresses_are_never_shown_whole() -> None:
    kinds = {field.name: field.kind for field in form.FIELDS} | {CHILD_ID: "id"}
    whole = {name for name in kinds if decision(name, role=PARENT, protection="") is Show.SHOWN}
    assert {name for name in whole if kinds[name] in identifiers.KINDS} == set()
    masked = {name for name in kinds if decision(name, role=PARENT, protection="") is Show.MASKED}
    assert {kinds[name] for name in masked} <= set(identifiers.KINDS)
    assert seen("home_address", "address", "湖南省常德市武陵区滨湖路77号", role=PARENT, protection="") == "湖南省****"


def test_special_needs_are_for_the_bureau_alone() -> None:
    assert {decision(name, role=PARENT, protection="") for name in form.NEEDS} == {Show.HIDDEN}


def test_who_applied_answers_alone_for_their_own_person() -> None:
    own = {"guardian_relation", "guardian_name", "guardian_id", "insurance_months", *form.NEEDS, "document:title", "x"}
    assert {item for item in own if masking.answerable(item)} == set()
    assert masking.answerable("home_address")


def test_an_item_that_may_be_answered_opens_no_question_that_may_not() -> None:
    for item in filter(masking.answerable, POLICY):
        assert {field.name for field in form.opened([item]) if not masking.answerable(field.name)} == set()
        shown = [decision(field.name, role=PARENT, protection="") for field in form.opened([item])]
        assert Show.HIDDEN not in shown

"""What each adapter makes of odd records, without HTTP: each its doubt, and its words for the clerk and the family."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from tests.verification.test_agencies import AWAY, CHILD, CLAIMS, DEED, HOME, HOUSEHOLD, MOTHER, NONE, OTHER, PERMIT
from tests.verification.test_agencies import RECORDS as ALL
from verification.agencies import Doubt, Judgement, adapter
from verification.words import VALUES, WORDS, clerk_words, family_words, label_of, value_words

TODAY = date(2027, 6, 15)
STRANGER = {"id_number": OTHER, "name": "合成他人"}


def judge(agency: str, *records: dict[str, Any], **claim: Any) -> Judgement:
    return adapter(agency).judge({**CLAIMS[agency], **claim}, records, TODAY)


def doubts(agency: str, *records: dict[str, Any], **claim: Any) -> list[str]:
    return [str(one.field) for one in judge(agency, *records, **claim).differences]


@pytest.mark.parametrize("agency", ["household", "permit", "insurance"])
def test_an_answer_about_somebody_else_is_no_answer_to_the_claim(agency: str) -> None:
    assert doubts(agency, {**ALL[agency], "id_number": OTHER}) == [Doubt.OTHER_PERSON]


def test_of_an_older_and_a_newer_household_the_one_in_force_counts() -> None:
    old = {**HOUSEHOLD, "address": AWAY, "registered_on": "2019-05-01", "status": "moved_out"}
    assert judge("household", old, HOUSEHOLD).outcome == "match"
    assert doubts("household", old) == [Doubt.HOUSEHOLD_STATE, Doubt.HOUSEHOLD_ADDRESS]


def test_two_households_in_force_contradict_each_other() -> None:
    newer = {**HOUSEHOLD, "address": AWAY, "registered_on": "2020-05-01"}
    assert Doubt.TWO_RECORDS in doubts("household", HOUSEHOLD, newer)


@pytest.mark.parametrize("printed", ["合成小?", "合成小？", "合成小□", "合成小\ue000"])
def test_a_character_the_register_cannot_print_is_a_doubt_of_its_own(printed: str) -> None:
    assert doubts("household", {**HOUSEHOLD, "name": printed}) == [Doubt.UNREADABLE_NAME]


@pytest.mark.parametrize(
    ("declared", "printed"),
    [
        ("䶮小明", "\ue863小明"),
        ("阿布都热依木·买买提", "阿布都热依木･买买提"),
        ("阿布都热依木·买买提", "阿布都热依木・买买提"),
    ],
)
def test_the_same_name_in_another_coding_is_the_same(declared: str, printed: str) -> None:
    assert judge("household", {**HOUSEHOLD, "name": printed}, name=declared).outcome == "match"


@pytest.mark.parametrize(
    ("declared", "printed"),
    [("阿布都热依木 买买提", "阿布都热依木·买买提"), ("李頔", "李𬱖"), ("呂小明", "吕小明")],
)
def test_another_form_of_a_character_is_a_matter_of_spelling(declared: str, printed: str) -> None:
    assert doubts("household", {**HOUSEHOLD, "name": printed}, name=declared) == [Doubt.NAME_SPELLING]


STORE_ROOM = {**DEED, "certificate": "湘(2016)常德市不动产权第0009999号"}


def both(record: dict[str, Any]) -> str:
    return f"{DEED['certificate']}、{record['certificate']}"


def test_two_numbers_of_one_home_are_both_looked_up_and_both_found() -> None:
    claim = {**CLAIMS["real_estate"], "number": both(STORE_ROOM)}
    assert {DEED["certificate"], STORE_ROOM["certificate"]} <= set(adapter("real_estate").keys(claim))
    assert judge("real_estate", DEED, STORE_ROOM, number=both(STORE_ROOM)).outcome == "match"


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"address": AWAY}, Doubt.HOME_ADDRESS),
        ({"status": "cancelled"}, Doubt.HOME_STATE),
        ({"kind": "commercial"}, Doubt.HOME_USAGE),
        ({"owners": [{"id_number": OTHER, "name": "合成他人", "share": 1}]}, Doubt.HOME_OWNER),
    ],
)
def test_what_speaks_against_the_second_of_two_papers_is_not_lost(changed: dict[str, Any], doubt: Doubt) -> None:
    for records in ((DEED, {**STORE_ROOM, **changed}), ({**STORE_ROOM, **changed}, DEED)):
        assert doubt in doubts("real_estate", *records, number=both(STORE_ROOM))


def test_a_second_number_that_no_register_knows_is_said() -> None:
    assert doubts("real_estate", DEED, number=both(STORE_ROOM)) == [Doubt.HOME_CERTIFICATE]


def test_the_child_itself_is_no_guardian_in_its_household() -> None:
    alone = {**HOUSEHOLD, "householder_id": CHILD, "members": [{"id_number": CHILD, "name": "x", "relation": "self"}]}
    assert doubts("household", alone, guardian_ids=[CHILD]) == [Doubt.NO_PARENT]


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"status": "cancelled"}, Doubt.HOME_STATE),
        ({"seized": True}, Doubt.HOME_STATE),
        ({"kind": "commercial"}, Doubt.HOME_USAGE),
        ({"kind": "parking"}, Doubt.HOME_USAGE),
        ({"owners": [{"id_number": MOTHER, "name": "x", "share": 1.0, "deceased": True}]}, Doubt.HOME_OWNER_STATE),
    ],
)
def test_a_paper_that_gives_no_home_as_it_stands(changed: dict[str, Any], doubt: Doubt) -> None:
    assert doubts("real_estate", {**DEED, **changed}) == [doubt]


def test_the_exact_share_of_the_register_decides() -> None:
    half = [{"id_number": MOTHER, "name": "x", "share": 0.5}, {**STRANGER, "share": 0.5}]
    third = [{"id_number": MOTHER, "name": "x", "share": 1 / 3}, {**STRANGER, "share": 2 / 3}]
    assert doubts("real_estate", {**DEED, "owners": half}, share="51") == [Doubt.HOME_SHARE]
    assert doubts("real_estate", {**DEED, "owners": half}, share="50") == []
    assert doubts("real_estate", {**DEED, "owners": third}, share="33") == []
    assert doubts("real_estate", {**DEED, "owners": half}, share="100", people=[MOTHER, OTHER]) == []
    assert doubts("real_estate", {**DEED, "owners": half}, share="50", spouse_unknown=True) == [Doubt.HOME_CO_OWNER]


def test_of_a_cancelled_and_a_new_paper_of_one_number_the_new_one_counts() -> None:
    assert judge("real_estate", {**DEED, "status": "cancelled"}, DEED).outcome == "match"


def test_the_number_of_the_old_certificate_is_one_of_the_home() -> None:
    old, new = CLAIMS["real_estate"]["number"], "湘(2024)常德市不动产权第0000777号"
    changed = {**DEED, "certificate": new, "former_certificate": old}
    assert judge("real_estate", changed).outcome == "match"
    assert judge("real_estate", changed, number=new).outcome == "match"
    assert doubts("real_estate", {**changed, "former_certificate": ""}) == [Doubt.HOME_CERTIFICATE]


def test_a_shop_is_no_home_of_who_declares_none_and_a_seized_one_is() -> None:
    none = NONE["real_estate"]
    assert adapter("real_estate").judge(none, [{**DEED, "kind": "commercial"}], TODAY).outcome == "match"
    assert adapter("real_estate").judge(none, [{**DEED, "seized": True}], TODAY).outcome == "mismatch"


def test_the_parents_other_home_is_asked_about_where_it_matters() -> None:
    other = {**DEED, "certificate": "湘(2011)常德市不动产权第0000001号", "address": AWAY}
    grandparents = {**DEED, "owners": [{**STRANGER, "share": 1.0}]}
    claim = {"people": [OTHER], "family": [MOTHER]}
    assert doubts("real_estate", grandparents, other, **claim) == [Doubt.PARENTS_OTHER_HOME]
    assert doubts("real_estate", DEED, other) == []


@pytest.mark.parametrize(
    "changed",
    [{"endorsed_until": "2026-01-01", "status": "renewing"}, {"endorsed_until": None, "status": "renewing"}],
)
def test_a_permit_under_renewal_is_neither_valid_nor_lapsed(changed: dict[str, Any]) -> None:
    assert doubts("permit", {**PERMIT, **changed}) == [Doubt.PERMIT_UNTIL]


def test_insurance_counts_in_this_city_however_it_is_written() -> None:
    for city in ("常德", "常德市", "4307"):
        assert judge("insurance", {**ALL["insurance"], "city": city}).outcome == "match"
    assert doubts("insurance", {**ALL["insurance"], "city": "长沙市"}) == [Doubt.INSURANCE_CITY]


def test_a_home_stands_where_the_family_says() -> None:
    assert doubts("real_estate", {**DEED, "address": AWAY}) == [Doubt.HOME_ADDRESS]
    assert doubts("real_estate", {**DEED, "address": HOME}) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_doubt_has_words_for_both(language: str) -> None:
    assert set(WORDS) == set(Doubt)
    with translation.override(language):
        for doubt in Doubt:
            said = (label_of(doubt), clerk_words(doubt), family_words(doubt))
            assert all(said)
            if language == "zh-hans":
                assert all("\u4e00" <= text[0] <= "\u9fff" or text[0] == "“" for text in said), said
        assert all(value_words(value) != value for value in VALUES if language == "zh-hans")
    assert (label_of("older"), clerk_words("older"), family_words("older")) == ("older", "", "")

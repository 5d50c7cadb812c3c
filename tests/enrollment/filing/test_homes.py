"""All homes that registers name for a family are offered, and the parent picks; the badges say whose each answer is."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from enrollment.filing.drafts.homes import home_answers, homes_of, must_pick, only_home, spouse_in
from enrollment.filing.drafts.known import home_options, home_pick_of, known_answers
from enrollment.filing.drafts.services import draft_pick_home, draft_prefill, draft_save
from enrollment.guardians.models import AddressProtection
from enrollment.judging.facts.claims import agency_claims, city_of
from enrollment.seasons.models import Draft
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from synthetic.people import resident_id
from tests import factories
from tests.agencies import City
from verification.agencies import adapter
from verification.models import AgencyCall

MOTHER = resident_id("430702", date(1985, 1, 1), 7, "female")
FATHER = resident_id("430702", date(1984, 1, 1), 8, "male")
ELDER = resident_id("430702", date(1955, 1, 1), 9, "male")
CHILD = factories.child_number(pair=7)
Z1, Z2 = factories.certificate(), factories.certificate()
ROAD = "武陵区朝阳路12号朝阳小区3幢2单元401室"
LANE = "武陵区滨湖路8号滨湖花园1幢1单元1202室"
Record = dict[str, Any]
Enter = Callable[[Account], Client]


@pytest.fixture
def enter() -> Enter:
    def signed_in(account: Account) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(account)
        return client

    return signed_in


def deed(number: str, address: str, **shares: float) -> Record:
    people = {"mother": (MOTHER, "合成妈妈"), "father": (FATHER, "合成爸爸"), "elder": (ELDER, "合成爷爷")}
    owners = [{"id_number": people[who][0], "name": people[who][1], "share": share} for who, share in shares.items()]
    return {
        "certificate": number,
        "owners": owners,
        "address": address,
        "registered_on": "2018-03-02",
        "mortgaged": False,
        "seized": False,
        "kind": "residential",
        "status": "current",
        "synthetic": True,
    }


def contract(number: str, address: str) -> Record:
    buyers = [{"id_number": MOTHER, "name": "合成妈妈", "share": 1.0}]
    return {"contract": number, "buyers": buyers, "address": address, "kind": "residential", "status": "filed"}


def page_of(child: str, *, head: str = MOTHER, **changed: Any) -> Record:
    """The child's page of the register: the mother the householder, the father her husband."""
    members = [
        {"id_number": MOTHER, "name": "合成妈妈", "relation": "户主"},
        {"id_number": FATHER, "name": "合成爸爸", "relation": "配偶"},
        {"id_number": child, "name": "合成小明", "relation": "子女"},
    ]
    return {
        "id_number": child,
        "name": "合成小明",
        "householder_id": head,
        "householder_relation": "parent",
        "address": ROAD,
        "division": "430702",
        "registered_on": "2019-06-01",
        "type": "family",
        "status": "normal",
        "members": members,
        "synthetic": True,
    } | changed


def known(*records: Record, contracts: tuple[Record, ...] = ()) -> dict[str, Any]:
    return {
        "household": {"outcome": "found", "records": [page_of(CHILD)]},
        "real_estate": {"outcome": "found", "records": list(records)},
        "contract": {"outcome": "found", "records": list(contracts)},
    }


def test_the_child_s_page_names_a_couple_and_nothing_else_is_taken_for_one() -> None:
    assert spouse_in(page_of(CHILD), MOTHER) == (FATHER, "合成爸爸")
    assert spouse_in(page_of(CHILD), FATHER) == (MOTHER, "合成妈妈")
    assert spouse_in(page_of(CHILD), ELDER) is None
    assert spouse_in(page_of(CHILD, householder_relation="grandparent"), MOTHER) is None
    assert spouse_in(page_of(CHILD, members="withheld"), MOTHER) is None
    assert spouse_in({}, MOTHER) is None
    page = page_of(CHILD)
    page["members"][1]["relation"] = "其他"  # a member who is not written as the husband
    assert spouse_in(page, MOTHER) is None
    two = page_of(CHILD)
    two["members"].append({"id_number": ELDER, "name": "合成爷爷", "relation": "配偶"})
    assert spouse_in(two, MOTHER) is None


def test_one_home_is_filled_in_and_of_several_one_is_picked() -> None:
    first, second = deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, father=1.0)
    assert must_pick(known(first), MOTHER) == ()
    assert [one.number for one in must_pick(known(first, second), MOTHER)] == [Z2, Z1]  # the household's first
    assert only_home(known(first, second), MOTHER) is None
    assert [one.number for one in must_pick(known(second), MOTHER)] == [Z2]  # the husband's alone is asked about
    assert must_pick({}, MOTHER) == ()


@pytest.mark.parametrize(
    "record",
    [
        deed("Z9", LANE, mother=1.0) | {"kind": "parking"},
        deed("Z9", LANE, mother=1.0) | {"status": "cancelled"},
        deed("Z9", LANE, mother=1.0) | {"status": 7},
        deed("Z9", LANE, mother=1.0) | {"owners": "withheld"},
        deed("", LANE, mother=1.0),
        deed(Z1, LANE, mother=1.0),  # the same deed twice
    ],
)
def test_what_is_no_home_is_not_offered(record: Record) -> None:
    assert [one.number for one in homes_of(known(deed(Z1, ROAD, mother=1.0), record))] == [Z1]


def test_a_contract_whose_certificate_is_there_is_the_same_home() -> None:
    found = homes_of(known(deed(Z1, ROAD, mother=1.0), contracts=(contract("HT1", ROAD), contract("HT2", LANE))))
    assert [one.number for one in found] == [Z1, "HT2"]


def test_whose_the_home_is_and_the_share_of_the_family_follow_from_the_register() -> None:
    def said(other: str = "", spouse: str = "", **shares: float) -> Mapping[str, str]:
        return home_answers(homes_of(known(deed(Z1, ROAD, **shares)))[0], MOTHER, other, spouse)

    own = said(mother=0.5, father=0.5)
    assert (own["home_owner_relation"], own["home_share"], "second_guardian_id" in own) == ("parent", "50", False)
    both = said(spouse=FATHER, mother=0.5, father=0.5)
    assert (both["home_share"], both["second_guardian_id"]) == ("100", FATHER)
    his = said(spouse=FATHER, father=1.0)
    assert (his["home_owner_relation"], his["home_owner_id"], his["second_guardian_id"]) == ("parent", "", FATHER)
    step = said(other=ELDER, spouse=FATHER, father=1.0)  # the husband is not the child's other parent
    assert (step["home_owner_relation"], step["home_owner_id"]) == ("other", FATHER)
    assert said(mother=1 / 3)["home_share"] == "33.3333"


def begun(place: factories.World) -> tuple[Account, Draft]:
    one = factories.family(place)
    Draft.objects.filter(pk=one.draft.pk).update(answers={})
    return factories.assured(one.guardian, name="合成妈妈", id_number=MOTHER), one.draft


def believe(agencies: City, draft: Draft, *deeds: Record) -> None:
    agencies.put("household", page_of(draft.child.id_number))
    agencies.put("real_estate", *deeds)


@pytest.mark.django_db(transaction=True)
def test_the_homes_of_both_parents_are_offered_with_whose_they_are(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, father=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    assert "home_kind" not in draft.answers  # nothing is filled in before somebody picks
    assert AgencyCall.objects.filter(purpose="prefill").count() == 7
    client, page = enter(mother), f"/my/apply/{draft.public_id}/home/"
    text = client.get(page).content.decode()
    assert text.count('name="home_pick"') == 3
    assert all(one in text for one in (ROAD, LANE, "Yours: 100 %", "the child&#x27;s other parent: 100 %"))
    assert "From the real-estate register, " in text
    assert 'name="home_kind"' not in text  # first the choice, then what follows from it
    assert FATHER not in text
    refused = client.post(page, {})
    assert refused.status_code == 422
    assert "Please pick the home" in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_picked_home_fills_the_questions_and_agrees_with_its_register(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    record = deed(Z2, ROAD, father=1.0)
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), record)
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    client, page = enter(mother), f"/my/apply/{draft.public_id}/home/"
    values = re.findall(r'name="home_pick"\s+value="([0-9a-f]{64})"', client.get(page).content.decode())
    assert len(values) == 2
    answer = client.post(page, {"home_pick": values[0]})
    assert answer.status_code == 302
    assert not answer["Location"].endswith("/home/")  # complete: the way goes on
    draft.refresh_from_db()
    said = draft.answers
    assert (said["home_kind"], said["home_address"], said["home_certificate"]) == ("deed", ROAD, Z2)
    assert (said["home_owner_relation"], said["home_share"], said["second_guardian_id"]) == ("parent", "100", FATHER)
    answers = {name: str(value) for name, value in said.items()}
    claims = agency_claims(answers, child_id=CHILD, child_name="合成小明", on=clock.today(), city=city_of("430702"))
    assert adapter("real_estate").judge(claims["real_estate"], [record], clock.today()).outcome == "match"
    again = client.get(page).content.decode()
    assert re.search(rf'value="{values[0]}"\s+checked', again)
    assert "known-value" in again
    client.post(page, {"home_pick": values[1]})
    draft.refresh_from_db()
    assert (draft.answers["home_certificate"], draft.answers["home_address"]) == (Z1, LANE)


@pytest.mark.django_db(transaction=True)
def test_another_home_is_typed_and_what_was_typed_stays(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, father=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    client, page = enter(mother), f"/my/apply/{draft.public_id}/home/"
    pick = home_options(draft)[0].index
    client.post(page, {"home_pick": pick})
    filled = Draft.objects.get(pk=draft.pk).answers
    shown = {name: filled[name] for name in ("home_kind", "home_certificate", "home_owner_relation", "home_share")}
    answer = client.post(page, {"home_pick": "another", **shown, "home_address": "武陵区新路1号"})
    assert answer["Location"].endswith("/home/")
    draft.refresh_from_db()
    assert (draft.home_pick, draft.answers["home_certificate"]) == ("another", "")
    assert draft.answers["home_address"] == "武陵区新路1号"  # typed: it is not the register's
    text = client.get(page).content.decode()
    assert 'name="home_kind"' in text
    assert "known-value" not in text
    answer = client.post(page, {"home_pick": "another", "home_kind": "none"})
    assert not answer["Location"].endswith("/home/")
    assert home_pick_of(Draft.objects.get(pk=draft.pk)) == "another"


@pytest.mark.django_db(transaction=True)
def test_a_correction_of_a_picked_home_is_kept_beside_what_the_register_says(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, mother=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    pick = home_options(draft)[0].index
    draft = draft_pick_home(guardian=mother, draft_id=draft.public_id, pick=pick)
    filled = {name: value for name, value in draft.answers.items() if name.startswith("home_")}
    enter(mother).post(f"/my/apply/{draft.public_id}/home/", {**filled, "home_pick": pick, "home_share": "40"})
    draft.refresh_from_db()
    assert (draft.answers["home_share"], known_answers(draft)["home_share"].said) == ("40", "100")


@pytest.mark.django_db(transaction=True)
def test_the_share_follows_when_the_other_parent_is_named_later(agencies: City) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, ROAD, mother=0.5, father=0.5))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    assert draft.answers["home_share"] == "50"
    draft = draft_save(guardian=mother, draft_id=draft.public_id, answers={"second_guardian_id": FATHER})
    assert draft.answers["home_share"] == "100"
    typed = draft_save(guardian=mother, draft_id=draft.public_id, answers={"home_share": "60"})
    typed = draft_save(guardian=mother, draft_id=draft.public_id, answers={"second_guardian_id": ""})
    assert typed.answers["home_share"] == "60"  # typed: never overwritten


@pytest.mark.django_db(transaction=True)
def test_nobody_who_is_protected_or_lives_apart_is_looked_up_or_shown(agencies: City) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, father=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    draft = draft_save(guardian=mother, draft_id=draft.public_id, answers={"family_situation": "separated"})
    assert [one.number for one in home_options(draft)] == [Z1]
    father = factories.guardian()
    Account.objects.filter(pk=father.pk).update(id_index=blind_index("person", FATHER))
    AddressProtection.objects.create(account_id=father.pk, source="own", set_at=clock.now(), set_by_id=father.pk)
    AgencyCall.objects.all().delete()
    Draft.objects.filter(pk=draft.pk).update(prefilled={}, answers={})
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    assert AgencyCall.objects.count() == 5
    assert all(ROAD not in str(draft.prefilled[name]) for name in ("real_estate", "contract"))


@pytest.mark.django_db(transaction=True)
def test_a_pick_that_is_none_or_somebody_else_s_changes_nothing(agencies: City) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, LANE, mother=1.0), deed(Z2, ROAD, mother=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    for pick in ("", Z1, "0" * 64):
        with pytest.raises(Refused):
            draft_pick_home(guardian=mother, draft_id=draft.public_id, pick=pick)
    with pytest.raises(NotAllowed):
        draft_pick_home(guardian=factories.guardian(), draft_id=draft.public_id, pick=home_options(draft)[0].index)
    draft.refresh_from_db()
    assert (draft.home_pick, "home_kind" in draft.answers) == ("", False)


@pytest.mark.django_db(transaction=True)
def test_permit_and_insurance_carry_the_badge_of_their_register(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, ROAD, mother=1.0))
    agencies.put(
        "permit",
        {
            "permit_number": "J1",
            "id_number": MOTHER,
            "name": "合成妈妈",
            "address": ROAD,
            "issued_on": "2020-05-01",
            "endorsed_until": "2028-01-01",
            "status": "normal",
        },
    )
    agencies.put(
        "insurance",
        {"id_number": MOTHER, "name": "合成妈妈", "city": "常德市", "months": ["2026-01", "2026-02"], "backpaid": []},
    )
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    assert (draft.answers["permit_holder"], draft.answers["insurance_months"]) == ("parent", "2")
    text = enter(mother).get(f"/my/apply/{draft.public_id}/work/").content.decode()
    assert text.count('data-qa="known"') == 3
    assert text.count("This is wrong") == 3
    assert "From the register of residence permits, " in text
    assert "From the register of social insurance, " in text
    assert "First issued on 1 May 2020. Valid until 1 Jan 2028." in text
    assert "2 months counted, the last one 2026-02." in text


@pytest.mark.django_db(transaction=True)
def test_that_a_register_has_no_entry_is_said_with_its_badge(agencies: City, enter: Enter) -> None:
    mother, draft = begun(factories.world())
    believe(agencies, draft, deed(Z1, ROAD, mother=1.0))
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    text = enter(mother).get(f"/my/apply/{draft.public_id}/work/").content.decode()
    assert text.count("The register has no entry of yours.") == 2
    agencies.knobs(permit={"down": 1})
    Draft.objects.filter(pk=draft.pk).update(prefilled={}, answers={})
    draft = draft_prefill(guardian=mother, draft_id=draft.public_id)
    assert "permit_holder" not in known_answers(draft)  # silence says nothing

"""Before submission: what the state knows is offered, what a parent typed is kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.limit_rules import STRANGERS
from accounts.models import Account
from audit.models import Entry
from enrollment.filing.drafts.prefill import suggested_answers
from enrollment.filing.drafts.registers import ALARM
from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill, draft_save
from enrollment.filing.submission.services import application_withdraw
from enrollment.seasons.models import Child, Draft
from enrollment.seasons.selectors import owned_child
from foundation.errors import NotAllowed, Refused
from synthetic.people import resident_id
from tests import factories
from tests.agencies import City
from tests.threads import at_once
from verification.models import AgencyCall

pytestmark = pytest.mark.django_db


def begun(place: factories.World) -> tuple[Account, Draft]:
    parent = factories.guardian()
    child = child_add(guardian=parent, name="合成小明", id_number=factories.child_number())
    return parent, draft_open(guardian=parent, child=child, round_=place.round)


@pytest.mark.django_db(transaction=True)
def test_what_the_agencies_know_is_filled_in_with_its_source(agencies: City) -> None:
    one = factories.family(factories.world())
    one.submit()  # the guardian is known by document from now on
    application_withdraw(guardian=one.guardian, application_id=one.child.applications.get().pk)
    agencies.believe(one)
    Draft.objects.update(answers={"home_share": "40"})
    one.guardian.refresh_from_db()
    factories.assured(one.guardian)
    draft = draft_prefill(guardian=one.guardian, draft_id=one.draft.public_id)
    assert draft.answers["household_here"] == "yes"
    assert draft.answers["home_certificate"] == one.answers["home_certificate"]
    assert draft.answers["home_share"] == "40"  # typed by the parent: never overwritten
    assert draft.prefilled["household"]["source"] == "mock:household"
    assert draft.prefilled["permit"]["outcome"] == "empty"


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_as_ones_own_name_and_number_asks_no_register(agencies: City, client: Client) -> None:
    place = factories.world()
    parent, draft = begun(place)
    Account.objects.update(name="")  # as after a first sign-in by code
    answers = factories.answers()
    agencies.believe(factories.Family(place, parent, draft.child, draft, answers))
    client.force_login(parent)
    client.post(f"/my/children/{draft.child.public_id}/apply/{place.round.pk}/")
    typed = {name: answers[name] for name in ("guardian_id", "guardian_relation", "guardian_name")}
    client.post(f"/my/apply/{draft.public_id}/guardian/", typed)
    draft.refresh_from_db()
    assert draft.answers.items() >= typed.items()
    assert "home_certificate" not in draft.answers
    assert {row["outcome"] for row in draft.prefilled.values()} == {"closed"}
    assert not AgencyCall.objects.exists()
    assert not Entry.objects.filter(action="draft.prefill").exists()


@pytest.mark.django_db(transaction=True)
def test_who_signs_in_through_the_government_later_is_offered_what_the_registers_know(
    agencies: City, client: Client
) -> None:
    place = factories.world()
    parent, draft = begun(place)
    answers = factories.answers()
    agencies.believe(factories.Family(place, parent, draft.child, draft, answers))
    client.force_login(parent)
    start = f"/my/children/{draft.child.public_id}/apply/{place.round.pk}/"
    client.post(start)
    factories.assured(parent, id_number=answers["guardian_id"])
    client.post(start)
    draft.refresh_from_db()
    assert draft.answers["home_certificate"] == answers["home_certificate"]
    assert draft.answers["guardian_id"] == answers["guardian_id"]


@pytest.mark.django_db(transaction=True)
def test_the_registers_are_no_way_to_try_children(agencies: City) -> None:
    place = factories.world()
    parent = factories.assured(factories.guardian())
    for number in range(STRANGERS[0].most + 3):
        other = factories.family(place)
        agencies.believe(other)
        child = child_add(guardian=parent, name=other.child.name, id_number=other.child.id_number)
        draft = draft_open(guardian=parent, child=child, round_=place.round)
        after = draft_prefill(guardian=parent, draft_id=draft.public_id)
        assert "household_address" not in after.answers
        assert after.prefilled["household"]["records"] == []
        assert after.prefilled["household"]["outcome"] == "unsaid", number
    assert AgencyCall.objects.filter(agency="household").count() == STRANGERS[0].most
    assert Entry.objects.filter(action=ALARM, actor_id=parent.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_silent_agencies_change_nothing(agencies: City) -> None:
    parent, draft = begun(factories.world())
    factories.assured(parent)
    agencies.knobs(**{"*": {"down": 1}})
    after = draft_prefill(guardian=parent, draft_id=draft.public_id)
    assert after.answers == {"guardian_name": parent.name, "guardian_id": parent.id_number}
    assert after.prefilled["household"]["outcome"] == "silent"


def test_silence_and_emptiness_suggest_nothing() -> None:
    for outcome in ("silent", "empty"):
        answer: dict[str, object] = {"outcome": outcome, "records": []}
        known = dict.fromkeys(("household", "real_estate", "permit"), answer)
        assert suggested_answers(known, guardian_id="x", district="430702") == {}


MOTHER, FATHER = (
    resident_id("430702", date(1985, 1, 1), 7, "female"),
    resident_id("430702", date(1985, 1, 1), 7, "male"),
)
CHILD = factories.child_number(pair=7)
KIN = ("guardian_relation", "keep_siblings")


def kin(*others: str, asks: str, **changed: object) -> dict[str, str]:
    """What the page of a child in the household register answers about its family to who asks."""
    members = [{"id_number": number} for number in (MOTHER, FATHER, CHILD, *others)]
    page = {"id_number": CHILD, "householder_id": MOTHER, "householder_relation": "parent", "members": members}
    known = {"household": {"outcome": "found", "records": [{**page, **changed}]}}
    found = suggested_answers(known, guardian_id=asks, district="430702")
    return {name: value for name, value in found.items() if name in KIN}


def test_the_register_knows_the_householder_as_the_parent_and_nobody_else() -> None:
    assert kin(asks=MOTHER)["guardian_relation"] == "mother"
    assert kin(asks=FATHER, householder_id=FATHER)["guardian_relation"] == "father"
    assert "guardian_relation" not in kin(asks=FATHER)  # a member of the household: perhaps the step-father
    assert "guardian_relation" not in kin(asks=MOTHER, householder_relation="grandparent")
    assert "guardian_relation" not in kin(asks="")


def test_the_register_knows_that_a_child_has_no_twin() -> None:
    later = factories.child_number(pair=8, born=factories.SIX_YEAR_OLD + timedelta(days=400))
    twin = factories.child_number(pair=8, born=factories.SIX_YEAR_OLD + timedelta(days=1))  # born past midnight
    assert kin(later, asks=FATHER)["keep_siblings"] == "no"
    assert "keep_siblings" not in kin(twin, asks=FATHER)
    assert "keep_siblings" not in kin("E12345678", asks=FATHER)  # a passport does not say when its holder was born
    assert "keep_siblings" not in kin(asks=FATHER, members=[{"id_number": MOTHER}])
    assert "keep_siblings" not in kin(asks=FATHER, members="withheld")


def test_wrong_answers_are_kept_and_unknown_ones_dropped() -> None:
    parent, draft = begun(factories.world())
    saved = draft_save(
        guardian=parent,
        draft_id=draft.public_id,
        answers={"guardian_id": "oops", "is_admin": "1", "choices": "x" * 900},
    )
    assert saved.answers == {"guardian_id": "oops", "choices": "x" * 500}
    again = draft_save(guardian=parent, draft_id=draft.public_id, answers={"guardian_name": "合成家长"})
    assert again.answers["guardian_id"] == "oops"


@pytest.mark.django_db(transaction=True)
def test_a_child_and_a_draft_are_made_once_however_often_the_button_is_pressed() -> None:
    place, parent, number = factories.world(), factories.guardian(), factories.child_number()

    def press() -> Draft:
        child = child_add(guardian=parent, name="合成小明", id_number=number)
        return draft_open(guardian=parent, child=child, round_=place.round)

    results = at_once([press] * 8)
    assert all(isinstance(found, Draft) for found in results)
    assert (Child.objects.count(), Draft.objects.count()) == (1, 1)


def test_a_closed_round_takes_no_draft() -> None:
    place = factories.world()
    parent, draft = begun(place)
    place.round.state = "closed"
    with pytest.raises(Refused) as refused:
        draft_open(guardian=parent, child=draft.child, round_=place.round)
    assert refused.value.code == "closed"


def test_somebody_elses_child_is_answered_like_none() -> None:
    _parent, draft = begun(factories.world())
    with pytest.raises(NotAllowed):
        owned_child(factories.guardian(), draft.child.public_id)


def test_what_was_typed_is_not_readable_in_the_database() -> None:
    one = factories.family(factories.world())
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM enrollment_draft")
        (stored,) = cursor.fetchone()
    assert one.answers["guardian_id"] not in stored
    assert factories.HOME not in stored


def test_a_register_entry_in_another_city_is_not_taken_for_one_here() -> None:
    def known(division: str) -> dict[str, Any]:
        record = {"address": "某地1号", "registered_on": "2020-01-01", "division": division}
        return {"household": {"outcome": "found", "records": [record]}}

    assert suggested_answers(known("430703"), guardian_id="x", district="430702")["household_here"] == "yes"
    assert "household_here" not in suggested_answers(known("440604"), guardian_id="x", district="430702")


def test_what_was_typed_is_kept_beside_its_normal_form() -> None:
    parent, number = factories.guardian(), factories.child_number()
    spaced = f" {number[:6]} {number[6:]} "
    child = child_add(guardian=parent, name="阿依古丽·买买提", id_number=spaced)
    assert (child.id_number, child.typed["id_number"]) == (number, spaced.strip())

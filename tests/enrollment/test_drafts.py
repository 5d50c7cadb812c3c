"""Before submission: what the state knows is offered, what a parent typed is kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment import services
from enrollment.models import Child, Draft
from enrollment.prefill import suggested_answers
from enrollment.services.drafts import MOST_LOOKS
from foundation.errors import NotAllowed, Refused
from synthetic.people import resident_id
from tests import factories
from tests.agencies import City
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def begun(place: factories.World) -> tuple[Account, Draft]:
    parent = factories.guardian()
    child = services.child_add(guardian=parent, name="合成小明", id_number=factories.child_number())
    return parent, services.draft_open(guardian=parent, child=child, round_=place.round)


@pytest.mark.django_db(transaction=True)
def test_what_the_agencies_know_is_filled_in_with_its_source(agencies: City) -> None:
    one = factories.family(factories.world())
    one.submit()  # the guardian is known by document from now on
    services.application_withdraw(guardian=one.guardian, application_id=one.child.applications.get().pk)
    agencies.believe(one)
    Draft.objects.update(answers={"home_share": "40"})
    one.guardian.refresh_from_db()
    draft = services.draft_prefill(guardian=one.guardian, draft_id=one.draft.public_id)
    assert draft.answers["household_here"] == "yes"
    assert draft.answers["home_certificate"] == one.answers["home_certificate"]
    assert draft.answers["home_share"] == "40"  # typed by the parent: never overwritten
    assert draft.prefilled["household"]["source"] == "mock:household"
    assert draft.prefilled["permit"]["outcome"] == "empty"


@pytest.mark.django_db(transaction=True)
def test_who_puts_a_slip_in_the_own_name_right_is_asked_about_again(agencies: City, client: Client) -> None:
    place = factories.world()
    parent, draft = begun(place)
    Account.objects.update(name="")  # as after a first sign-in by code
    answers = factories.answers()
    agencies.believe(factories.Family(place, parent, draft.child, draft, answers))
    client.force_login(parent)
    page = f"/my/apply/{draft.public_id}/guardian/"
    typed = {name: answers[name] for name in ("guardian_id", "guardian_relation")}
    for name, known in (("合成误写", None), (answers["guardian_name"], answers["home_certificate"])):
        client.post(page, {**typed, "guardian_name": name})
        draft.refresh_from_db()
        assert draft.answers.get("home_certificate") == known
    asked = Entry.objects.filter(action="draft.prefill").count()
    client.post(page, {**typed, "guardian_name": answers["guardian_name"]})
    assert Entry.objects.filter(action="draft.prefill").count() == asked  # nothing new: nobody is asked


@pytest.mark.django_db(transaction=True)
def test_the_registers_are_no_way_to_try_names(agencies: City, client: Client) -> None:
    place = factories.world()
    parent, draft = begun(place)
    client.force_login(parent)
    answers = factories.answers()
    typed = {name: answers[name] for name in ("guardian_id", "guardian_relation")}
    for number in range(MOST_LOOKS + 5):
        client.post(f"/my/apply/{draft.public_id}/guardian/", {**typed, "guardian_name": f"合成{chr(0x4E00 + number)}"})
    assert Entry.objects.filter(action="draft.prefill").count() == MOST_LOOKS
    assert agencies.url


@pytest.mark.django_db(transaction=True)
def test_silent_agencies_change_nothing(agencies: City) -> None:
    parent, draft = begun(factories.world())
    agencies.knobs(**{"*": {"down": 1}})
    after = services.draft_prefill(guardian=parent, draft_id=draft.public_id)
    assert after.answers == {}
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
    saved = services.draft_save(
        guardian=parent,
        draft_id=draft.public_id,
        answers={"guardian_id": "oops", "is_admin": "1", "choices": "x" * 900},
    )
    assert saved.answers == {"guardian_id": "oops", "choices": "x" * 500}
    again = services.draft_save(guardian=parent, draft_id=draft.public_id, answers={"guardian_name": "合成家长"})
    assert again.answers["guardian_id"] == "oops"


@pytest.mark.django_db(transaction=True)
def test_a_child_and_a_draft_are_made_once_however_often_the_button_is_pressed() -> None:
    place, parent, number = factories.world(), factories.guardian(), factories.child_number()

    def press() -> Draft:
        child = services.child_add(guardian=parent, name="合成小明", id_number=number)
        return services.draft_open(guardian=parent, child=child, round_=place.round)

    results = at_once([press] * 8)
    assert all(isinstance(found, Draft) for found in results)
    assert (Child.objects.count(), Draft.objects.count()) == (1, 1)


def test_a_closed_round_takes_no_draft() -> None:
    place = factories.world()
    parent, draft = begun(place)
    place.round.state = "closed"
    with pytest.raises(Refused) as refused:
        services.draft_open(guardian=parent, child=draft.child, round_=place.round)
    assert refused.value.code == "closed"


def test_somebody_elses_child_is_answered_like_none() -> None:
    _parent, draft = begun(factories.world())
    with pytest.raises(NotAllowed):
        services.drafts.owned_child(factories.guardian(), draft.child.public_id)


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
    child = services.child_add(guardian=parent, name="阿依古丽·买买提", id_number=spaced)
    assert (child.id_number, child.typed["id_number"]) == (number, spaced.strip())

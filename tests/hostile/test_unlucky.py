"""Slips, second tabs and late answers: nothing typed is lost, nothing submitted moves."""

from dataclasses import dataclass

import pytest
from django.test import Client

from enrollment.filing import form
from enrollment.filing.drafts.services import child_add, draft_prefill, draft_save
from enrollment.filing.submission.services import application_withdraw
from enrollment.seasons.models import Application, Draft
from foundation.errors import Refused
from tests import factories
from tests.agencies import City, agencies, agency_service
from tests.threads import at_once

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_slip_in_the_childs_name_is_put_right_by_adding_it_again() -> None:
    parent, number = factories.guardian(), factories.child_number()
    first = child_add(guardian=parent, name="合成小名", id_number=number)
    again = child_add(guardian=parent, name="合成小明", id_number=number)
    first.refresh_from_db()
    assert (again.pk, first.name) == (first.pk, "合成小明")


def test_a_submitted_childs_name_stays() -> None:
    one = factories.family(factories.world())
    one.submit()
    child_add(guardian=one.guardian, name="合成别名", id_number=one.child.id_number)
    one.child.refresh_from_db()
    assert one.child.name == "合成小明"


def test_an_agency_that_answers_after_submission_changes_nothing(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    one.submit()
    Draft.objects.update(answers={**one.answers, "household_registered_on": ""})
    factories.assured(one.guardian, id_number=one.answers["guardian_id"])
    draft = draft_prefill(guardian=one.guardian, draft_id=one.draft.public_id)
    assert draft.prefilled["household"]["outcome"] == "found"
    assert "household_registered_on" not in draft.answers


def test_tabs_that_save_different_pages_at_once_lose_nothing() -> None:
    one = factories.family(factories.world())
    Draft.objects.update(answers={})
    pages = [{f.name: one.answers.get(f.name, "") for f in form.page_fields(page)} for page in form.PAGES]

    @dataclass(frozen=True)
    class Tab:
        typed: dict[str, str]

        def __call__(self) -> Draft:
            return draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers=self.typed)

    at_once([Tab(typed) for typed in pages])
    saved = Draft.objects.get().answers
    assert saved == {name: value for typed in pages for name, value in typed.items()}


@pytest.mark.parametrize("choices", ["WL01,WL01", "NOWHERE", ",,,", "WL01;WL02", "<b>", "WL01\0", "WL01," * 200])
def test_choices_that_cannot_be_are_named(choices: str) -> None:
    one = factories.family(factories.world(), choices=choices)
    client = Client()
    client.force_login(one.guardian)
    token = "0f0f0f0f-0000-4000-8000-000000000001"
    answer = client.post(f"/my/apply/{one.draft.public_id}/check/", {"declare": "yes", "client_token": token})
    assert answer.status_code == 422
    assert not one.child.applications.exists()


def test_a_page_sent_after_submission_changes_nothing() -> None:
    one = factories.family(factories.world())
    one.submit()
    client = Client()
    client.force_login(one.guardian)
    answer = client.post(f"/my/apply/{one.draft.public_id}/home/", {"home_kind": "none"})
    assert answer.status_code == 302
    application = Application.objects.get()  # what was submitted stands until the change is submitted, too
    assert application.version == 1
    assert application.versions.get().claims["answers"]["home_kind"] == "deed"


def test_a_round_that_closes_between_two_pages_keeps_what_was_typed() -> None:
    one = factories.family(factories.world())
    place = one.world.round
    place.state = "closed"
    place.save(update_fields=["state"])
    saved = draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"home_share": "50"})
    with pytest.raises(Refused) as refused:
        one.submit()
    assert (refused.value.code, saved.answers["home_share"]) == ("closed", "50")


def test_withdrawing_twice_at_once_withdraws_once() -> None:
    one = factories.family(factories.world())
    application = one.submit()

    def press() -> object:
        return application_withdraw(guardian=one.guardian, application_id=application.pk)

    results = at_once([press] * 4)
    assert sum(isinstance(result, Refused) for result in results) == 3
    assert application.transitions.filter(event="withdraw").count() == 1

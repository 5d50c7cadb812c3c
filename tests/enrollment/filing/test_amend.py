"""Changing what was submitted before the round closes: a new version, nothing lost, and only while nobody decides."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import Submission, application_submit
from enrollment.judging.services import application_assess
from enrollment.review.services import review_open
from enrollment.seasons.models import Application, Transition
from foundation import clock
from foundation.errors import Refused
from tests import factories
from tests.threads import at_once
from verification.models import Check

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def family() -> factories.Family:
    one = factories.family(factories.world())
    one.submit()
    return one


def change(one: factories.Family, token: uuid.UUID | None = None, **answers: str) -> Application:
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers=answers)
    submission = Submission(one.draft.public_id, token or uuid.uuid4(), change=True)
    return application_submit(guardian=one.guardian, submission=submission)


def other_choices(one: factories.Family) -> str:
    return ",".join(reversed(str(one.answers["choices"]).split(",")))


def test_a_change_is_a_new_version_and_the_first_one_stays(family: factories.Family) -> None:
    before = Application.objects.get().versions.get()
    changed = change(family, household_here="no")
    assert (changed.version, changed.state, changed.receipt) == (2, "verifying", Application.objects.get().receipt)
    first, second = changed.versions.order_by("number")
    assert (first.claims_hash, first.choices) == (before.claims_hash, before.choices)
    assert second.claims["answers"]["household_here"] == "no"
    asked = [set(Check.objects.filter(subject=one.pk).values_list("agency", flat=True)) for one in (first, second)]
    assert asked[1]
    assert "real_estate" in asked[0] & asked[1]
    assert [step.event for step in changed.transitions.order_by("pk")][-2:] == ["amend", "start_checks"]


def test_a_judgement_of_the_old_version_moves_nothing(family: factories.Family) -> None:
    old = Application.objects.get().versions.get()
    change(family, household_here="no")
    Check.objects.filter(subject=old.pk).update(state="done")
    application_assess(version_id=old.pk)
    application = Application.objects.get()
    assert (application.state, application.version) == ("verifying", 2)


def test_nothing_changed_is_said_and_makes_no_version(family: factories.Family) -> None:
    with pytest.raises(Refused) as refused:
        change(family)
    assert refused.value.code == "unchanged"
    assert Application.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_of_a_change_make_one_version() -> None:
    one = factories.family(factories.world())
    one.submit()
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"household_here": "no"})
    submission = Submission(one.draft.public_id, uuid.uuid4(), change=True)
    results = at_once([lambda: application_submit(guardian=one.guardian, submission=submission)] * 20)
    assert all(isinstance(found, Application) for found in results)
    assert Application.objects.get().version == 2
    assert Transition.objects.filter(event="amend").count() == 1


@pytest.mark.parametrize("state", ["approved", "attention"])
def test_what_was_judged_already_is_judged_anew(family: factories.Family, state: str) -> None:
    Application.objects.update(state=state)
    assert change(family, household_here="no").state == "verifying"


@pytest.mark.parametrize("state", ["in_review", "returned", "not_eligible", "in_pool", "offered", "withdrawn"])
def test_in_any_other_state_nothing_changes(family: factories.Family, state: str) -> None:
    Application.objects.update(state=state)
    with pytest.raises(Refused):
        application_submit(
            guardian=family.guardian, submission=Submission(family.draft.public_id, uuid.uuid4(), change=True)
        )
    assert Application.objects.get().version == 1


def test_after_the_last_minute_what_was_submitted_stands(family: factories.Family) -> None:
    closes = family.world.round.closes_at.replace(second=0, microsecond=0)
    with clock.at(closes + timedelta(minutes=1)), pytest.raises(Refused) as refused:
        change(family, household_here="no")
    assert refused.value.code in {"too_late", "filed"}
    assert Application.objects.get().version == 1


def test_without_saying_so_a_second_form_changes_nothing(family: factories.Family) -> None:
    draft_save(guardian=family.guardian, draft_id=family.draft.public_id, answers={"household_here": "no"})
    with pytest.raises(Refused) as refused:
        family.submit()
    assert refused.value.code == "already_filed"
    assert Application.objects.get().version == 1


def test_a_reviewer_who_opened_it_first_keeps_it(family: factories.Family) -> None:
    application = Application.objects.get()
    Application.objects.update(state="attention", needs_person=True)
    review_open(reviewer=factories.staff("official"), application_id=application.pk)
    with pytest.raises(Refused):
        change(family, household_here="no")


def test_the_way_from_the_application_to_the_change_and_back(family: factories.Family, client: Client) -> None:
    client.force_login(family.guardian)
    application = Application.objects.get()
    check = f"/my/apply/{family.draft.public_id}/check/"
    assert check in client.get(f"/my/applications/{application.pk}/", headers=ENGLISH).content.decode()
    assert client.get(f"/my/apply/{family.draft.public_id}/household/", headers=ENGLISH).status_code == 200
    client.post(f"/my/apply/{family.draft.public_id}/household/?back=check", {"household_here": "no"})
    page = client.get(check, headers=ENGLISH).content.decode()
    assert 'data-qa="change"' in page
    assert "Submit the change" in page
    posted = {"declare": "yes", "client_token": str(uuid.uuid4()), "change": "yes"}
    answer = client.post(check, posted)
    assert answer.status_code == 302
    assert Application.objects.get().version == 2
    Application.objects.update(state="in_pool")
    assert check not in client.get(f"/my/applications/{application.pk}/", headers=ENGLISH).content.decode()

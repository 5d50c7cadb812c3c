"""Nobody learns about another family: by number, by token, by address of a page, or from another district."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Account, TokenDevice
from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill
from enrollment.filing.submission.services import Submission, application_submit
from foundation.errors import NotAllowed
from tests import factories
from tests.agencies import City, agencies, agency_service

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db(transaction=True)


def page_of(account: Account, path: str) -> Any:
    client = Client()
    client.force_login(account)
    return client.get(path)


def test_a_strangers_child_number_does_not_tell_where_the_child_lives(agencies: City) -> None:
    place = factories.world()
    victim = factories.family(place)
    agencies.believe(victim)
    snoop = factories.assured(factories.guardian())
    child = child_add(guardian=snoop, name="合成别人", id_number=victim.child.id_number)
    draft = draft_open(guardian=snoop, child=child, round_=place.round)
    draft = draft_prefill(guardian=snoop, draft_id=draft.public_id)
    assert set(draft.answers) == {"guardian_name", "guardian_id"}  # who asks, from the government sign-in
    assert draft.prefilled["household"]["records"] == []
    assert draft.prefilled["household"]["outcome"] == "unsaid"


@pytest.mark.parametrize("name", ["合成别人", "合成家长"])
def test_a_strangers_own_number_does_not_tell_what_the_stranger_owns(agencies: City, name: str) -> None:
    place = factories.world()
    victim = factories.family(place)
    agencies.believe(victim)
    snoop = factories.guardian("")
    child = child_add(guardian=snoop, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=snoop, child=child, round_=place.round)
    client = Client()
    client.force_login(snoop)
    typed = {"guardian_relation": "mother", "guardian_name": name, "guardian_id": victim.answers["guardian_id"]}
    client.post(f"/my/apply/{draft.public_id}/guardian/", typed)
    client.post(f"/my/children/{child.public_id}/apply/{place.round.pk}/")
    draft.refresh_from_db()
    assert "home_address" not in draft.answers
    assert not any(row["records"] for row in draft.prefilled.values())


def test_another_guardians_pages_are_not_there() -> None:
    one = factories.family(factories.world())
    application = one.submit()
    stranger = factories.guardian()
    draft = one.draft.public_id
    paths = [f"/my/applications/{application.pk}/", f"/my/applications/{application.pk}/correct/"]
    paths += [f"/my/apply/{draft}/{name}/" for name in ("guardian", "home", "choices", "check", "nonsense")]
    assert {page_of(stranger, path).status_code for path in paths} == {404}


def test_another_guardians_token_opens_nothing() -> None:
    place = factories.world()
    one, other, token = factories.family(place), factories.family(place), uuid.uuid4()
    one.submit(token)
    with pytest.raises(NotAllowed):
        application_submit(guardian=other.guardian, submission=Submission(other.draft.public_id, token))
    assert not other.child.applications.exists()


@pytest.mark.parametrize("page", ["change", "history"])
@pytest.mark.parametrize(
    ("role", "district", "school", "entered", "told"),
    [
        ("official", "430702", "", True, True),
        ("official", "430702", "", False, False),
        ("official", "430703", "", True, False),
        ("reviewer", "430702", "WL02", True, False),
        ("witness", "430702", "", True, False),
    ],
)
def test_staff_see_a_case_only_in_their_reach_and_after_both_secrets(
    page: str, role: str, district: str, school: str, entered: bool, told: bool
) -> None:
    application = factories.family(factories.world()).submit()
    member = factories.staff(role, district=district, school=school)
    client = Client()
    client.force_login(member)
    if entered:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=member).persistent_id
        session.save()
    answer = client.get(f"/admin/enrollment/application/{application.pk}/{page}/")
    assert (answer.status_code == 200) is told
    assert (application.receipt.encode() in answer.content) is told


def test_pages_of_signed_in_people_are_not_stored() -> None:
    answer = page_of(factories.guardian(), "/my/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_telephones_of_the_demonstration_are_not_a_page_elsewhere() -> None:
    assert Client().get("/demo/messages/").status_code == 404

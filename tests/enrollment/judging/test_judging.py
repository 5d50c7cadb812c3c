"""From submission to a judgement: what matches is approved, what differs or stays silent goes to a person."""

from uuid import uuid4

import pytest

from enrollment.filing.submission.services import Submission, application_submit
from enrollment.judging.services import application_assess
from enrollment.seasons.models import ApplicationVersion, Transition
from foundation import clock
from foundation.errors import NotAllowed
from notifications.models import Message
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import case, checked
from verification.models import DataItem

pytestmark = pytest.mark.django_db


def test_when_everything_matches_nobody_has_to_look(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = checked(one.submit())
    assert application.state == "approved"
    assert (application.group_code, application.zone_code, application.tier) == ("class_1", "滨湖路学区", 1)
    assert application.review_school_id == "WL01"
    assert Message.objects.filter(template="approved").count() == 1
    version = application.versions.get()
    assert version.facts["household.zone_relation"]["status"] == "verified"
    assert version.evaluation["trace"]


def test_a_mismatch_goes_to_a_person(agencies: City) -> None:
    _one, application = case(agencies)
    assert (application.state, application.needs_person) == ("attention", True)
    assert "home.ownership_share" in application.versions.get().evaluation["questions"]
    assert Message.objects.filter(template="attention").count() == 1


@pytest.mark.parametrize("agency", ["household", "real_estate", "contract", "permit", "insurance"])
def test_silence_of_any_agency_never_refuses(agencies: City, agency: str) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    DataItem.objects.create(agency=agency, division="430702", enabled=False, changed_at=clock.now())
    application = checked(one.submit())
    assert application.state in {"attention", "approved"}
    if agency in {"household", "real_estate"}:
        assert application.state == "attention"


def test_all_agencies_silent_is_attention(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.knobs(**{"*": {"down": 1}})
    application = checked(one.submit())
    assert application.state == "attention"
    assert application.versions.get().evaluation["questions"]


def test_a_version_is_judged_once_and_not_before_its_checks(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = one.submit()
    version = application.versions.get()
    assert application_assess(version_id=version.pk) is False
    checked(application)
    assert application_assess(version_id=version.pk) is False
    assert Transition.objects.filter(application=application, event="approve").count() == 1


def test_the_policy_of_the_submission_judges_it() -> None:
    one = factories.family(factories.world())
    application = one.submit()
    version = ApplicationVersion.objects.get(application=application)
    assert version.policy_id == one.world.round.policy_id
    with pytest.raises(NotAllowed):
        application_submit(guardian=factories.guardian(), submission=Submission(one.draft.public_id, uuid4()))

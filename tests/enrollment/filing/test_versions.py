"""What a family submitted stays as it is: a correction is a new version, of the named items only and in time."""

from datetime import timedelta

import pytest

from enrollment.filing.drafts.services import draft_save
from enrollment.outcome.services.offers import lapse_sweep
from enrollment.seasons.models import ReturnRequest
from foundation import clock
from foundation.errors import Refused
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import case, checked, returned, week

pytestmark = pytest.mark.django_db


def test_only_the_named_items_open_again_and_the_correction_is_a_new_version(agencies: City) -> None:
    one, application = returned(agencies)
    draft = draft_save(
        guardian=one.guardian,
        draft_id=one.draft.public_id,
        answers={"home_share": "50", "home_address": factories.ELSEWHERE, "choices": "WL02"},
    )
    assert draft.answers["home_share"] == "50"
    assert draft.answers["home_address"] == one.answers["home_address"]
    assert draft.answers["choices"] == "WL01,WL02"
    again = one.submit()
    assert (again.pk, again.receipt, again.version) == (application.pk, application.receipt, 2)
    first, second = application.versions.order_by("number")
    assert (first.claims["answers"]["home_share"], second.claims["answers"]["home_share"]) == ("100", "50")
    assert ReturnRequest.objects.get().answered_at is not None
    assert checked(again).state == "approved"


def test_a_correction_counts_until_the_end_of_its_minute(agencies: City) -> None:
    one, application = returned(agencies)
    deadline = ReturnRequest.objects.get().deadline.replace(second=0, microsecond=0)
    with clock.at(deadline + timedelta(minutes=1)), pytest.raises(Refused) as refused:
        one.submit()
    assert refused.value.code == "late"
    with clock.at(deadline + timedelta(seconds=59)):
        assert one.submit().version == 2
    assert application.versions.count() == 2


def test_an_overdue_correction_goes_to_a_person_not_to_a_refusal(agencies: City) -> None:
    _one, application = returned(agencies)
    assert lapse_sweep() == 0
    with clock.at(week() + timedelta(minutes=2)):
        assert lapse_sweep() == 1
        assert lapse_sweep() == 0
    application.refresh_from_db()
    assert application.state == "attention"


def test_a_form_that_a_person_decides_on_cannot_be_edited(agencies: City) -> None:
    one, application = case(agencies)
    type(application).objects.filter(pk=application.pk).update(state="in_review")
    with pytest.raises(Refused) as refused:
        draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"home_share": "1"})
    assert refused.value.code == "filed"

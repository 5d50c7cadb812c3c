"""Offers: answered in time, by the family whose child it is."""

from datetime import timedelta

import pytest

from enrollment.outcome.services.offers import offer_answer
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.over_http import week

pytestmark = pytest.mark.django_db


def test_an_offer_is_answered_in_time_by_its_own_family() -> None:
    one = factories.family(factories.world())
    application = one.bring("offered", within=timedelta(days=7))
    with pytest.raises(NotAllowed):
        offer_answer(guardian=factories.guardian(), application_id=application.pk, answer="accept")
    with pytest.raises(Refused):
        offer_answer(guardian=one.guardian, application_id=application.pk, answer="perhaps")
    with clock.at(week() + timedelta(minutes=2)), pytest.raises(Refused) as refused:
        offer_answer(guardian=one.guardian, application_id=application.pk, answer="accept")
    assert refused.value.code == "late"
    assert offer_answer(guardian=one.guardian, application_id=application.pk, answer="accept").state == "accepted"

"""The end of the time to appeal is one moment for the service and for both pages that offer it."""

from datetime import datetime, timedelta
from typing import Final

import pytest
from django.urls import reverse

from enrollment.appeals.models import Appeal
from enrollment.appeals.selectors import MayAppeal, may_appeal
from enrollment.appeals.services import appeal_decide, appeal_file, appeal_take_back
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import Refused
from tests import factories
from tests.enrollment.outcome.test_letters import enter
from tests.enrollment.over_http import REASON

pytestmark = pytest.mark.django_db
START: Final = datetime(2026, 6, 22, 17, 0, 30, tzinfo=clock.SHANGHAI)
OFFER: Final = "If you think this is a mistake, say why."
FORM: Final = "Send the appeal"
OVER: Final = "The time to appeal is over"


def pages(application: Application) -> tuple[str, str]:
    """What the family reads of its application, and on the page of the appeal."""
    client = enter(application.guardian, "en")
    ways = [reverse(f"enrollment:{name}", args=[application.pk]) for name in ("application", "appeal")]
    own, appeal = (client.get(way).content.decode() for way in ways)
    return own, appeal


def file(application: Application) -> Appeal:
    return appeal_file(guardian=application.guardian, application_id=application.pk, reason=REASON)


@pytest.mark.parametrize("state", ["not_eligible", "offered", "waiting"])
@pytest.mark.parametrize(("seconds", "over"), [(-60, False), (0, False), (29, False), (30, True), (86_400, True)])
def test_all_three_doors_close_with_the_same_minute(state: str, seconds: int, over: bool) -> None:
    with clock.at(START):
        application = factories.application(state)
        end = START + timedelta(days=rules_of(application.round.season).appeal_within)
    with clock.at(end + timedelta(seconds=seconds)):
        own, appeal = pages(application)
        assert (OFFER in own, FORM in appeal, OVER in appeal) == (not over, not over, over)
        assert ("You may appeal until" in own, "You may appeal until" in appeal) == (not over, not over)
        if over:
            with pytest.raises(Refused) as late:
                file(application)
            assert late.value.code == "late"
        else:
            may = may_appeal(application, [])
            assert isinstance(may, MayAppeal)
            assert may.until == end
            file(application)


def test_the_pages_offer_what_the_service_takes_and_nothing_else() -> None:
    application = factories.application("not_eligible")
    appeal_take_back(guardian=application.guardian, appeal_id=file(application).public_id)
    assert FORM in pages(application)[1]
    again = file(application)
    assert FORM not in pages(application)[1]
    reviewer = factories.staff("reviewer", school="WL01")
    appeal_decide(reviewer=reviewer, appeal_id=again.public_id, upheld=False, reason=REASON)
    application.refresh_from_db()
    assert FORM not in pages(application)[1]
    with pytest.raises(Refused) as decided:
        file(application)
    assert decided.value.code == "decided"

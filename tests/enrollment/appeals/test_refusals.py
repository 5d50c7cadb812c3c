"""From a refusal through an appeal to an approval."""

import pytest

from enrollment.appeals.services import appeal_decide, appeal_file
from enrollment.review.services import review_approve
from enrollment.seasons.models import Transition
from foundation.errors import NotAllowed
from tests import factories
from tests.enrollment.over_http import REASON, reviewer

pytestmark = pytest.mark.django_db


def test_a_refusal_may_be_appealed_by_the_family_alone() -> None:
    one = factories.family(factories.world())
    application = one.bring("not_eligible")
    with pytest.raises(NotAllowed):
        appeal_file(guardian=factories.guardian(), application_id=application.pk, reason=REASON)
    appeal = appeal_file(guardian=one.guardian, application_id=application.pk, reason="份额已经变更")
    assert appeal.application.state == "appealed"
    assert Transition.objects.get(application=application, event="appeal").reason == "份额已经变更"
    appeal_decide(reviewer=reviewer(), appeal_id=appeal.public_id, upheld=True, reason=REASON)
    review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    application.refresh_from_db()
    assert application.state == "approved"

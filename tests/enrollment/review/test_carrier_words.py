"""Words that carriers drop are refused where they are typed, before anything is decided; what was typed stays."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from enrollment.appeals.services import hearing_set
from enrollment.assisted.visits.services import visit_start
from enrollment.filing import form
from enrollment.review.services import review_refuse, review_return
from foundation import clock
from foundation.errors import Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.appeals.test_appeals import file, other, refused_case, staff_client
from tests.enrollment.assisted.test_visits import clerk, named

pytestmark = pytest.mark.django_db
DROPPED = ["请看www.changde.gov.cn", "见 https://a.cn/b", "按摇 号结果办理", "登录enroll.gov.cn查看"]


@pytest.mark.parametrize("reason", DROPPED)
def test_a_refusal_is_not_decided_with_words_that_no_carrier_delivers(reason: str) -> None:
    application = factories.application("in_review")
    before = Message.objects.count()
    page = staff_client(other()).post(
        f"/admin/enrollment/application/{application.pk}/change/", {"decision": "refuse", "reason": reason}
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "Carriers do not deliver" in text
    assert reason in text
    application.refresh_from_db()
    assert (application.state, Message.objects.count()) == ("in_review", before)


def test_a_refusal_too_long_for_a_text_says_so() -> None:
    application = factories.application("in_review")
    with pytest.raises(Refused) as refused:
        review_refuse(reviewer=other(), application_id=application.pk, reason="房产份额不足。" * 80)
    assert (refused.value.code, refused.value.field) == ("carrier", "reason")


def test_a_return_that_names_too_much_for_a_text_says_so() -> None:
    application = factories.application("in_review")
    items = [*form.BY_NAME, "choices"]
    with pytest.raises(Refused) as refused:
        review_return(
            reviewer=other(),
            application_id=application.pk,
            items=items * 3,
            reason="请逐项核对。",
            deadline=clock.now() + timedelta(days=3),
        )
    assert (refused.value.code, refused.value.field) == ("carrier", "items")
    application.refresh_from_db()
    assert application.state == "in_review"


@pytest.mark.parametrize("where", DROPPED)
def test_a_hearing_is_not_set_at_such_a_place(where: str) -> None:
    application, _who = refused_case()
    appeal, at = file(application), clock.now() + timedelta(days=2)
    with pytest.raises(Refused) as refused:
        hearing_set(reviewer=other(), appeal_id=appeal.public_id, at=at, way="video", where=where)
    assert (refused.value.code, refused.value.field) == ("carrier", "where")
    appeal.refresh_from_db()
    assert appeal.state == "filed"


@pytest.mark.parametrize("place", DROPPED)
def test_a_visit_is_not_begun_at_such_a_place(place: str) -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        visit_start(operator=clerk(), named=named(place=place))
    assert (refused.value.code, refused.value.field) == ("carrier", "place")


def test_the_carriers_rules_are_settings(settings: Settings) -> None:
    settings.SMS_LINKS, settings.SMS_BLOCKED_WORDS = True, []
    application = factories.application("in_review")
    done: Any = review_refuse(reviewer=other(), application_id=application.pk, reason=DROPPED[0])
    assert done.pk == application.pk
    assert DROPPED[0] in Message.objects.get(template="not_eligible").body

"""Words that carriers drop are refused where they are typed, before anything is decided; what was typed stays."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from enrollment import services
from enrollment.models import Application
from foundation import clock
from foundation.errors import Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.test_appeals import file, other, refused_case, staff_client
from tests.enrollment.test_assist import clerk, named

pytestmark = pytest.mark.django_db
DROPPED = ["请看www.changde.gov.cn", "见 https://a.cn/b", "按摇 号结果办理", "登录enroll.gov.cn查看"]


def in_review() -> Application:
    place = factories.world()
    application = factories.family(place).submit()
    Application.objects.filter(pk=application.pk).update(state="in_review", review_school=place.school)
    application.refresh_from_db()
    return application


@pytest.mark.parametrize("reason", DROPPED)
def test_a_refusal_is_not_decided_with_words_that_no_carrier_delivers(reason: str) -> None:
    application = in_review()
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
    application = in_review()
    with pytest.raises(Refused) as refused:
        services.review_refuse(reviewer=other(), application_id=application.pk, reason="房产份额不足。" * 80)
    assert (refused.value.code, refused.value.field) == ("carrier", "reason")


@pytest.mark.parametrize("where", DROPPED)
def test_a_hearing_is_not_set_at_such_a_place(where: str) -> None:
    application, _who = refused_case()
    appeal, at = file(application), clock.now() + timedelta(days=2)
    with pytest.raises(Refused) as refused:
        services.hearing_set(reviewer=other(), appeal_id=appeal.public_id, at=at, way="video", where=where)
    assert (refused.value.code, refused.value.field) == ("carrier", "where")
    appeal.refresh_from_db()
    assert appeal.state == "filed"


@pytest.mark.parametrize("place", DROPPED)
def test_a_visit_is_not_begun_at_such_a_place(place: str) -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        services.visit_start(operator=clerk(), named=named(place=place))
    assert (refused.value.code, refused.value.field) == ("carrier", "place")


def test_the_carriers_rules_are_settings(settings: Settings) -> None:
    settings.SMS_LINKS, settings.SMS_BLOCKED_WORDS = True, []
    application = in_review()
    done: Any = services.review_refuse(reviewer=other(), application_id=application.pk, reason=DROPPED[0])
    assert done.pk == application.pk
    assert DROPPED[0] in Message.objects.get(template="not_eligible").body

"""Guardians abroad: deadlines by their own clocks beside Beijing time, and messages to a foreign number."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from enrollment.guardians.abroad import local_time
from notifications.models import Message
from notifications.services import drain, message_queue
from tests import factories
from tests.enrollment.guardians.test_agreements import person

CLOSES = datetime(2026, 6, 20, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+33612345678", "2026-06-20 12:00"),
        ("+12125550123", "2026-06-20 06:00"),
        ("+8613800000000", ""),
        ("+6591234567", ""),  # Singapore: the same time
        ("+79161234567", ""),  # many time zones
        ("", ""),
        ("19900000001", ""),
    ],
)
def test_the_time_where_the_phone_is_from(phone: str, expected: str) -> None:
    there = local_time(CLOSES, phone)
    assert (there.strftime("%Y-%m-%d %H:%M") if there else "") == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("phone", "shown"), [("+33612345678", True), ("+8619900009055", False)])
def test_a_deadline_names_the_time_abroad(phone: str, shown: bool) -> None:
    one = factories.family(factories.world())
    one.guardian.phone = phone
    one.guardian.save()
    client = Client()
    client.force_login(one.guardian)
    client.cookies["django_language"] = "en"
    page = client.get(f"/my/apply/{one.draft.public_id}/check/").content.decode()
    assert "Beijing time" in page
    assert ("where your phone is from" in page) is shown


@pytest.mark.django_db
def test_a_message_goes_to_a_foreign_number() -> None:
    account = person("+33612345678")
    message_queue(key="abroad", template="guardian_ended", params={"child": "合成小明"}, account=account)
    drain()
    sent = Message.objects.get(key="abroad")
    assert (sent.phone, sent.state) == ("+33612345678", "sent")

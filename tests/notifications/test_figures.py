"""How many texts, of which kind, on which day, at which cost; and when a text is said at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from enrollment.public.status.selectors import readings
from foundation import clock
from foundation.errors import Refused
from notifications.channels.chosen import check_config
from notifications.figures import figures, lines_of
from notifications.models import Delivery, Message
from notifications.quiet import due_at, hours
from notifications.services import message_queue, messages_deliver
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/official/messages/"
NIGHT = "21:00-08:00"
PARAMS = {"child": "合成小明", "receipt": "CD-0000"}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 20, hour, minute, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def own_telephone_network(settings: Settings, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(20, 59), at(20, 59)),
        (at(21), at(8) + timedelta(days=1)),
        (at(23, 59), at(8) + timedelta(days=1)),
        (at(0), at(8)),
        (at(7, 59), at(8)),
        (at(8), at(8)),
        (at(12), at(12)),
        (at(3).astimezone(UTC), at(8)),
    ],
)
def test_a_decision_of_the_night_is_said_in_the_morning(now: datetime, due: datetime, settings: Settings) -> None:
    settings.SMS_QUIET_HOURS = NIGHT
    assert due_at("approved", now, now + timedelta(hours=72)) == due
    assert due_at("received", now, now + timedelta(hours=72)) == now  # it answers who has just pressed the button
    assert due_at("offered", now, due + timedelta(hours=11)) == now  # the family needs its time
    settings.SMS_QUIET_HOURS = ""
    assert due_at("approved", now, now + timedelta(hours=72)) == now


@pytest.mark.parametrize("written", ["21-8", "25:00-08:00", "21:00", "always"])
def test_hours_that_are_none_are_told_by_name(written: str, settings: Settings) -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_QUIET_HOURS"):
        hours(written)
    settings.SMS_QUIET_HOURS = written
    assert "SMS_QUIET_HOURS" in check_config()[0]


def test_what_waits_for_the_morning_is_not_late(settings: Settings) -> None:
    settings.SMS_QUIET_HOURS = NIGHT
    with clock.at(at(22)):
        message_queue(key="night", template="approved", params={**PARAMS, "date": ""}, account=factories.guardian())
        assert messages_deliver() == 0
        assert readings().messages_waiting == 0
    with clock.at(at(8, 1) + timedelta(days=1)):
        assert readings().message_age == 60
        assert messages_deliver() == 1
        assert readings().messages_waiting == 0


def handed_over(district: str, template: str = "received", segments: int = 2, state: str = "sent") -> None:
    made = message_queue(
        key=f"{template}:{Message.objects.count()}",
        template=template,
        params={**PARAMS, "code": "123456"},
        account=factories.guardian(),
        district=district,
    )
    assert made is not None
    Message.objects.filter(pk=made.pk).update(state=state)
    Delivery.objects.create(message=made, channel="twilio", outcome="sent", segments=segments, at=clock.now())


def test_texts_are_counted_where_somebody_runs_the_season(settings: Settings) -> None:
    settings.SMS_PRICE, settings.SMS_MONTHLY_SEGMENTS = 0.045, 10
    factories.world()
    handed_over(factories.DISTRICT, state="delivered")
    handed_over(factories.DISTRICT, template="withdrawn", segments=1, state="undelivered")
    handed_over("430703")
    handed_over("", template="sign_in_code", segments=1)
    today = clock.today()
    county = figures(factories.staff("official"), today, today)
    assert (county.total.texts, county.total.segments, county.total.arrived, county.total.lost) == (2, 3, 1, 1)
    assert county.total.cost == Decimal("0.14")
    assert (county.month, county.share) == (3, 30)
    city = figures(factories.staff("city", district="4307"), today, today)
    assert (city.total.texts, city.total.segments) == (4, 6)  # of other counties, and the codes that belong to none
    assert [len(city.by_kind), len(city.by_day)] == [3, 1]
    yesterday = today - timedelta(days=1)
    assert lines_of(factories.staff("official"), yesterday, yesterday) == []


def test_days_that_are_none_are_refused_and_the_page_still_opens() -> None:
    factories.world()
    official = factories.staff("official")
    today = clock.today()
    for since, until in ((today, today - timedelta(days=1)), (today - timedelta(days=500), today)):
        with pytest.raises(Refused):
            lines_of(official, since, until)
    client = signed_in(official, language="en")
    assert client.get(ADDRESS, {"since": "x"}).status_code == 422
    assert client.get(f"{ADDRESS}table/", {"since": "x"}).status_code == 422
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.parametrize(
    ("reason", "said"), [("房产份额不足。" * 80, "500"), ("见 https://a.cn/<b>", "https://"), ("房产份额不足", "")]
)
def test_what_carriers_drop_is_told_while_it_is_typed(reason: str, said: str) -> None:
    factories.world()
    address = f"{ADDRESS}check/"
    answer = signed_in(factories.staff("reviewer", school="WL01"), language="en").post(address, {"reason": reason})
    text = answer.content.decode()
    assert said in text if said else text == ""
    assert "<b>" not in text


def test_the_table_names_nobody_and_is_closed_to_others() -> None:
    factories.world()
    handed_over(factories.DISTRICT)
    table = signed_in(factories.staff("official"), language="en").get(f"{ADDRESS}table/")
    text = table.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Day,Kind of text,Handed over,Segments,Delivered,Reached nobody,Cost (yuan)"
    assert text.splitlines()[1].endswith("Application received,1,2,0,0,")
    for role in ("reviewer", "clerk", "notary"):
        client = signed_in(factories.staff(role))
        assert client.get(ADDRESS).status_code == 404
        assert client.get(f"{ADDRESS}table/").status_code == 404

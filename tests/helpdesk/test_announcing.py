"""Announcements: who may make one, when families see it, and how it ends."""

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from foundation import clock
from foundation.errors import NotAllowed, Refused
from helpdesk.announcing import MINUTE, announcement_end, announcement_make, announcements_now, forget
from helpdesk.models import Announcement
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk

pytestmark = pytest.mark.django_db
HERE = factories.DISTRICT
AT = f"/official/notices/{HERE}/"
ZH, EN = "今日部门核验较慢（示例）", "Agencies are slow today (example)"


def moment(hours: float) -> str:
    return (clock.now() + timedelta(hours=hours)).strftime(MINUTE)


def texts(**change: str) -> dict[str, str]:
    return {"zh": ZH, "en": EN, "starts": "", "ends": moment(5), **change}


def make(**change: str) -> Announcement:
    official = factories.staff("official")
    made = announcement_make(official=official, district=HERE, texts=texts(**change))
    forget()
    return made


def test_it_stands_on_every_page_of_families_in_its_time_and_not_on_those_of_staff() -> None:
    factories.world()
    now = clock.now()
    make(starts=moment(1), ends=moment(3))
    for hours, there in ((0, False), (2, True), (4, False)):
        forget()
        with clock.at(now + timedelta(hours=hours)):
            assert bool(announcements_now()) is there
    make()
    page = Client(headers={"accept-language": "en"}).get("/").content.decode()
    assert EN in page
    assert ZH in Client().get("/schools/").content.decode()
    assert EN not in at_desk(Client(), factories.staff("official")).get("/official/season/").content.decode()


def test_it_is_taken_down_once_and_both_are_in_the_log() -> None:
    factories.world()
    made, official = make(), factories.staff("official")
    announcement_end(official=official, announcement_id=made.pk)
    forget()
    assert announcements_now() == []
    with pytest.raises(Refused) as refused:
        announcement_end(official=official, announcement_id=made.pk)
    assert refused.value.code == "over"
    assert [one.action for one in Entry.objects.filter(object_type="announcement").order_by("pk")] == [
        "announcement.make",
        "announcement.end",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"en": ""}, "announce_en"),
        ({"zh": "甲" * 301}, "announce_zh"),
        ({"ends": ""}, "announce_ends"),
        ({"ends": "tomorrow"}, "announce_ends"),
        ({"starts": "2027-13-01T00:00"}, "announce_starts"),
        ({"starts": "2020-01-01T00:00", "ends": "2020-01-02T00:00"}, "announce_ends"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(change: dict[str, str], field: str) -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        make(**change)
    assert refused.value.field == field


def test_the_same_twice_and_more_than_three_are_refused() -> None:
    factories.world()
    ends = moment(5)
    make(ends=ends)
    with pytest.raises(Refused) as refused:
        make(ends=ends)
    assert refused.value.code == "twice"
    make(zh="乙（示例）")
    make(zh="丙（示例）")
    with pytest.raises(Refused) as refused:
        make(zh="丁（示例）")
    assert refused.value.code == "too_many"


def test_only_who_publishes_in_the_county_announces() -> None:
    factories.world()
    for other in (factories.staff("clerk"), factories.staff("official", district="430703")):
        with pytest.raises(NotAllowed):
            announcement_make(official=other, district=HERE, texts=texts())


def test_the_page_announces_keeps_what_was_typed_and_takes_it_down() -> None:
    factories.world()
    desk = at_desk(Client(), factories.staff("official"))
    body = {"what": "announce", "announce_zh": ZH, "announce_en": "", "announce_starts": "", "announce_ends": moment(2)}
    wrong = desk.post(AT, body)
    assert wrong.status_code == 422
    assert ZH in wrong.content.decode()
    assert desk.post(AT, {**body, "announce_en": EN}).status_code == 302
    made = Announcement.objects.get()
    assert desk.post(AT, {"what": "end", "announcement": "x"}).status_code == 404
    assert desk.post(AT, {"what": "end", "announcement": made.pk}).status_code == 302
    assert Announcement.objects.get().ended_at is not None

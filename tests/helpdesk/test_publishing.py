"""Notices and service points as the bureau writes them: versions, days, and two who write one text."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from foundation import clock
from helpdesk.models import Article, ServicePoint
from helpdesk.readiness import notices_missing
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk

pytestmark = pytest.mark.django_db
AT = f"/official/notices/{factories.DISTRICT}/"


@pytest.fixture
def official() -> Account:
    return factories.staff("official")


def notice(**change: str) -> dict[str, str]:
    today = clock.today().isoformat()
    text = {
        "title": "招生公告（示例）",
        "body": "第一段。\r\n\r\n第二段。",
        "title_en": "",
        "body_en": "",
        "number": "",
    }
    return {"what": "article", "kind": "notice", "published": today, "code": "", "version": "0", **text, **change}


POINT = {
    "what": "point",
    "name": "教育局招生服务点（示例）",
    "level": "district",
    "address": "示例路1号",
    "hours": "工作日 9:00-17:00",
    "phone": "0736-0000000",
}


def test_a_district_says_what_it_has_to_say(client: Client, official: Account) -> None:
    desk = at_desk(client, official)
    assert len(notices_missing(factories.DISTRICT)) == 2
    assert desk.get(AT).status_code == 200
    assert desk.post(AT, notice()).status_code == 302
    assert desk.post(AT, POINT).status_code == 302
    assert notices_missing(factories.DISTRICT) == []
    assert desk.post(AT, {**POINT, "hours": "每天"}).status_code == 302
    assert ServicePoint.objects.get().hours == "每天"
    entry = Entry.objects.filter(action="service_point.keep").latest("pk")
    assert (entry.details["before"]["hours"], entry.details["after"]["hours"]) == ("工作日 9:00-17:00", "每天")
    assert Article.objects.get().body["zh"] == "第一段。\n\n第二段。"


def test_a_changed_text_is_a_new_version_and_the_second_writer_is_told(client: Client, official: Account) -> None:
    desk = at_desk(client, official)
    desk.post(AT, notice())
    code = Article.objects.get().code
    assert desk.get(f"{AT}?code={code}").status_code == 200
    assert desk.post(AT, notice(code=code, version="1", title="更正公告")).status_code == 302
    assert desk.post(AT, notice(code=code, version="1", title="另一份更正")).status_code == 422
    assert list(Article.objects.order_by("version").values_list("version", "title__zh")) == [
        (1, "招生公告（示例）"),
        (2, "更正公告"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"body": " "},
        {"published": "2020-01-01"},
        {"published": "morgen"},
        {"title": "长" * 121},
        {"code": "not-there", "version": "1"},
        {"version": "-1"},
    ],
)
def test_what_cannot_be_published_is_refused_and_kept_in_the_form(
    client: Client, official: Account, change: dict[str, str]
) -> None:
    answer = at_desk(client, official).post(AT, notice(**change))
    assert answer.status_code == 422
    assert not Article.objects.exists()


def test_a_notice_of_a_later_day_is_not_yet_read(client: Client, official: Account) -> None:
    later = (clock.today() + timedelta(days=3)).isoformat()
    assert at_desk(client, official).post(AT, notice(published=later)).status_code == 302
    assert len(notices_missing(factories.DISTRICT)) == 2

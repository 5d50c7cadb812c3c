"""Articles by version, what a season's folder says of them and of the time after, and views counted once."""

import secrets
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrollment.public import page_views as counters
from enrollment.seasons.models import AfterRules
from foundation import clock
from helpdesk.articles import articles_store, public_articles
from helpdesk.models import Article, PageViews
from helpdesk.page_views import page_views_flush, page_views_total
from portal.seasons.extras import after_rules, read_articles
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from schools.services import district_ensure
from tests import factories

pytestmark = pytest.mark.django_db
EXAMPLE = Path("examples/wuling")
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}


@pytest.fixture(autouse=True)
def own_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of one's own: tests in other processes count in the same Valkey."""
    mark = secrets.token_hex(6)
    monkeypatch.setattr(counters, "LIVE", f"test:{mark}:now")
    monkeypatch.setattr(counters, "BATCH", f"test:{mark}:batch:")


def article(**changed: Any) -> dict[str, Any]:
    row = {"code": "a", "kind": "notice", "number": "", "published_on": date(2026, 5, 20), "video": ""}
    return {**row, "title": {"zh": "标题", "en": "Title"}, "body": {"zh": "第一稿", "en": "Body"}, **changed}


def test_a_changed_text_is_a_new_version_and_the_same_is_none() -> None:
    district = district_ensure(code=factories.DISTRICT)
    assert articles_store(district=district, articles=[article()]) == 1
    assert articles_store(district=district, articles=[article()]) == 0
    assert articles_store(district=district, articles=[article(body={"zh": "第二稿", "en": "New"})]) == 1
    (shown,) = public_articles()
    assert (shown.version, shown.body, shown.older[0].body) == (2, "第二稿", "第一稿")


def test_what_was_published_cannot_be_edited() -> None:
    articles_store(district=district_ensure(code=factories.DISTRICT), articles=[article()])
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.update(number="2")


def test_an_article_appears_on_its_day_and_not_before(client: Client) -> None:
    day = clock.today()
    articles_store(district=district_ensure(code=factories.DISTRICT), articles=[article(published_on=day)])
    assert "第一稿" in client.get(reverse("enrollment:notices")).content.decode()
    with clock.at(clock.now().replace(year=day.year - 1)):
        assert "第一稿" not in client.get(reverse("enrollment:notices")).content.decode()


def test_markup_in_an_article_stays_text(client: Client) -> None:
    body = {"zh": "<script>alert(1)</script>", "en": ""}
    articles_store(district=district_ensure(code=factories.DISTRICT), articles=[article(body=body)])
    assert "<script>alert" not in client.get(reverse("enrollment:notices")).content.decode()


def test_the_example_folder_brings_articles_profiles_and_the_rules_after() -> None:
    plan = read_folder(EXAMPLE)
    assert plan.problems == []
    store_plan(plan)
    store_plan(read_folder(EXAMPLE))
    assert Article.objects.count() == len(plan.articles) == 3
    rules = AfterRules.objects.get()
    assert rules.days_off[0] == "2026-09-25"
    assert rules.bring[0]["zh"].startswith("录取通知书")


@pytest.mark.parametrize(
    ("body", "column"),
    [
        (["x"], "after"),
        ({"appeal_days": "soon"}, "after.appeal_days"),
        ({"appeal_days": True}, "after.appeal_days"),
        ({"appeal_within": 0}, "after.appeal_within"),
        ({"days_off": ["2026-13-01"]}, "after.days_off"),
        ({"bring": [{"en": "x"}]}, "after.bring"),
        ({"bring": [{"zh": "x", "stages": ["college"]}]}, "after.bring"),
        ({"bring": [{"zh": "x", "stages": []}]}, "after.bring"),
        ({"holiday": 1}, "after.holiday"),
    ],
)
def test_a_wrong_rule_is_named(body: Any, column: str) -> None:
    told: list[str] = []
    after_rules(body, lambda at, _message: told.append(at))
    assert told == [column]


@pytest.mark.parametrize(
    "text",
    ["{", "a: 1", "- x", "- {code: A!, kind: notice}", "- {code: a, kind: rumour, published: 2026-05-20}"],
)
def test_a_wrong_articles_file_is_told_not_raised(tmp_path: Path, text: str) -> None:
    (tmp_path / "articles.yaml").write_text(text, encoding="utf-8")
    told: list[str] = []
    read_articles(tmp_path, lambda _column, message: told.append(message))
    assert told


def test_views_of_people_are_counted_by_page_and_day(client: Client) -> None:
    for _time in range(3):
        client.get(reverse("enrollment:landing"), headers=PHONE)
    client.get(reverse("enrollment:contacts"), headers=PHONE)
    client.get("/guides/none/", headers=PHONE)
    client.get(reverse("enrollment:landing"), headers={"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"})
    client.get(reverse("enrollment:landing"), headers={"User-Agent": ""})
    client.get(reverse("enrollment:landing"), headers={**PHONE, "Sec-Purpose": "prefetch"})
    client.head(reverse("enrollment:landing"), headers=PHONE)
    assert page_views_flush() == 4
    rows = {row.page: row.views for row in PageViews.objects.filter(day=clock.today())}
    assert rows == {"landing": 3, "contacts": 1}
    client.get(reverse("enrollment:landing"), headers=PHONE)
    page_views_flush()
    assert page_views_total().today == 5


def test_a_flush_killed_after_the_table_was_written_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    counters.add("landing")

    class Killed(BaseException):
        pass

    def die(_batch: str) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(counters, "forget", die)
        with pytest.raises(Killed):
            page_views_flush()
    counters.add("landing")
    assert page_views_flush() == 1
    assert PageViews.objects.get().views == 2


def test_a_flush_killed_before_the_table_was_written_loses_nothing() -> None:
    counters.add("landing")
    next(iter(counters.batches()))  # set apart, and then nothing more
    assert page_views_flush() == 1
    assert PageViews.objects.get().views == 1

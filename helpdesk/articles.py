"""What the bureau publishes in its own words: stored by version, read in the language of the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db import transaction
from django.templatetags.static import static

from foundation import clock
from foundation.wording import content_language
from helpdesk.models import Article
from schools.models import District

TEXTS = ("kind", "number", "published_on", "title", "body", "video")  # what makes a version


@transaction.atomic
def articles_store(*, district: District, articles: Iterable[Mapping[str, Any]]) -> int:
    """Store what is new or changed as a new version; returns how many versions were made. Nothing is ever edited.

    An article is {"code", "kind", "number", "published_on": date, "title", "body", "video"}; title and body are
    {"zh", "en"}.
    """
    District.objects.select_for_update().get(pk=district.pk)  # two loaders at once count one after the other
    made = 0
    for row in articles:
        newest = Article.objects.filter(district=district, code=row["code"]).order_by("-version").first()
        if newest is not None and all(getattr(newest, name) == row[name] for name in TEXTS):
            continue
        number = newest.version + 1 if newest else 1
        texts = {name: row[name] for name in TEXTS}
        Article.objects.create(district=district, code=row["code"], version=number, stored_at=clock.now(), **texts)
        made += 1
    return made


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article in the language of the page, with its earlier versions."""

    anchor: str
    district: str
    kind: str
    number: str
    version: int
    published_on: date
    title: str
    body: str
    older: tuple["ShownArticle", ...] = ()


def public_articles() -> list[ShownArticle]:
    """The newest version of each article that is out by today, newest first; the earlier ones inside it."""
    rows = Article.objects.filter(published_on__lte=clock.today()).select_related("district")
    ordered = rows.order_by("district_id", "code", "-version")
    shown = []
    for _key, versions in groupby(ordered, key=lambda row: (row.district_id, row.code)):
        newest, *older = [_shown(row) for row in versions]
        shown.append(_with_older(newest, tuple(older)))
    return sorted(shown, key=lambda one: (one.published_on, one.anchor), reverse=True)


def _said(text: Mapping[str, str]) -> str:
    return text.get(content_language()) or text.get("zh", "")


def _shown(row: Article) -> ShownArticle:
    return ShownArticle(
        f"{row.district_id}-{row.code}",
        row.district.name,
        row.get_kind_display(),
        row.number,
        row.version,
        row.published_on,
        _said(row.title),
        _said(row.body),
    )


def _with_older(newest: ShownArticle, older: tuple[ShownArticle, ...]) -> ShownArticle:
    fields = {name: getattr(newest, name) for name in ShownArticle.__slots__ if name != "older"}
    return ShownArticle(**fields, older=older)


@dataclass(frozen=True, slots=True)
class Film:
    """A short video that the bureau gave: a file of the site's own."""

    title: str
    url: str


def guide_films() -> list[Film]:
    """The videos of the newest articles; none is the usual case."""
    rows = Article.objects.exclude(video="").filter(published_on__lte=clock.today()).order_by("code", "-version")
    newest = {row.code: row for row in reversed(rows)}
    return [Film(_said(row.title), static(f"video/{row.video}")) for row in newest.values()]

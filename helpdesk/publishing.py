"""Notices, questions with answers and service points, as the bureau's people write them. Raises NotAllowed, Refused."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from helpdesk.articles import articles_store
from helpdesk.models import Article, ServicePoint
from helpdesk.services import service_points_store
from schools.matching.divisions import county
from schools.services import district_ensure

LENGTHS: Final[Mapping[str, int]] = {"title": 120, "body": 20_000, "title_en": 200, "body_en": 30_000, "number": 60}
POINT: Final[Mapping[str, int]] = {"name": 80, "address": 200, "hours": 100, "phone": 30}


def publisher(account: Account, district: str) -> str:
    """The name of the county, if the person may publish there. Raises NotAllowed."""
    division = county(district)
    if division is None or not scope(account).may(Ability.SEASON_EDIT, district=district):
        raise NotAllowed(_("You may not publish here."))
    return division.name


def newest(district: str) -> list[Article]:
    """The newest version of each article of a county, the newest day first."""
    rows = Article.objects.filter(district=district).order_by("code", "-version").distinct("code")
    return sorted(rows, key=lambda one: (one.published_on, one.code), reverse=True)


@transaction.atomic
def article_publish(*, official: Account, district: str, texts: Mapping[str, str], code: str, version: int) -> Article:
    """Publish a text, or the next version of the one named by ``code``.

    ``version`` is the one the form was filled from (0 for a new text): a colleague's newer one is not replaced unseen.
    """
    publisher(official, district)
    lock(f"articles {district}")
    found = Article.objects.filter(district=district, code=code).order_by("-version").first() if code else None
    if (found.version if found else 0) != version:
        raise Refused(_("Somebody has published a newer version of this text. Look at it first."), code="changed")
    _refuse_long(texts, LENGTHS)
    if not texts["title"] or not texts["body"]:
        raise Refused(_("Give a title and a text."), code="empty", field="title" if not texts["title"] else "body")
    row = {
        "code": found.code if found else _new_code(district),
        "kind": texts["kind"] if texts["kind"] in Article.Kind.values else Article.Kind.NOTICE,
        "number": texts["number"],
        "published_on": _day(texts["published"], found),
        "title": {"zh": texts["title"], "en": texts["title_en"] or texts["title"]},
        "body": {"zh": texts["body"], "en": texts["body_en"] or texts["body"]},
        "video": found.video if found else "",
    }
    articles_store(district=district_ensure(code=district), articles=[row])
    made = Article.objects.filter(district=district, code=row["code"]).latest("version")
    record(
        actor=official,
        action="article.publish",
        object_type="article",
        object_id=made.pk,
        district=district,
        details={"code": made.code, "version": made.version, "published_on": made.published_on.isoformat()},
    )
    return made


def _new_code(district: str) -> str:
    """A code that no article of the county has: the day and a number."""
    day = clock.today().strftime("n%Y%m%d")
    used = set(Article.objects.filter(district=district, code__startswith=day).values_list("code", flat=True))
    return next(code for at in range(1, len(used) + 2) if (code := f"{day}-{at}") not in used)


def _day(text: str, found: Article | None) -> date:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    same = found is not None and day == found.published_on
    if day is None or (day < clock.today() and not same):
        raise Refused(_("Give the day as 2027-05-20, today or later."), code="date", field="published")
    return day


def _refuse_long(texts: Mapping[str, str], lengths: Mapping[str, int]) -> None:
    for name, most in lengths.items():
        if len(texts[name]) > most:
            raise Refused(_("At most %(most)d characters.") % {"most": most}, code="long", field=name)


@transaction.atomic
def service_point_keep(*, official: Account, district: str, texts: Mapping[str, str]) -> None:
    """Add a service point, or change the one of the same name."""
    publisher(official, district)
    _refuse_long(texts, POINT)
    empty = [name for name in POINT if not texts[name]]
    if empty or texts["level"] not in ServicePoint.Level.values:
        raise Refused(_("Give name, address, hours and telephone."), code="empty", field=(empty or ["level"])[0])
    place = district_ensure(code=district)
    before = ServicePoint.objects.filter(district=place, name=texts["name"]).values("level", *POINT).first()
    after = {name: texts[name] for name in ("level", *POINT)}
    service_points_store(points=[ServicePoint(district=place, **after)])
    record(
        actor=official,
        action="service_point.keep",
        object_type="service_point",
        object_id=texts["name"],
        district=district,
        details={"before": before, "after": after},
    )

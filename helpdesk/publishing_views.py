"""The page on which the bureau writes notices and says where families are helped."""

from collections.abc import Callable, Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page
from foundation import clock
from foundation.errors import Refused
from foundation.posted import number
from helpdesk.announcing import announcement_end, announcement_make, announcements_of
from helpdesk.models import Article, ServicePoint
from helpdesk.publishing import LENGTHS, POINT, article_publish, newest, publisher, service_point_keep

OF_ARTICLE = ("kind", "published", *LENGTHS)
OF_POINT = ("level", *POINT)
OF_ANNOUNCEMENT = ("announce_zh", "announce_en", "announce_starts", "announce_ends")


@staff_page
@require_http_methods(["GET", "POST"])
def publishing(request: StaffRequest, district: str) -> HttpResponse:
    """What is published and the forms; ``code`` opens a text to be changed."""
    name = publisher(request.account, district)
    if request.method == "GET":
        return _page(request, district, name)
    act, names = FORMS.get(request.POST.get("what", ""), (_publish, OF_ARTICLE))
    typed = {one: request.POST.get(one, "").replace("\0", "").replace("\r\n", "\n").strip() for one in names}
    try:
        said = act(request, district, typed)
    except Refused as refused:
        return _page(request, district, name, refused, typed)
    messages.success(request, said, extra_tags="good")
    return redirect("helpdesk:publishing", district)


def _publish(request: StaffRequest, district: str, typed: dict[str, str]) -> str:
    version = request.POST.get("version", "0")
    made = article_publish(
        official=request.account,
        district=district,
        texts=typed,
        code=request.POST.get("code", "")[:60],
        version=int(version) if version.isascii() and version.isdecimal() and len(version) < 6 else -1,
    )
    if made.published_on > clock.today():
        return _("The notice is kept and appears on its day.")
    return _("Published. Families can read it.")


def _point(request: StaffRequest, district: str, typed: dict[str, str]) -> str:
    service_point_keep(official=request.account, district=district, texts=typed)
    return _("The service point is kept.")


def _announce(request: StaffRequest, district: str, typed: dict[str, str]) -> str:
    texts = {name.removeprefix("announce_"): text for name, text in typed.items()}
    made = announcement_make(official=request.account, district=district, texts=texts)
    if made.starts_at > clock.now():
        return _("It is kept and appears at its time.")
    return _("It stands at the top of every page of families now.")


def _end(request: StaffRequest, _district: str, typed: dict[str, str]) -> str:
    announcement_end(official=request.account, announcement_id=number(typed["announcement"]))
    return _("The announcement is taken down.")


Act = Callable[[StaffRequest, str, dict[str, str]], str]
FORMS: Final[dict[str, tuple[Act, Sequence[str]]]] = {
    "point": (_point, OF_POINT),
    "announce": (_announce, OF_ANNOUNCEMENT),
    "end": (_end, ("announcement",)),
}


def _page(
    request: StaffRequest,
    district: str,
    name: str,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    rows = newest(district)
    code = request.POST.get("code", "") or request.GET.get("code", "")
    chosen = next((one for one in rows if one.code == code), None)
    start = {"kind": Article.Kind.NOTICE.value, "level": "district", "published": clock.today().isoformat()}
    context = {
        "district": district,
        "name": name,
        "articles": [(one, one.title.get("zh", "")) for one in rows],
        "points": ServicePoint.objects.filter(district=district).order_by("level", "name"),
        "kinds": Article.Kind.choices,
        "levels": ServicePoint.Level.choices,
        "announcements": announcements_of(district),
        "chosen": chosen,
        "version": request.POST.get("version", "") or (chosen.version if chosen else 0),
        "typed": {**start, **(_texts(chosen) if chosen else {}), **(typed or {})},
        "refused": refused.message if refused else "",
        "failed": refused.field if refused else "",
    }
    return render(request, "helpdesk/publishing.html", context, status=422 if refused else 200)


def _texts(article: Article) -> dict[str, str]:
    return {
        "kind": article.kind,
        "number": article.number,
        "published": article.published_on.isoformat(),
        "title": article.title.get("zh", ""),
        "title_en": article.title.get("en", ""),
        "body": article.body.get("zh", ""),
        "body_en": article.body.get("en", ""),
    }

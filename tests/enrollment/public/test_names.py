"""English pages give names of schools and zones in Latin letters beside the Chinese ones; Chinese pages do not."""

import re
from itertools import chain

import pytest
from django.test import Client
from django.utils.translation import override

from enrollment.outcome.services.letters import letter_issue
from enrollment.seasons.models import Application
from schools.models import School, Zone
from schools.naming import _stated, in_both, named
from tests import factories
from tests.enrollment.outcome.test_letters import enter
from tests.enrollment.public.test_ways import public_pages
from tests.lottery.factories import ceremony

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_stated() -> None:
    _stated.clear()


def apart() -> None:
    """Addresses that do not hold the names of their schools."""
    School.objects.update(address="示例街道1号")


def shown(client: Client, path: str, language: str = "en", **typed: str) -> str:
    """What a page says, without pictures: the names on a map are those on the street."""
    ask = client.post if typed else client.get
    page = ask(path, typed, headers={"accept-language": language}).content.decode()
    page = re.sub(r"<(svg|script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def bare(text: str) -> list[str]:
    """The names of schools and zones that stand without Latin letters."""
    names = set(chain(School.objects.values_list("name", flat=True), Zone.objects.values_list("name", flat=True)))
    found = [re.search(rf"\S* ?(?<![(\w]){name}(?!\w)", text) for name in sorted(names)]
    return [one.group() for one in found if one]


def test_no_public_page_in_english_leaves_a_school_or_zone_in_chinese_alone() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    apart()
    place = f"/results/{one.round.pk}/"
    everybody = Client()
    pages = [*sorted(public_pages()), "/schools/WL01/", place, f"{place}mix/", f"{place}corrections/"]
    texts = {path: shown(everybody, path) for path in pages}
    texts["found"] = shown(everybody, "/find-school/", address=factories.HOME)
    assert {path: bare(text) for path, text in texts.items() if bare(text)} == {}
    for path in ("/schools/", "/schools/WL01/", "/contacts/", place, "found"):
        assert "Binhu Road Primary School (滨湖路小学)" in texts[path], path


def test_neither_does_a_familys_page_with_its_place_its_reasons_and_its_letter() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    apart()
    application = one.round.applications.filter(state="offered", offer__school="WL01")[0]
    Application.objects.filter(pk=application.pk).update(state="accepted")
    letter_issue(guardian=application.guardian, application_id=application.pk)
    client = enter(application.guardian, "en")
    for path in ("", "letter/"):
        text = shown(client, f"/my/applications/{application.pk}/{path}")
        assert bare(text) == []
        assert "Binhu Road Primary School (滨湖路小学)" in text


def test_chinese_pages_carry_no_latin_name() -> None:
    factories.world()
    School.objects.filter(pk="WL01").update(english="Lakeside School")
    for path in ("/schools/", "/schools/WL01/", "/contacts/"):
        text = shown(Client(), path, "zh-hans")
        assert "滨湖路小学" in text
        assert "Primary School" not in text
        assert "Lakeside" not in text


def test_a_stated_name_comes_before_pinyin_wherever_the_school_is_named() -> None:
    factories.world()
    School.objects.filter(pk="WL01").update(english="Lakeside School")
    for path in ("/schools/", "/schools/WL01/", "/contacts/"):
        assert "Lakeside School (滨湖路小学)" in shown(Client(), path)
    assert in_both("滨湖路小学") == "Lakeside School (滨湖路小学)"
    assert in_both("Montessori House") == "Montessori House"
    with override("zh-hans"):
        assert named("滨湖路小学") == "滨湖路小学"

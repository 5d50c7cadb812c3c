"""Dates stand in one form, 12月13日（周日）21:08: no page, receipt or message shows the plain form of machines."""

import io
import re
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from enrollment.seasons.models import Application
from notifications.models import Message
from tests import factories
from tests.enrollment.outcome.test_letters import enter
from tests.enrollment.public.test_names import shown
from tests.enrollment.public.test_ways import public_pages
from tests.entering import signed_in
from tests.lottery.factories import ceremony

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
PLAIN = re.compile(r"\b20\d\d-\d\d?-\d\d?\b|\d\d:\d\d:\d\d")
FOR_MACHINES = re.compile(r"""(?:value|min|max|datetime|href)=["']""")
STATES = ("offered", "waiting", "accepted", "returned", "not_eligible", "approved", "verifying")


def test_no_template_writes_a_day_by_a_form_of_its_own() -> None:
    wrong = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for line in path.read_text("utf-8").splitlines():
            for found in re.finditer(r"""\|date:["'](?:Y-m-d|m-d|d/m)[^"']*["']""", line):
                if not FOR_MACHINES.search(line[: found.start()]):
                    wrong.append(f"{path.relative_to(TEMPLATES)}: {line.strip()}")
    # the ends of an axis have no room for more
    assert [one for one in wrong if not one.startswith("verification/figures.html")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_public_page_and_no_page_of_a_family_shows_it(language: str) -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    everybody = Client()
    paths = [*sorted(public_pages()), "/schools/WL01/", f"/results/{one.round.pk}/"]
    found = {path: PLAIN.findall(shown(everybody, path, language)) for path in paths}
    application = one.round.applications.filter(state="offered")[0]
    client, address = enter(application.guardian, language), f"/my/applications/{application.pk}/"
    for state in STATES:
        Application.objects.filter(pk=application.pk).update(state=state)
        for page in ("", "receipt/", "letter/", "appeal/"):
            found[f"{state} {page}"] = PLAIN.findall(shown(client, address + page, language))
    assert {path: dates for path, dates in found.items() if dates} == {}
    texts = list(Message.objects.values_list("body", flat=True))
    assert any("请在" in text and "月" in text for text in texts)
    assert [text for text in texts if PLAIN.search(text)] == []


@pytest.mark.django_db
def test_a_receipt_says_its_days_with_their_year() -> None:
    application = factories.application("submitted")
    for language, form in (("zh", r"20\d\d年\d+月\d+日"), ("en", r"\d+ [A-Z][a-z]{2} 20\d\d")):
        body = enter(application.guardian).get(f"/my/applications/{application.pk}/receipt-{language}.pdf").content
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
        assert re.search(form, text.replace(" ", "") if language == "zh" else text)
        assert not PLAIN.search(text)


@pytest.mark.django_db
def test_neither_do_the_pages_of_staff_about_a_case() -> None:
    application = factories.family(factories.world()).submit()
    Application.objects.filter(pk=application.pk).update(state="in_review")
    reviewer = signed_in(factories.staff("official"))
    for path in (
        f"/admin/enrollment/application/{application.pk}/change/",
        "/official/desk/",
        "/official/without-place/",
    ):
        text = shown(reviewer, path, "zh-hans")
        assert PLAIN.findall(text) == [], path

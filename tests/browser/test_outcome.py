"""What follows a submission in a browser: every page at three widths and in both languages, nothing too wide."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from enrollment.appeals.services import hearing_set
from enrollment.printing.codes import check_code
from enrollment.seasons.models import Application, Season
from foundation import clock
from schools.badges import badge_put
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.enrollment.outcome.test_letters import badge, placed
from tests.enrollment.outcome.test_student_registry import RIGHT
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((320, 640), (360, 740), (1280, 800))


def look(window: Parent, name: str, *, large: bool = True) -> None:
    """The page fits at every width, a family's also with letters twice as large; pictures go to SCREENSHOTS."""
    folder = os.environ.get("SCREENSHOTS", "")
    for width, height in SIZES:
        window.page.set_viewport_size({"width": width, "height": height})
        assert not window.is_wider_than_the_screen(), (name, width)
        if folder:
            window.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    window.page.set_viewport_size({"width": 360, "height": 740})
    if not large:
        return
    window.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not window.is_wider_than_the_screen(), (name, "text of 200 %")
    if folder:
        window.page.screenshot(path=Path(folder) / f"{name}-large.png", full_page=True)
    window.page.evaluate("document.documentElement.style.fontSize = ''")


def calendar() -> list[dict[str, str]]:
    day = (clock.today() + timedelta(days=20)).isoformat()
    return [{"key": "checkin", "zh": "报到", "en": "Check-in", "starts": day, "ends": day}]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_from_the_offer_to_the_letter_and_the_registry(
    open_browser: Open, place: factories.World, language: str, scripts: bool
) -> None:
    application, tongue = placed("offered", place=place), f"after-{language[:2]}"
    Season.objects.update(calendar=calendar())
    window = open_browser(language=language, scripts=scripts)
    window.enter_as(application.guardian)
    mine = f"/my/applications/{application.pk}/"
    window.open(mine)
    look(window, f"{tongue}-1-offered")
    window.press("a[data-qa=go]")
    look(window, f"{tongue}-2-confirm")
    window.go()
    application.refresh_from_db()
    assert application.state == "accepted"
    look(window, f"{tongue}-3-accepted")
    window.press('button[name="coming"]')
    assert application.attendances.get().coming
    window.open(f"{mine}letter/")
    look(window, f"{tongue}-4-letter")
    window.open(f"{mine}receipt/")
    look(window, f"{tongue}-5-receipt")
    number = f"{application.receipt}-A1"
    window.open(f"/check/letter/{number}/{check_code('letter', number)}/")
    look(window, f"{tongue}-6-genuine")
    window.open(f"{mine}registry/")
    for at in range(3):
        window.fill_in(RIGHT)
        look(window, f"{tongue}-7-registry-{at}")
        window.go()
    assert Application.objects.get().registry.completed_at is not None
    window.open("/my/data/")
    look(window, f"{tongue}-8-data")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_an_appeal_is_filed_heard_and_answered(open_browser: Open, place: factories.World, language: str) -> None:
    application, tongue = factories.application("not_eligible", place=place), f"appeal-{language[:2]}"
    family, desk = open_browser(language=language), open_browser(language=language, width=1280)
    family.enter_as(application.guardian)
    family.open(f"/my/applications/{application.pk}/appeal/")
    look(family, f"{tongue}-1-form")
    family.page.fill("#reason", "份额登记有误，请再看一次")
    family.go()
    appeal = application.appeals.get()
    decider = factories.staff("reviewer", school="WL01")
    hearing_set(
        reviewer=decider,
        appeal_id=appeal.public_id,
        at=clock.now() + timedelta(days=2),
        way="phone",
        where="学校打电话给您",
    )
    family.open(f"/my/applications/{application.pk}/appeal/")
    look(family, f"{tongue}-2-hearing")
    family.go()
    appeal.refresh_from_db()
    assert appeal.hearing_confirmed_at is not None
    family.open(f"/my/applications/{application.pk}/")
    look(family, f"{tongue}-3-application")
    desk.enter_as(decider)
    desk.open(f"/admin/enrollment/appeal/{appeal.pk}/change/")
    look(desk, f"{tongue}-4-desk", large=False)


def test_the_badge_the_letter_and_the_picture_to_show(open_browser: Open, place: factories.World) -> None:
    application = placed("accepted", place=place)
    Season.objects.update(calendar=calendar())
    badge_put(official=factories.staff("official"), code="WL01", content=badge())
    window = open_browser()
    window.enter_as(application.guardian)
    window.open(f"/my/applications/{application.pk}/")
    assert window.page.locator("[data-qa=result] [data-qa=badge]").evaluate("one => one.naturalWidth") == 320
    look(window, "moment-1-result")
    window.open(f"/my/applications/{application.pk}/letter/")
    look(window, "moment-2-letter")
    share = window.page.locator("[data-qa=share]")
    share.locator("summary").click()
    picture = share.locator("img")
    until(lambda: picture.evaluate("one => one.complete && one.naturalWidth") == 1080, "the picture to be drawn")
    look(window, "moment-3-picture", large=False)
    with window.page.expect_download() as saved:
        share.locator("[data-qa=save-picture]").click()
    assert saved.value.suggested_filename == "school.png"
    window.open("/schools/WL01/")
    look(window, "moment-4-school")

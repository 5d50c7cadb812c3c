"""Every page that asks again by itself ends with a sentence and with 286: no error in a console, no page in a page."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.remote_help.services import help_ask, help_end, help_join
from enrollment.assisted.terminals.services import terminal_make, terminal_pair
from enrollment.seasons.models import Application
from imports.services import import_upload
from lottery.admission.services import run_request
from lottery.afterwards.services import fill_request
from lottery.ceremony.models import CeremonyPlan
from lottery.whatif.services import whatif_request
from portal.rehearsing.services import rehearsal_start
from tests import factories
from tests.enrollment.assisted.test_paper_look import look, waiting
from tests.enrollment.assisted.test_visits import at_desk, clerk
from tests.entering import signed_in
from tests.lottery.factories import ceremony
from tests.lottery.played import planned

pytestmark = pytest.mark.django_db
ASKS = {"HX-Request": "true"}
STOP = 286
POLLS = re.compile(r'hx-trigger="[^"]*\bevery\b')


@dataclass(frozen=True, slots=True)
class Poll:
    """One address that is asked again and again: by whom, what ends it, and what is said then."""

    path: str
    client: Client
    end: Callable[[], object]
    said: str
    afterwards: Client | None = None  # who asks when it is over, if somebody else
    public: bool = False


def helpers_page() -> Poll:
    family, helper = factories.family(factories.world()), clerk(role="helper")
    _asked, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=False)
    session = help_join(helper=helper, code=code)
    return Poll(
        reverse("enrollment:help-session", args=[session.public_id]),
        at_desk(Client(), helper),
        lambda: help_end(account=family.guardian, session_id=session.public_id),
        "协助已结束",
    )


def helped_familys_page() -> Poll:
    family, helper = factories.family(factories.world()), clerk(role="helper")
    phone = Client()
    phone.force_login(family.guardian)
    code = phone.post(f"/my/apply/{family.draft.public_id}/help/").context["code"]
    session = help_join(helper=helper, code=code)
    end = lambda: help_end(account=helper, session_id=session.public_id)  # noqa: E731 - one of a table
    return Poll(reverse("enrollment:help-panel"), phone, end, "协助已结束")


def consent_page() -> Poll:
    factories.world()
    visit = waiting()
    path = reverse("enrollment:assist-consent", args=[visit.public_id])
    refused = lambda: look(factories.staff("reviewer"), visit, passed=False, note="签名看不清")  # noqa: E731 - one of a table
    return Poll(path, at_desk(Client(), visit.operator, visit), refused, "签名看不清")


def application_page() -> Poll:
    family = factories.family(factories.world())
    application = family.submit()
    phone = Client()
    phone.force_login(family.guardian)
    path = reverse("enrollment:application", args=[application.pk])
    return Poll(path, phone, lambda: Application.objects.filter(pk=application.pk).update(state="approved"), "审核通过")


def runs_page() -> Poll:
    one = ceremony(pupils=3)
    one.drawn()
    run_request(official=one.officials[0], round_id=one.round.pk)
    path = reverse("lottery:run-progress", args=[one.round.pk])
    return Poll(path, signed_in(one.officials[0]), lambda: None, "您负责的范围内没有", signed_in(one.reviewer))


def fillings_page() -> Poll:
    one = ceremony(pupils=6)
    one.published()
    fill_request(official=one.officials[0], round_id=one.round.pk)
    path = reverse("lottery:fill-progress", args=[one.round.pk])
    return Poll(path, signed_in(one.officials[0]), lambda: None, "您负责的范围内没有", signed_in(one.reviewer))


def simulations_page() -> Poll:
    one = ceremony(pupils=6)
    whatif_request(official=one.officials[0], round_id=one.round.pk, draws=40)
    path = reverse("lottery:whatif-progress", args=[one.round.pk])
    return Poll(path, signed_in(one.officials[0]), lambda: None, "您负责的范围内没有", signed_in(one.reviewer))


def witness_page() -> Poll:
    played = planned()
    path = reverse("lottery:witness-live", args=[played.one.round.pk])
    return Poll(path, signed_in(played.notary), lambda: None, "您负责的范围内没有", signed_in(played.one.reviewer))


def hall_page() -> Poll:
    played = planned()
    path = reverse("lottery:hall-live", args=[played.one.round.pk])
    return Poll(path, Client(), lambda: CeremonyPlan.objects.all().delete(), "此处显示的内容已结束", public=True)


def imports_page() -> Poll:
    factories.world()
    official = factories.staff("official")
    made = import_upload(
        official=official, kind="used-seats", place=factories.DISTRICT, content=b"x", file_name="a.csv"
    )
    path = reverse("imports:progress", args=[made.pk])
    afterwards = signed_in(factories.staff("reviewer", school="WL01"))
    return Poll(path, signed_in(official), lambda: None, "您不能在此处导入这类表格", afterwards)


def rehearsals_page() -> Poll:
    factories.world()
    official = factories.staff("official")
    rehearsal_start(official=official, district=factories.DISTRICT, year=factories.YEAR, families=50)
    path = reverse("season-rehearsal-progress", args=[factories.DISTRICT, factories.YEAR])
    return Poll(path, signed_in(official), lambda: None, "您负责的范围内没有", signed_in(factories.staff("reviewer")))


PAGES: dict[str, Callable[[], Poll]] = {
    "components/working.html of a table": imports_page,
    "enrollment/assisted/help_session.html": helpers_page,
    "enrollment/assisted/consent.html": consent_page,
    "base.html": helped_familys_page,
    "enrollment/outcome/application.html": application_page,
    "components/working.html": runs_page,
    "components/working.html of a filling": fillings_page,
    "lottery/whatif/_progress.html": simulations_page,
    "portal/rehearsing/_progress.html": rehearsals_page,
    "lottery/witnesses/witness.html": witness_page,
    "lottery/ceremony/hall.html": hall_page,
}
every_poll = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def test_no_page_that_asks_is_forgotten() -> None:
    folder = Path(settings.BASE_DIR) / "templates"
    found = {str(one.relative_to(folder)) for one in folder.rglob("*.html") if POLLS.search(one.read_text())}
    assert found == {name.partition(" ")[0] for name in PAGES}


@every_poll
def test_it_answers_while_there_is_something_to_see(page: Callable[[], Poll]) -> None:
    poll = page()
    answer = poll.client.get(poll.path, headers=ASKS)
    assert (answer.status_code, answer.headers.get("HX-Refresh")) == (200, None)


@every_poll
def test_its_end_is_a_sentence(page: Callable[[], Poll]) -> None:
    poll = page()
    poll.end()
    answer = (poll.afterwards or poll.client).get(poll.path, headers=ASKS)
    if page is application_page:  # what was decided stays on the page, which asks no longer
        assert answer.status_code == 200
        assert not POLLS.search(answer.text)
    else:
        assert answer.status_code == STOP
    assert poll.said in answer.text


@every_poll
def test_a_session_that_ended_does_not_put_the_sign_in_page_into_the_page(page: Callable[[], Poll]) -> None:
    poll = page()
    answer = Client().get(poll.path, headers=ASKS)
    if poll.public:
        assert answer.status_code == 200
        return
    assert answer.status_code == STOP
    assert "您已退出登录" in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Reselect"] == "#poll-over"
    assert Client().get(poll.path).status_code == 302  # without scripts the way leads to the sign-in page


def test_english_readers_are_told_in_english() -> None:
    poll = helpers_page()
    poll.end()
    with override("en"):
        answer = poll.client.get(poll.path, headers={**ASKS, "Accept-Language": "en"})
    assert "This help is over" in answer.text


def test_a_page_of_another_family_says_no_more_than_that_it_is_over() -> None:
    family, stranger = factories.family(factories.world()), Client()
    application = family.submit()
    stranger.force_login(factories.guardian())
    path = reverse("enrollment:application", args=[application.pk])
    unknown = reverse("enrollment:application", args=[uuid.uuid4()])
    answers = [stranger.get(one, headers=ASKS) for one in (path, unknown)]
    assert [one.status_code for one in answers] == [STOP, STOP]
    assert answers[0].text == answers[1].text
    assert stranger.get(path).status_code == 404


def test_a_terminal_leaves_the_page_of_the_last_person() -> None:
    official = factories.staff("official")
    family = factories.family(factories.world())
    application = family.submit()
    _made, code = terminal_make(official=official, name="大厅", district=factories.DISTRICT)
    _paired, cookie = terminal_pair(code=code)
    client = Client()
    client.cookies[TERMINAL_COOKIE] = cookie
    answer = client.get(reverse("enrollment:application", args=[application.pk]), headers=ASKS)
    assert (answer.status_code, answer.content) == (STOP, b"")
    assert answer.headers["HX-Redirect"] == reverse("enrollment:terminal")

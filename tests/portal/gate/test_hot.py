"""Pages from memory, with the whole site behind: nobody gets what is another's."""

import re
import time
from collections import Counter

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from accounts.session_store import SessionStore
from enrollment.seasons.models import Round
from foundation.valkey import valkey
from portal.gate import hot
from portal.gate.door import Gate
from portal.gate.line import KEYS
from tests import factories
from tests.portal.gate.asking import Person

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = re.compile(r'csrfmiddlewaretoken" value="(\w{64})"')


class Counting:
    """The site, and how often it was asked for what."""

    def __init__(self) -> None:
        self.inner: WSGIHandler = get_wsgi_application()
        self.asked: Counter[str] = Counter()

    def __call__(self, environ: dict, start: object) -> object:
        self.asked[environ["PATH_INFO"]] += 1
        return self.inner(environ, start)  # type: ignore[arg-type]


@pytest.fixture
def site(settings: Settings) -> Counting:
    valkey().delete(*KEYS)
    return Counting()


@pytest.fixture
def gate(site: Counting) -> Gate:
    return Gate(site)  # type: ignore[arg-type]


def warm(gate: Gate, path: str, **person: str) -> None:
    """Ask until the page is kept; the first answers may take longer than a page has to be asked for within."""
    before = kept(gate)
    for _time in range(100):
        Person(gate, **person).get(path)  # type: ignore[arg-type]
        if kept(gate) > before:
            return
    raise AssertionError("the page was not kept")


def kept(gate: Gate) -> float:
    """When the newest page was kept."""
    return max((entry.made for entry in gate.hot._entries.values() if entry.page), default=0.0)


def test_a_page_that_many_ask_for_is_made_once(gate: Gate, site: Counting) -> None:
    factories.world()
    warm(gate, "/")
    asked = site.asked["/"]
    texts = [Person(gate).get("/").text for _one in range(30)]
    assert site.asked["/"] == asked
    assert all("登录并报名" in text for text in texts)
    assert len({TOKEN.sub("", text) for text in texts}) == 1


def test_a_page_that_few_ask_for_is_never_old(gate: Gate, site: Counting) -> None:
    factories.world()
    assert "登录并报名" in Person(gate).get("/").text
    Round.objects.update(state="closed")
    assert "网上报名已结束" in Person(gate).get("/").text
    assert site.asked["/"] == 2


def test_each_reader_has_a_form_token_that_the_site_accepts(gate: Gate, site: Counting) -> None:
    warm(gate, "/")
    asked = site.asked["/"]
    people = [Person(gate) for _one in range(2)]
    tokens = [TOKEN.search(one.get("/").text).group(1) for one in people]  # type: ignore[union-attr]
    assert site.asked["/"] == asked
    assert people[0].cookies["csrftoken"] != people[1].cookies["csrftoken"]
    sent = {"mode": "elder", "next": "/", "csrfmiddlewaretoken": tokens[0]}
    assert people[0].post("/mode/", sent).status == 302
    assert people[1].post("/mode/", sent).status == 403


def test_who_has_a_session_never_gets_or_makes_a_kept_page(gate: Gate, site: Counting) -> None:
    account = factories.guardian()
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(account.pk), account.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    signed_in = Person(gate, {"sessionid": str(session.session_key)})
    for _time in range(2 * hot.HOT):
        assert "退出登录" in signed_in.get("/").text
    assert site.asked["/"] == 2 * hot.HOT
    assert "退出登录" not in Person(gate).get("/").text
    warm(gate, "/")
    asked = site.asked["/"]
    assert "退出登录" in signed_in.get("/").text
    assert site.asked["/"] == asked + 1


def test_a_browser_known_to_an_account_gets_the_kept_page_like_everybody(gate: Gate, site: Counting) -> None:
    warm(gate, "/")
    asked = site.asked["/"]
    assert Person(gate, {"known": "of a family that signed in before"}).get("/").status == 200
    assert site.asked["/"] == asked


def test_languages_and_looks_are_kept_apart(gate: Gate) -> None:
    warm(gate, "/")
    warm(gate, "/", language="en")
    assert '<html lang="zh-hans">' in Person(gate).get("/").text
    assert '<html lang="en">' in Person(gate, language="en").get("/").text
    assert '<html lang="en">' in Person(gate, {"django_language": "en"}).get("/").text
    elder = Person(gate, {"mode": "elder"})
    assert 'class="elder"' in elder.get("/").text
    assert 'class="elder"' not in Person(gate).get("/").text


def test_a_kept_page_is_renewed_and_counted(gate: Gate, site: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    valkey().delete("visits:now")
    warm(gate, "/")
    for _one in range(10):
        Person(gate).get("/")
    assert sum(int(n) for n in valkey().hgetall("visits:now").values()) == site.asked["/"] + 10
    asked = site.asked["/"]
    later = time.monotonic() + hot.FRESH_SECONDS + 1
    monkeypatch.setattr("portal.gate.door.now", lambda: later)
    warm(gate, "/")
    assert site.asked["/"] > asked


def test_what_is_asked_with_a_question_or_in_pieces_is_not_kept(gate: Gate, site: Counting) -> None:
    for _time in range(2 * hot.HOT):
        Person(gate).get("/schools/?q=x")
        Person(gate).get("/schools/", HTTP_HX_REQUEST="true")
    assert site.asked["/schools/"] == 4 * hot.HOT

"""The gate before a site: who comes in, who reads how long the line is, and that nothing typed is lost."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from pytest_django import Settings

from accounts.models import Account
from foundation.valkey import valkey
from portal.gate import passes
from portal.gate.door import Gate, only_reads
from portal.gate.hot import is_public
from portal.gate.line import KEYS
from tests.portal.gate.asking import Person


class Site:
    """Stands where Django stands: answers with what it was asked, and can be held up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.turns: threading.Semaphore | None = None  # who is held up goes on one by one

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] != "/health/":
            self.go.wait(20)
        if self.turns is not None:
            self.turns.acquire(timeout=20)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if environ["REQUEST_METHOD"] == "POST" and "sign-in" in environ["PATH_INFO"]:
            account = Account(is_staff=environ["PATH_INFO"].startswith("/staff/"))
            passes.note_staff(WSGIRequest(environ), account)
        status = "200 OK"
        start(status, [("Content-Type", "text/html")])
        return [b"site:" + environ["wsgi.input"].read(length)]


@pytest.fixture(autouse=True)
def empty(settings: Settings) -> None:
    valkey().delete(*KEYS)
    settings.GATE_RUNNING, settings.GATE_THREADS = 2, 16


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def gate(site: Site) -> Gate:
    return Gate(site)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the threads have got there."""
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.005)
    assert condition()


def shut(gate: Gate) -> None:
    """As many families are under way as may be."""
    gate.line.window.size = gate.line.window.start = 1
    valkey().delete(*KEYS)
    gate.line.enter("somebody")


def opened(gate: Gate, families: float) -> None:
    gate.line.window.size = families
    gate.line._next_sync = 0.0
    gate.line.standing()


def test_below_the_bound_everybody_comes_in_and_is_under_way(gate: Gate, site: Site) -> None:
    person = Person(gate)
    assert person.get("/sign-in/").status == 200
    assert gate.line.standing().active == 1
    shut(gate)
    assert person.get("/my/").text == "site:"
    assert site.asked == ["/sign-in/", "/my/"]


def test_a_newcomer_reads_the_line_and_nothing_is_asked_of_site_or_database(gate: Gate, site: Site) -> None:
    shut(gate)
    answers = [Person(gate).get("/sign-in/") for _one in range(3)]  # this test has no access to a database
    assert site.asked == []
    assert [answer.status for answer in answers] == [503] * 3
    assert [re.search(r'big-number">\s*(\d+)', a.text).group(1) for a in answers] == ["0", "1", "2"]  # type: ignore[union-attr]
    assert all(5 < int(a.headers["Retry-After"]) < 60 for a in answers)
    assert f'http-equiv="refresh" content="{answers[0].headers["Retry-After"]}"' in answers[0].text


def test_the_line_moves_in_the_order_in_which_families_came(gate: Gate) -> None:
    shut(gate)
    people = [Person(gate) for _one in range(3)]
    assert [one.get("/sign-in/").status for one in people] == [503] * 3
    opened(gate, 3)
    late = Person(gate)
    assert [one.get("/sign-in/").status for one in [late, *reversed(people)]] == [503, 503, 200, 200]
    assert people[0].get("/my/").status == 200


def test_an_edited_cookie_is_a_newcomers(gate: Gate) -> None:
    shut(gate)
    person = Person(gate)
    person.get("/sign-in/")
    ticket = person.cookies[passes.COOKIE]
    for forged in (ticket.replace("t~", "a~", 1), ticket.replace("~1:", "~0:"), "a~x~99999999999~~0:abc"):
        assert Person(gate, {passes.COOKIE: forged, "sessionid": "made-up"}).get("/my/").status == 503


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh-CN", ("早报、晚报", "前面还有", "不会丢失", "三小时")),
        ("en", ("makes no difference", "Families before you", "not lost", "three hours")),
    ],
)
def test_the_waiting_page_speaks_the_readers_language(gate: Gate, language: str, says: tuple[str, ...]) -> None:
    shut(gate)
    person = Person(gate, language=language)
    text = person.get("/sign-in/").text
    assert all(one in text for one in says)
    assert 'class="elder"' not in text
    person.cookies["mode"] = "elder"
    assert 'class="elder"' in person.get("/sign-in/").text


def test_a_newcomers_form_is_given_back_whole(gate: Gate) -> None:
    shut(gate)
    fields = {"phone": '199"<0000>0000', "several": ["a", "b"], "password": "secret"}
    answer = Person(gate).post("/sign-in/?next=/my/", fields)
    assert answer.status == 503
    assert 'action="/sign-in/?next=/my/"' in answer.text
    assert 'name="phone" value="199&quot;&lt;0000&gt;0000"' in answer.text
    assert answer.text.count('name="several"') == 2
    assert "secret" not in answer.text
    assert "data-again" in answer.text


def test_a_photo_cannot_be_kept_and_the_page_says_so(gate: Gate) -> None:
    shut(gate)
    person = Person(gate, language="en")
    answer = person.post("/my/x/", {"kind": "deed", "file": SimpleUploadedFile("a.jpg", b"x", "image/jpeg")})
    assert "choose it again" in answer.text
    assert 'name="kind" value="deed"' in answer.text
    assert "data-again" not in answer.text


def test_a_program_is_told_in_its_own_way(gate: Gate) -> None:
    shut(gate)
    answer = Person(gate).post("/api/v1/session/code/", {"phone": "1"})
    body = json.loads(answer.text)
    assert (answer.status, body["code"], body["ahead"]) == (503, "waiting", 0)
    assert int(answer.headers["Retry-After"]) == body["retry_after"]


@pytest.mark.parametrize("path", ["/health/", "/static/css/portal.css", "/mode/", "/staff/sign-in/"])
def test_what_is_not_held_up(gate: Gate, site: Site, path: str) -> None:
    shut(gate)
    assert Person(gate).get(path).status in {200, 302}
    assert site.asked == [path]


def test_public_pages_leave_no_cookie_and_take_no_place(gate: Gate) -> None:
    person = Person(gate)
    assert person.get("/schools/").status == 200
    assert passes.COOKIE not in person.cookies
    assert gate.line.standing().active == 0
    shut(gate)
    assert person.get("/schools/?q=x").status == 200
    assert passes.COOKIE not in person.cookies


def test_who_only_reads_goes_after_all_families(gate: Gate, site: Site) -> None:
    families = [Person(gate) for _one in range(3)]
    for one in families:
        one.get("/sign-in/")
    site.asked.clear()
    site.turns = threading.Semaphore(0)
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(one.get, "/my/first/") for one in families[:2]]
        wait_until(lambda: len(site.asked) == 2)
        jobs.append(threads.submit(Person(gate).get, "/schools/?q=x"))
        wait_until(lambda: len(gate.slots._queue) == 1)
        jobs.append(threads.submit(families[2].get, "/my/second/"))
        wait_until(lambda: len(gate.slots._queue) == 2)
        site.turns.release()
        wait_until(lambda: len(site.asked) == 3)
        site.turns.release(3)
        assert [job.result().status for job in jobs] == [200] * 4
    assert site.asked[2:] == ["/my/second/", "/schools/"]


def test_in_a_rush_any_public_page_is_kept(gate: Gate, site: Site) -> None:
    shut(gate)
    assert gate.hot.look(("h", "/schools/", "en", False), 0.0, rush=True).keep
    assert not gate.hot.look(("h", "/guides/", "en", False), 0.0, rush=False).keep


@pytest.mark.parametrize("door", ["/staff/sign-in/", "/staff/sign-in/key/complete/"])
def test_staff_who_signed_in_go_before_families(gate: Gate, door: str) -> None:
    person = Person(gate)
    person.post(door, {"username": "x"})
    held = passes.read(person.cookies[passes.COOKIE], time.time())
    assert held is not None
    assert held.kind == passes.STAFF
    shut(gate)
    assert person.get("/admin/").status == 200


def test_a_family_that_signed_in_goes_with_the_families(gate: Gate) -> None:
    person = Person(gate)
    person.post("/sign-in/", {"phone": "x"})
    held = passes.read(person.cookies[passes.COOKIE], time.time())
    assert held is not None
    assert held.kind == passes.INSIDE


def test_at_the_bound_of_all_who_is_under_way_gets_the_form_back(gate: Gate, site: Site) -> None:
    people = [Person(gate) for _one in range(2 + gate.slots.most_waiting)]
    for one in people:
        one.get("/sign-in/")
    last = Person(gate, language="en")
    last.get("/sign-in/")
    site.go.clear()
    with ThreadPoolExecutor(len(people)) as threads:
        jobs = [threads.submit(one.get, "/my/") for one in people]
        wait_until(lambda: len(gate.slots._queue) >= gate.slots.most_waiting)
        given_back, page = last.post("/my/save/", {"answer": "typed"}), last.get("/my/")
        assert Person(gate).get("/health/").status == 200
        site.go.set()
        assert [job.result().status for job in jobs] == [200] * len(people)
    assert 'name="answer" value="typed"' in given_back.text
    assert (given_back.status, page.status) == (503, 503)
    assert "opens by itself" in page.text
    assert last.post("/my/save/", {"answer": "typed"}).text.count("typed") == 1


def test_without_valkey_the_gate_still_keeps_its_bound(gate: Gate, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    gate.line.window.size = gate.line.window.start = 1
    people = [Person(gate) for _one in range(3)]
    assert [one.get("/sign-in/").status for one in people] == [200, 503, 503]
    opened(gate, 2)
    assert [one.get("/sign-in/").status for one in people] == [200, 200, 503]


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/", True),
        ("/schools/WL01/", True),
        ("/results/3/", True),
        ("/calendar/", True),
        ("/status/", True),
        ("/my/", False),
        ("/sign-in/", False),
        ("/admin/", False),
        ("/api/v1/rounds/", False),
        ("/results/3/my-ticket/", False),
        ("/results/3/transcript.json", False),
        ("/calendar.ics", False),
        ("/official/rounds/", False),
    ],
)
def test_which_addresses_may_be_kept(path: str, public: bool) -> None:
    assert is_public(path) is public


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        ("GET", "/schools/WL01/", True),
        ("GET", "/api/v1/rounds/", True),
        ("GET", "/no-such-page", True),
        ("POST", "/api/v1/session/code/", False),
        ("GET", "/sign-in/", False),
        ("GET", "/my/", False),
        ("GET", "/official/rounds/", False),
        ("POST", "/check/", False),
    ],
)
def test_who_only_reads_and_who_takes_a_place(method: str, path: str, reads: bool) -> None:
    assert only_reads(path, method) is reads

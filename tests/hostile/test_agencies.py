"""An agency that answers with nonsense, too much or too slowly is silent: no worker and no page falls over it."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from enrollment.filing.drafts.services import draft_prefill
from tests import factories
from tests.servers import answering
from verification.checking import checks_run
from verification.models import Check, Finding
from verification.services import prefill

pytestmark = pytest.mark.django_db
CHILD = factories.child_number(pair=77)
AT = "2026-05-01T08:00:00+08:00"


def said(*records: Any, source: Any = "synthetic", at: Any = AT) -> bytes:
    return json.dumps({"records": list(records), "source": source, "at": at}).encode()


HOUSEHOLD = {
    "id_number": CHILD,
    "name": "合成小明",
    "address": factories.HOME,
    "householder_id": "2",
    "registered_on": "2019-06-01",
    "members": [],
}
HOSTILE = {
    "deep": b'{"records": ' + b"[" * 100_000,
    "nan": b'{"records": [{"share": NaN}], "source": "x", "at": "%s"}' % AT.encode(),
    "half a character": said({**HOUSEHOLD, "name": "\ud800"}),
    "half a character in a field nobody reads": said({**HOUSEHOLD, "note": "\ud800"}),
    "nul in the source": said(HOUSEHOLD, source="x\0"),
    "endless source": said(HOUSEHOLD, source="x" * 5000),
    "no text for a source": said(HOUSEHOLD, source={"a": 1}),
    "before all calendars": said(HOUSEHOLD, at="0001-01-01T00:00:00+14:00"),
    "a list for a name": said({**HOUSEHOLD, "name": ["a"]}),
    "a number for an address": said({**HOUSEHOLD, "address": 7}),
    "no date": said({**HOUSEHOLD, "registered_on": "soon"}),
    "a list for a date": said({**HOUSEHOLD, "registered_on": [1]}),
    "nobody for members": said({**HOUSEHOLD, "members": None}),
    "numbers for members": said({**HOUSEHOLD, "members": [1]}),
    "nothing for owners": said({"certificate": "1", "address": "x", "owners": None}),
    "an endless share": said({"certificate": "1", "address": "x", "owners": [{"id_number": "1", "share": 10**400}]}),
    "text for a mortgage": said({"certificate": "1", "address": "x", "owners": [], "mortgaged": "no"}),
    "words for months": said({"id_number": "1", "name": "x", "months": ["long ago"]}),
    "ten megabytes": said({**HOUSEHOLD, "name": "x" * 10_000_000}),
}


class Trickle(BaseHTTPRequestHandler):
    """Sends one byte every tenth of a second, each well within the time allowed for a read."""

    SECONDS = 60
    finished = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(10 * self.SECONDS))
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(10 * self.SECONDS):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
            Trickle.finished = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        return


@pytest.fixture
def agency(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    with answering(request.param) as server:
        settings.AGENCY_BASE_URL = server.url
        yield


@pytest.mark.parametrize("agency", HOSTILE.values(), ids=HOSTILE, indirect=True)
@pytest.mark.usefixtures("agency")
def test_hostile_answers_are_silence_for_prefill() -> None:
    known = prefill(lookups={"household": ["1"], "real_estate": ["1"]})
    assert {result.outcome for result in known.values()} == {"silent"}


@pytest.mark.parametrize("agency", HOSTILE.values(), ids=HOSTILE, indirect=True)
@pytest.mark.usefixtures("agency")
def test_hostile_answers_leave_the_checks_to_another_try() -> None:
    application = factories.family(factories.world()).submit()
    subject = application.versions.get().pk
    assert checks_run(subject=subject) == 0
    assert not Finding.objects.exists()
    assert set(Check.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("agency", [said({**HOUSEHOLD, "address": "<script>alert(1)</script>"})], indirect=True)
@pytest.mark.usefixtures("agency")
def test_markup_in_a_record_is_text() -> None:
    one = factories.family(factories.world(), child_id=CHILD, household_address="")
    factories.assured(one.guardian, id_number=str(HOUSEHOLD["householder_id"]))
    draft = draft_prefill(guardian=one.guardian, draft_id=one.draft.public_id)
    browser = Client()
    browser.force_login(one.guardian)
    page = browser.get(f"/my/apply/{draft.public_id}/household/").content
    assert b"&lt;script&gt;alert" in page
    assert b"<script>alert" not in page


def test_an_answer_that_trickles_in_is_not_waited_for(settings: Settings) -> None:
    settings.AGENCY_TIMEOUT_SECONDS = 0.3
    server = ThreadingHTTPServer(("127.0.0.1", 0), Trickle)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.AGENCY_BASE_URL = f"http://127.0.0.1:{server.server_address[1]}"
    known = prefill(lookups={"household": ["1"]})
    assert not Trickle.finished
    server.shutdown()
    server.server_close()
    assert known["household"].outcome == "silent"

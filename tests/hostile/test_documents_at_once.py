"""Eight files of three kilobytes at once, over HTTP, against the site as `make run` starts it: others are served."""

import re
import threading
import time

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.session_store import SessionStore
from enrollment.documents.models import Document
from tests import factories
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.documents.test_documents import unusual
from tests.hostile.conftest import Server
from tests.hostile.test_documents import nested_forms
from tests.hostile.test_slow_connections import ANSWER_SECONDS, answered
from tests.waiting import patience

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


def browser(server: Server, one: factories.Family) -> httpx.Client:
    session = SessionStore()
    session[SESSION_KEY] = str(one.guardian.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = one.guardian.get_session_auth_hash()
    session.save()
    cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
    return httpx.Client(base_url=server.url(""), cookies=cookies, timeout=patience(60), trust_env=False)


def give(client: httpx.Client, one: factories.Family, content: bytes) -> str:
    """Give a document by the form, without scripts; the page that follows."""
    page = f"/my/apply/{one.draft.public_id}/documents/"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert token is not None
    sent = {"file:title": ("paper.pdf", content, "application/pdf")}
    return client.post(page, data={"csrfmiddlewaretoken": token[1]}, files=sent, follow_redirects=True).text


def test_eight_hostile_papers_at_once_leave_the_site_to_everybody_else(server: Server) -> None:
    place = factories.world()
    families = [unusual(place) for _number in range(4)]
    pages: list[str] = []

    def send(one: factories.Family, depth: int) -> None:
        with browser(server, one) as client:
            pages.append(give(client, one, nested_forms(depth)))

    threads = [threading.Thread(target=send, args=(families[at % 4], 11 + at // 4)) for at in range(8)]
    for thread in threads:
        thread.start()
    longest = 0.0
    while any(thread.is_alive() for thread in threads):
        longest = max(longest, answered(server))
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert len(pages) == 8
    assert not Document.objects.exists()
    assert longest < patience(ANSWER_SECONDS)
    with browser(server, families[0]) as client:  # and a good one is taken after all of that
        give(client, families[0], pdf())
    assert Document.objects.get().pages == 1

"""kill -9 of the web server in the middle of an upload and of a submission: after a restart nothing is lost or doubled.

(A worker killed while a family waits for its checks: tests/enrollment/judging/test_worker.py.)
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction

from accounts.models import Account
from accounts.session_store import SessionStore
from enrollment.documents.models import Document, Upload
from enrollment.documents.services import document_content
from enrollment.seasons.models import Application, ApplicationVersion, Draft
from tests import factories
from tests.agencies import free_port
from tests.browser.stack import broker_url, database_url, environment, gunicorn
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.documents.test_documents import unusual
from tests.waiting import patience, until, wait_for_answer

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20  # of a quick machine


@contextmanager
def web(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A web server in a process group of its own, killed at the end if the test has not done so."""
    url = f"http://127.0.0.1:{port}"
    env = environment(DATABASE_URL=database_url(), REDIS_URL=broker_url(), SITE_URL=url, VAR_DIR=str(folder))
    with (folder / "web.log").open("ab") as log:
        command = [sys.executable, "-m", *gunicorn("portal.wsgi", port), "--reuse-port"]
        running = subprocess.Popen(
            command, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for_answer(f"{url}/health/", running)
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait(timeout=patience(10))


def phone_of(account: Account, port: int) -> httpx.Client:
    """A signed-in browser with its token against forgery."""
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, timeout=patience(PATIENCE_SECONDS))
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/my/children/add/").text)
    assert found is not None
    client.headers["X-CSRFToken"] = found[1]
    return client


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'enrollment_applicationversion'::regclass"
        )
        return bool(cursor.fetchone()[0])


def test_killed_in_the_middle_of_an_upload(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "documents"
    one, body, port = unusual(), pdf(2), free_port()
    said = {"token": str(uuid.uuid4()), "kind": "title", "size": len(body), "name": "scan.pdf"}
    create, half = f"/my/apply/{one.draft.public_id}/uploads/", len(body) // 2
    with web(tmp_path, port) as running:
        phone = phone_of(one.guardian, port)
        url = phone.post(create, json=said).json()["url"]
        sent = phone.put(url, content=body[:100], headers={"Upload-Offset": "0"})
        assert sent.json()["offset"] == 100
        head = [f"PUT {url} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body) - 100}", "Upload-Offset: 100"]
        head += [f"X-CSRFToken: {phone.headers['X-CSRFToken']}", "Content-Type: application/octet-stream"]
        carried = "; ".join(f"{cookie.name}={cookie.value}" for cookie in phone.cookies.jar)
        head += [f"Cookie: {carried}"]
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode() + body[100:half])
            kill(running)
    assert Upload.objects.get().received == 100
    with web(tmp_path, port):
        phone = phone_of(one.guardian, port)
        again = phone.post(create, json=said).json()
        assert again["offset"] == 100
        done = phone.put(again["url"], content=body[100:], headers={"Upload-Offset": "100"})
        assert done.json()["stored"] is True
    assert document_content(Document.objects.get()) == body


def test_killed_in_the_middle_of_a_submission(tmp_path: Path) -> None:
    one, port = factories.family(factories.world()), free_port()
    check = f"/my/apply/{one.draft.public_id}/check/"
    pressed = {"declare": "yes", "client_token": str(uuid.uuid4())}
    with web(tmp_path, port) as running:
        phone = phone_of(one.guardian, port)

        def press() -> None:
            with contextlib.suppress(httpx.HTTPError):
                phone.post(check, data=pressed)

        with transaction.atomic():  # the server stands between the application and its first version
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE enrollment_applicationversion IN EXCLUSIVE MODE")
            tap = threading.Thread(target=press)
            tap.start()
            until(waiting_for_a_lock, "the submission to be half done")
            kill(running)
            tap.join(patience(PATIENCE_SECONDS))
    assert not Application.objects.exists()
    assert Draft.objects.get().answers == one.draft.answers
    with web(tmp_path, port):
        phone = phone_of(one.guardian, port)
        first, second = (phone.post(check, data=pressed) for _press in range(2))
        assert first.status_code == httpx.codes.FOUND, first.text
        assert first.headers["Location"] == second.headers["Location"]
    assert (Application.objects.count(), ApplicationVersion.objects.count()) == (1, 1)

"""The synthetic government sign-in as a real HTTP service for tests: gunicorn on a free loopback port."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.oidc import client as oidc_client
from tests.agencies import free_port
from tests.waiting import end, patience, wait_for_answer

SECRET = "synthetic identity"


class IdentityService:
    """Handle of the running provider: put people in, spoil its answers, sign in as one of them."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url

    def know(self, *, name: str, id_number: str, mobile: str) -> None:
        body = json.dumps({"guardians": [{"name": name, "id_number": id_number, "mobile": mobile}]})
        with closing(sqlite3.connect(self.path)) as city, city:
            city.execute("INSERT INTO family VALUES (?, ?)", (mobile, body))

    def knobs(self, **wanted: Any) -> None:
        self.path.with_suffix(".identity.json").write_text(json.dumps(wanted))

    def reset(self) -> None:
        self.path.with_suffix(".identity.json").unlink(missing_ok=True)
        with closing(sqlite3.connect(self.path)) as city, city:
            city.execute("DELETE FROM family")

    def approve(self, address: str, mobile: str, way: str = "card") -> str:
        """Do what the person does at the provider; the way back, without the host."""
        step = "face" if way == "face" else "go"
        answer = httpx.post(address, data={"other": mobile, "way": way, "step": step}, timeout=patience(5))
        assert answer.status_code == httpx.codes.SEE_OTHER, re.sub("<[^>]*>", " ", answer.text)
        there = urlsplit(answer.headers["Location"])
        return f"{there.path}?{there.query}"

    def face(self, page: str, step: str = "check") -> str:
        """Do what the person does on the page of the face service; the way back, without the host."""
        answer = httpx.post(page, data={"step": step}, timeout=patience(5))
        assert answer.status_code == httpx.codes.SEE_OTHER, re.sub("<[^>]*>", " ", answer.text)
        there = urlsplit(answer.headers["Location"])
        return f"{there.path}?{there.query}"

    def sign_in(self, browser: Client, mobile: str, way: str = "card", provider: str = "province") -> HttpResponse:
        """The whole way there and back in a test client."""
        begun = browser.get(f"/sign-in/with/{provider}/")
        assert begun.status_code == httpx.codes.FOUND, begun.content.decode()
        return browser.get(self.approve(begun.headers["Location"], mobile, way))  # type: ignore[return-value]


@pytest.fixture(scope="session")
def identity_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityService]:
    path = tmp_path_factory.mktemp("people") / "city.sqlite"
    with closing(sqlite3.connect(path)) as city, city:
        city.execute("CREATE TABLE family (id TEXT, body TEXT)")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "verification.mock_identity.service:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "error"]
    own = {"CITY_FILE": str(path), "IDENTITY_SECRET": SECRET, "SITE_URL": "http://testserver"}
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env={**os.environ, **own}, cwd=settings.BASE_DIR)
    try:
        wait_for_answer(f"{url}/health", process)
        yield IdentityService(path, url)
    finally:
        end(process)


@pytest.fixture
def provider(
    identity_service: IdentityService, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[IdentityService]:
    """The service, with nobody in it and honest, with the portal configured for it."""
    identity_service.reset()
    monkeypatch.setenv("IDENTITY_BASE_URL", identity_service.url)
    monkeypatch.setenv("IDENTITY_SECRET", SECRET)
    settings.OIDC_PROVIDERS_FILE = str(Path(settings.BASE_DIR) / "examples" / "identity" / "providers.yaml")
    settings.FACE_SERVICE_FILE = str(Path(settings.BASE_DIR) / "examples" / "identity" / "face.yaml")
    settings.SITE_URL = "http://testserver"
    settings.OIDC_TIMEOUT_SECONDS = 2.0
    oidc_client._metadata.clear()
    oidc_client._keys.clear()
    yield identity_service
    oidc_client._metadata.clear()
    oidc_client._keys.clear()

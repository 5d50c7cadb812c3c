"""Sign-in with a provider nobody here wrote: the npm package oidc-provider, at its defaults."""

import json
import logging
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import yaml
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.oidc import client as oidc_client
from accounts.oidc.providers import _read, providers
from foundation.crypto import blind_index
from foundation.events import Line
from scripts.node import node
from tests import factories
from tests.waiting import end, patience

pytestmark = pytest.mark.django_db
BASE = Path(project.BASE_DIR)
MOBILE = "19900007009"
NAME = "合成家长"
SECRET = "synthetic: secret/with +signs"
OTHER_SECRET = "synthetic secret of last year"
# what a city would write for such a provider; it names no level, and the city vouches for its real-name check
ENTRY = {
    "key": "npm",
    "name": {"zh": "合成登录", "en": "Synthetic sign-in"},
    "zone": {"zh": "合成专区", "en": "Synthetic zone"},
    "client_id": "enrollment portal",
    "client_secret": SECRET,
    "scope": "openid profile phone",
    "acr": {"": 2},
    "claims": {"name": "name", "id_number": "id_number", "phone": "phone_number"},
}


class Running:
    """The provider's process, and the one person it knows."""

    def __init__(self, auth: str, algorithm: str) -> None:
        self.number = factories.adult_number()
        person = {"name": NAME, "id_number": self.number, "phone_number": f"+86{MOBILE}"}
        redirect = "http://testserver/sign-in/back/npm/"
        script, packages = BASE / "tests/accounts/provider.mjs", BASE / "tests/quality"
        command = [node(), str(script), str(packages), redirect, auth, algorithm, json.dumps(person)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self.process.stdout is not None
        lines = []
        for raw in self.process.stdout:
            line = raw.decode()
            lines.append(line)
            if found := re.search(r"listening on (\d+)", line):
                self.issuer = f"http://127.0.0.1:{found[1]}"
                return
        raise RuntimeError("".join(lines))


@pytest.fixture
def configured(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    auth, algorithm, chosen = request.param
    running = Running(auth, algorithm)
    path = tmp_path / "providers.yaml"
    path.write_text(yaml.safe_dump([{**ENTRY, "issuer": running.issuer, "token_auth": chosen}], allow_unicode=True))
    settings.OIDC_PROVIDERS_FILE = str(path)
    settings.SITE_URL = "http://testserver"
    settings.OIDC_TIMEOUT_SECONDS = patience(5)
    oidc_client._metadata.clear()
    oidc_client._keys.clear()
    yield running
    end(running.process)


def approved(address: str, name: str = "somebody") -> str:
    """Sign in and agree on the provider's own pages; the way back, without the host."""
    with httpx.Client(timeout=patience(5)) as browser:
        answer = browser.get(address)
        for _page in range(12):
            if answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(there).hostname == "testserver":
                    return f"{urlsplit(there).path}?{urlsplit(there).query}"
                answer = browser.get(there)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form is not None, answer.text[:2000]
            fields = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
            answer = browser.post(urljoin(str(answer.url), form[1]), data={**fields, "login": name, "password": "x"})
    raise AssertionError("the provider never sent the browser back")


WAYS = [
    ("client_secret_basic", "RS256", ""),
    ("client_secret_basic", "ES256", ""),
    ("client_secret_post", "ES256", "client_secret_post"),
]


@pytest.mark.parametrize("configured", WAYS, indirect=True, ids=["defaults", "ES256", "post and ES256"])
def test_a_person_signs_in_with_claims_that_stand_at_userinfo_only(client: Client, configured: Running) -> None:
    left = client.get("/sign-in/with/npm/").headers["Location"]
    answer = client.get(approved(left))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my/children/register/")
    account = Account.objects.get(id_index=blind_index("person", configured.number))
    assert (account.name, account.phone, account.assurance) == (NAME, f"+86{MOBILE}", 2)


@pytest.mark.parametrize("configured", WAYS[:1], indirect=True)
def test_a_refusal_is_logged_with_its_reason_and_without_the_person(
    client: Client, configured: Running, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    back = approved(client.get("/sign-in/with/npm/").headers["Location"])
    path = Path(settings.OIDC_PROVIDERS_FILE)
    path.write_text(path.read_text().replace(SECRET, OTHER_SECRET))  # the city's secret has been changed there
    _read.cache_clear()
    with caplog.at_level(logging.WARNING, "portal.refused"):
        assert client.get(back, headers={"x-request-id": "from-the-proxy-1"}).status_code == 422
    lines = [json.loads(Line().format(record)) for record in caplog.records if record.name == "portal.refused.oidc"]
    assert len(lines) == 1
    assert lines[0]["message"] == "token"
    assert (lines[0]["provider"], lines[0]["step"]) == ("npm", "back")
    assert "HTTP 401 invalid_client" in lines[0]["why"]
    told = json.dumps(lines, ensure_ascii=False)
    assert not any(secret in told for secret in (NAME, MOBILE, configured.number, OTHER_SECRET))


def test_a_secret_of_the_provider_may_stand_in_the_folder_of_secrets(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "npm_secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    path = tmp_path / "providers.yaml"
    entry = {**ENTRY, "issuer": "https://sign-in.example", "client_secret": "${NPM_SECRET}"}
    path.write_text(yaml.safe_dump([entry], allow_unicode=True))
    settings.OIDC_PROVIDERS_FILE = str(path)
    assert [one.client_secret for one in providers()] == [SECRET]

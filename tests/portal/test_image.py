"""The image and docker-compose.yml, followed literally: what they lay out starts, as it stands there."""

import json
import os
import re
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection

from portal import keys
from tests.portal.image import BASE, Image, compose, env_file, image_user, instructions
from tests.waiting import patience, until

HOST = "portal.example"
OF_TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_FROM": "+15005550006"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    root, secrets = folder / "app", folder / "secrets"
    root.mkdir()
    keys.made(secrets)
    if image_user() and os.geteuid() == 0:  # made for user 10001, who is this very user in the namespace
        for path in (secrets, *secrets.iterdir()):
            os.chown(path, 0, 0)
    (secrets / "twilio_auth_token").write_text("0123456789abcdef0123456789abcdef\n")
    made = Image(root, secrets, {**env_file(BASE / "examples" / "portal.env"), **OF_TWILIO}, {})
    made.build()
    yield made
    root.chmod(0o755)


@pytest.fixture
def servers(image: Image, transactional_db: None) -> Image:
    """The test's own database and broker in place of those of the compose network."""
    here = connection.settings_dict
    url = f"postgres://{here['USER']}:x@{str(here['HOST']).replace('/', '%2F')}:{here['PORT'] or 5432}/{here['NAME']}"
    image.servers = {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    return image


def run(image: Image, name: str, log: Path) -> "subprocess.Popen[bytes]":
    return image.start(*image.service(name), log)


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(patience())
    finally:
        process.kill()


def test_the_image_brings_texts_and_static_files_and_no_secret(image: Image) -> None:
    assert (image.root / "locale/zh_Hans/LC_MESSAGES/django.mo").exists()
    named = json.loads((image.root / "assets/staticfiles.json").read_text())["paths"]
    assert named
    assert all((image.root / "assets" / name).exists() for name in named.values())
    there = {path.name for path in image.root.iterdir()}
    assert not there & {".git", ".venv", "secrets", "portal.env"}
    assert list(image.var.iterdir()) == []
    assert all(path.stat().st_mode & 0o004 for path in image.root.rglob("*.py"))


def test_every_service_starts_from_the_image_and_writes_nothing_beside_its_volume(
    servers: Image, tmp_path: Path
) -> None:
    log = tmp_path / "migrate.log"
    assert run(servers, "migrate", log).wait(patience()) == 0, log.read_text()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, environment = servers.service("web")
    at = command.index("--bind") + 1
    command[at] = command[at].replace("0.0.0.0:8000", f"127.0.0.1:{port}")
    web = servers.start(command, environment, tmp_path / "web.log")
    workers = run(servers, "workers", tmp_path / "workers.log")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": HOST}) as client:
            until(lambda: _answers(client), "the web service answers /health/")
            plain = client.get("/")
            assert (plain.status_code, plain.headers["location"]) == (301, f"https://{HOST}/")
            page = client.get("/", headers={"x-forwarded-proto": "https"})
            assert page.status_code == 200
            assert "招生" in page.text
            style = re.search(r'href="(/static/css/[^"]+\.css)"', page.text)
            assert style is not None
            assert client.get(style[1], headers={"x-forwarded-proto": "https"}).status_code == 200
            until(lambda: _lanes_alive(client), "a worker of every lane and beat gave a sign of life")
    finally:
        ended(web)
        ended(workers)
    told = (tmp_path / "web.log").read_text() + (tmp_path / "workers.log").read_text()
    assert "Traceback" not in told, told[-3000:]
    assert servers.changed() == []


@pytest.mark.skipif(not image_user(), reason="namespaces of users are not allowed here")
def test_a_service_runs_as_the_user_of_the_image(image: Image, tmp_path: Path) -> None:
    command = ["python", "-c", "import os; print(os.getuid(), os.access('/app-of-nobody', os.W_OK), os.getgid())"]
    assert image.start(command, image.path(), tmp_path / "log").wait(patience()) == 0
    assert (tmp_path / "log").read_text() == "10001 False 10001\n"


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/").status_code == 200
    except httpx.TransportError:
        return False


def _lanes_alive(client: httpx.Client) -> bool:
    parts = client.get("/health/").json()["components"]
    figures = [value for part in parts.values() for name, value in part.items() if name.endswith("worker_seconds")]
    return bool(figures) and all(value is not None for value in figures)


@pytest.mark.parametrize("name", ["migrate", "web", "workers"])
def test_no_service_starts_without_its_settings(image: Image, name: str, tmp_path: Path) -> None:
    command, environment = image.service(name, {"SMS_CHANNEL": "console", "SITE_URL": "http://portal.example"})
    log = tmp_path / "log"
    assert image.start(command, environment, log).wait(patience()) != 0
    assert "SMS_CHANNEL=console" in log.read_text()
    assert "SITE_URL" in log.read_text()


def test_compose_waits_for_nothing_that_does_not_end_and_lets_every_setting_in() -> None:
    services = compose()["services"]
    ours = {name for name, one in services.items() if one.get("image") == "enrollment-portal"}
    assert ours == {"keys", "migrate", "web", "workers"}
    for name in ours - {"keys"}:
        assert services[name]["read_only"] is True
        assert services[name]["env_file"] == ["portal.env"]
        assert "./secrets:/run/secrets:ro" in services[name]["volumes"]
    for name, one in services.items():
        for waited, how in (one.get("depends_on") or {}).items() if isinstance(one.get("depends_on"), dict) else ():
            assert waited in services, name
            if how["condition"] == "service_completed_successfully":
                assert services[waited]["restart"] == "no"
            else:
                assert "healthcheck" in services[waited]


def test_image_linters_and_tests_agree_on_one_version_of_python() -> None:
    of_image = next(argument for _name, argument in instructions() if argument.startswith("BASE_IMAGE="))
    assert re.search(r"@sha256:[0-9a-f]{64}$", of_image), "a tag alone is another image tomorrow"
    declared = tomllib.loads((BASE / "pyproject.toml").read_text())
    version = re.search(r"python:(\d+\.\d+)", of_image)
    assert version is not None
    assert declared["tool"]["mypy"]["python_version"] == version[1]
    assert declared["tool"]["ruff"]["target-version"] == f"py{version[1].replace('.', '')}"
    assert declared["project"]["requires-python"] == f">={version[1]}"

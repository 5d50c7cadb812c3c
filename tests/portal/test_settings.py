"""Settings fail fast in production and work with nothing set locally."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

NEEDED = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "FIELD_KEYS": f"k1:{secrets.token_hex(32)}",
    "INDEX_KEY": secrets.token_hex(32),
    "AGENCY_SECRET": secrets.token_hex(32),
    "DATABASE_URL": "postgres://u:p@db/portal",
    "REDIS_URL": "redis://valkey:6379/0",
    "ALLOWED_HOSTS": "portal.example, www.portal.example",
}
ADDRESSES = {
    "CSRF_TRUSTED_ORIGINS": "https://portal.example",
    "SITE_URL": "https://portal.example",
    "AGENCY_BASE_URL": "https://exchange.example",
    "SMS_CHANNEL": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    "TWILIO_FROM": "+15005550006",
}


SHOWN = "from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.SESSION_COOKIE_SECURE, s.DEMO)"


def start(
    environment: dict[str, str], tmp_path: Path, command: tuple[str, ...] = ("-c", SHOWN)
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in {*NEEDED, "DJANGO_SETTINGS_MODULE"}}
    environment = {**clean, "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_production_names_what_is_missing(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in NEEDED.items() if name != missing}
    done = start({"PORTAL_MODE": "production", **given}, tmp_path)
    assert done.returncode != 0
    assert missing in done.stderr


def test_production_takes_secrets_from_files_and_shows_no_demonstration(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text(NEEDED["SECRET_KEY"])
    given = {**NEEDED, **ADDRESSES, "SECRET_KEY_FILE": str(secret), "DEMO": "1"}
    del given["SECRET_KEY"]
    done = start({"PORTAL_MODE": "production", **given}, tmp_path)
    assert done.stdout.split() == ["db", "True", "False"], done.stderr


def test_local_mode_needs_nothing_and_keeps_its_secrets_private(tmp_path: Path) -> None:
    first, second = start({}, tmp_path), start({}, tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    for path in (tmp_path / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    done = start({"PORTAL_MODE": "produktion"}, tmp_path)
    assert "local or production" in done.stderr


def test_production_tells_every_fault_at_once(tmp_path: Path) -> None:
    wrong = {"DEBUG": "1", "INDEX_KEY": "0" * 64, "ALLOWED_HOSTS": "*", "SMS_CHANNEL": "console"}
    done = start({"PORTAL_MODE": "production", **NEEDED, **ADDRESSES, **wrong}, tmp_path)
    assert done.returncode != 0
    assert all(name in done.stderr for name in wrong), done.stderr


def test_django_finds_nothing_to_improve_before_deployment(tmp_path: Path) -> None:
    sound = {"PORTAL_MODE": "production", **NEEDED, **ADDRESSES}
    check = ("manage.py", "check", "--deploy", "--fail-level", "WARNING", "-t", "security", "-t", "configuration")
    done = start(sound, tmp_path, check)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    done = start({**sound, "TWILIO_FROM": "", "AGENCY_RATE": "0"}, tmp_path, check)
    assert done.returncode != 0
    assert "TWILIO_FROM" in done.stderr
    assert "AGENCY_RATE" in done.stderr


@pytest.mark.parametrize("process", [("-c", "import portal.wsgi"), ("-m", "portal.workers"), ("manage.py", "prepare")])
def test_no_process_starts_with_a_channel_that_lacks_its_settings(process: tuple[str, ...], tmp_path: Path) -> None:
    done = start({"PORTAL_MODE": "production", **NEEDED, **ADDRESSES, "TWILIO_FROM": ""}, tmp_path, process)
    assert done.returncode != 0
    assert "TWILIO_FROM" in done.stderr


def test_every_setting_is_told_in_the_operations_page() -> None:
    base = Path(settings.BASE_DIR)
    code = (base / "portal/settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|_listed|_secret)\(\s*"([A-Z_]+)"', code)) - {"FIELD_KEY"}
    assert len(read) > 20
    told = (base / "docs/operations.md").read_text()
    assert sorted(name for name in read if f"`{name}`" not in told) == []


def test_who_checks_before_deployment_is_told_that_this_is_no_server_yet(tmp_path: Path) -> None:
    done = start({}, tmp_path, ("manage.py", "check", "--deploy", "-t", "configuration"))
    assert done.returncode != 0
    assert "PORTAL_MODE=production" in done.stderr


def test_a_database_that_is_not_there_is_told_by_its_setting(tmp_path: Path) -> None:
    nowhere = {"PORTAL_MODE": "production", **NEEDED, **ADDRESSES, "DATABASE_URL": "postgres://u:p@127.0.0.1:9/none"}
    done = start(nowhere, tmp_path, ("manage.py", "prepare"))
    assert done.returncode != 0
    assert "DATABASE_URL: the database on 127.0.0.1 does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_carriers_and_agencies_complain_in_the_language_of_the_other_faults(tmp_path: Path) -> None:
    lacking = {"PORTAL_MODE": "production", **NEEDED, **ADDRESSES, "TWILIO_FROM": ""}
    done = start(lacking, tmp_path, ("manage.py", "check", "-t", "configuration"))
    assert "TWILIO_FROM" in done.stderr
    assert not re.search(r"[\u4e00-\u9fff]", done.stderr)

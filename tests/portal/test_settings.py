"""Settings fail fast in production and work with nothing set locally."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

NEEDED = {
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": "k1:" + "ab" * 32,
    "INDEX_KEY": "i" * 40,
    "AGENCY_SECRET": "a" * 40,
    "DATABASE_URL": "postgres://u:p@db/portal",
    "REDIS_URL": "redis://valkey:6379/0",
    "ALLOWED_HOSTS": "portal.example",
}


def start(environment: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in {*NEEDED, "DJANGO_SETTINGS_MODULE"}}
    code = (
        "from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.SESSION_COOKIE_SECURE, s.DEMO)"
    )
    environment = {**clean, "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", code],
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
    given = {**NEEDED, "SECRET_KEY_FILE": str(secret), "DEMO": "1"}
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

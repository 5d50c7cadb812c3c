"""What production refuses, as a table: each fault alone, told in words that name the setting."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from foundation.environment import Declared, Environment
from portal import keys
from portal.safety import Given, faults

SOUND = Given(
    debug=False,
    secret_key="q8Z2mV0c7bKx4Rt9LpWn3Hs6Jd1Gf5YaEuTiOoPzXcVbNmQwErT",
    field_keys="k2:9f86d081884c7d659a2feaa0c55ad015,k1:a3bf4f1b2b0b822cd15d6c15b0f00a08",
    index_key="0b822cd15d6c15b0f00a08a3bf4f1b2b",
    agency_secret="d15d6c15b0f00a08a3bf4f1b2b0b822c",
    allowed_hosts=("portal.example", ".schools.example"),
    trusted_origins=("https://portal.example",),
    site_url="https://portal.example",
    agency_url="https://exchange.example",
    database_url="postgres://u:p@db/portal",
    redis_url="redis://valkey:6379/0",
    sms_channel="twilio",
)
BROKEN = [
    ({"debug": True}, "DEBUG"),
    ({"secret_key": "short"}, "SECRET_KEY has 5"),
    ({"secret_key": "ab" * 40}, "SECRET_KEY repeats"),
    ({"index_key": "0" * 64}, "INDEX_KEY repeats"),
    ({"index_key": ""}, "INDEX_KEY has 0"),
    ({"agency_secret": "1234"}, "AGENCY_SECRET has 4"),
    ({"agency_secret": SOUND.index_key}, "the same secret"),
    ({"field_keys": f"k1:{SOUND.index_key}"}, "the same secret"),
    ({"field_keys": "k1:" + "00" * 16}, "FIELD_KEYS: the key 'k1' repeats"),
    ({"field_keys": SOUND.field_keys.replace("k1", "k2")}, "stands there twice"),
    ({"field_keys": "k1:abc"}, "FIELD_KEYS is"),
    ({"field_keys": SOUND.index_key}, "FIELD_KEYS is"),
    ({"field_keys": ""}, "FIELD_KEYS is"),
    ({"allowed_hosts": ("*",)}, "ALLOWED_HOSTS must name"),
    ({"allowed_hosts": ("portal.example", "*.example")}, "ALLOWED_HOSTS must name"),
    ({"allowed_hosts": ("portal.example", ".")}, "ALLOWED_HOSTS must name"),
    ({"allowed_hosts": ("https://portal.example", "portal.example")}, "is no host name"),
    ({"site_url": "http://portal.example"}, "SITE_URL"),
    ({"site_url": "portal.example"}, "SITE_URL"),
    ({"site_url": ""}, "SITE_URL"),
    ({"site_url": "https://elsewhere.example"}, "which is not in ALLOWED_HOSTS"),
    ({"trusted_origins": ("http://portal.example",)}, "CSRF_TRUSTED_ORIGINS"),
    ({"agency_url": "http://exchange.example"}, "AGENCY_BASE_URL"),
    ({"agency_url": "http://127.0.0.1:8010"}, "AGENCY_BASE_URL"),
    ({"database_url": "sqlite:///portal.db"}, "DATABASE_URL"),
    ({"redis_url": "amqp://broker"}, "REDIS_URL"),
    ({"sms_channel": "console"}, "SMS_CHANNEL=console"),
]


def test_a_sound_configuration_has_no_fault() -> None:
    assert faults(SOUND) == []
    assert faults(replace(SOUND, site_url="https://first.schools.example")) == []


@pytest.mark.parametrize(("change", "said"), BROKEN, ids=[said for _change, said in BROKEN])
def test_each_fault_alone_is_told_by_its_name(change: dict[str, object], said: str) -> None:
    found = faults(replace(SOUND, **change))  # type: ignore[arg-type]
    assert len([text for text in found if said in text]) == 1, found


@pytest.mark.parametrize("written", ["key\n", "key\r\n", "\ufeffkey\n", "  key \n\n", "key"])
def test_a_secret_from_a_file_is_the_secret_whatever_wrote_it(written: str, tmp_path: Path) -> None:
    (tmp_path / "index_key").write_bytes(written.encode())
    named = Declared({"INDEX_KEY_FILE": str(tmp_path / "index_key"), "INDEX_KEY": "another"})
    assert named["INDEX_KEY"] == "key"
    assert Declared({"SECRETS_DIR": str(tmp_path)})["INDEX_KEY"] == "key"
    assert Declared({"SECRETS_DIR": str(tmp_path), "INDEX_KEY": "nearer"})["INDEX_KEY"] == "nearer"
    (tmp_path / "index_key").rename(tmp_path / "INDEX_KEY")
    assert Declared({"SECRETS_DIR": str(tmp_path)})["INDEX_KEY"] == "key"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"two\nlines", "control character"),
        (b"a\x00b", "control character"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"x" * 70_000, "larger than"),
        (b"$OTHER", "begins with \\$"),
        (b'"in quotes"', "quotation marks"),
        (b"'in quotes'", "quotation marks"),
    ],
)
def test_what_is_no_secret_is_refused_by_name(raw: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(raw)
    with pytest.raises(ImproperlyConfigured, match=f"INDEX_KEY.*{said}"):
        Declared({"INDEX_KEY_FILE": str(tmp_path / "key")})["INDEX_KEY"]
    with pytest.raises(ImproperlyConfigured, match=r"INDEX_KEY.*cannot be read"):
        Declared({"INDEX_KEY_FILE": str(tmp_path / "nowhere")})["INDEX_KEY"]
    if said == "control character":
        with pytest.raises(ImproperlyConfigured, match=said):
            Declared({"INDEX_KEY": raw.decode()})["INDEX_KEY"]


def test_what_stands_nowhere_has_its_default() -> None:
    assert Environment().str("NOBODY_EVER_SET_THIS", "default") == "default"
    assert "PATH" in Declared(os.environ)


def test_keys_are_made_once_for_their_owner_only_and_are_sound(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    names = keys.made(folder)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(names) == set(first)
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in folder.iterdir())
    found = Declared({"SECRETS_DIR": str(folder)})
    given: dict[str, Any] = {
        name: found[name.upper()] for name in ("secret_key", "field_keys", "index_key", "agency_secret")
    }
    assert faults(replace(SOUND, database_url=found["DATABASE_URL"], **given)) == []
    assert found["DATABASE_PASSWORD"] in found["DATABASE_URL"]
    (folder / "index_key").unlink()
    assert keys.made(folder) == ["index_key"]
    assert {path.name: path.read_text() for path in folder.iterdir() if path.name != "index_key"} == {
        name: text for name, text in first.items() if name != "index_key"
    }

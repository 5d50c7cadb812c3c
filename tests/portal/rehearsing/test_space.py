"""The space of a rehearsal: what it is called, what it is told, and that only what is its own is ever dropped."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from portal.rehearsing.space import (
    KEPT,
    Space,
    create,
    database_url,
    drop,
    environment,
    left_over,
    number_in,
    space_of,
    stem,
    wipe,
)

SERVER = {
    "USER": "por tal",
    "PASSWORD": "p@ss/word",
    "HOST": "/tmp/a b",
    "PORT": "5433",
    "OPTIONS": {"sslmode": "require"},
}
REAL = {
    "PATH": "/usr/bin",
    "PORTAL_MODE": "production",
    "SECRET_KEY": "a",
    "SECRET_KEY_FILE": "/run/secrets/secret_key",
    "SECRETS_DIR": "/run/secrets",
    "FIELD_KEYS": "k1:aa",
    "INDEX_KEY": "b",
    "AGENCY_SECRET": "c",
    "AGENCY_SECRETS": "police=d",
    "AGENCY_BASE_URL": "https://exchange.example",
    "AGENCY_CERTIFICATES": "/etc/certificates",
    "TWILIO_AUTH_TOKEN": "e",
    "SMS_CHANNEL": "twilio",
    "OIDC_PROVIDERS_FILE": "/etc/providers.yaml",
    "IDENTITY_SECRET": "f",
    "FACE_SERVICE_FILE": "/etc/face.yaml",
    "CASE_BATCH_KEY": "g",
    "DATABASE_URL": "postgres://real",
    "DATABASE_URL_FILE": "/run/secrets/database_url",
    "REDIS_URL": "redis://real",
    "MAP_TILES": "https://tiles.example/{z}/{x}/{y}.png",
}


def test_a_space_is_told_an_allow_list_and_nothing_of_the_real_site() -> None:
    space = Space(7, "portal_rehearsal_7", Path("/var/portal/rehearsals/portal_rehearsal_7"))
    told = environment(space, REAL, server=SERVER, broker="redis+socket:///tmp/x?virtual_host=0")
    assert told["PORTAL_MODE"] == "local"
    assert told["SMS_CHANNEL"] == "console"
    assert told["VAR_DIR"] == str(space.folder)
    assert told["DATABASE_URL"].endswith("/portal_rehearsal_7?sslmode=require")
    assert told["PATH"] == REAL["PATH"]
    own = {"DATABASE_URL", "REDIS_URL", "SMS_CHANNEL", "PORTAL_MODE"}
    assert {*told} & {*REAL} == {"PATH", *own}
    assert {name: told[name] for name in own if told[name] == REAL[name]} == {}
    assert not any("KEY" in name or "SECRET" in name or "TOKEN" in name for name in KEPT)


def test_another_database_of_the_same_server_whatever_its_password_is() -> None:
    assert database_url(SERVER, "x_rehearsal_1") == (
        "postgres://por%20tal:p%40ss%2Fword@%2Ftmp%2Fa%20b:5433/x_rehearsal_1?sslmode=require"
    )
    bare = {"USER": "portal", "PASSWORD": "", "HOST": "db", "PORT": "", "OPTIONS": {}}
    assert database_url(bare, "y") == "postgres://portal@db/y"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("portal_rehearsal_12", 12),
        ("portal", None),
        ("portal_rehearsal_", None),
        ("portal_rehearsal_12x", None),
        ("portal2_rehearsal_12", None),
        ("portal_rehearsal_12_rehearsal_3", None),
        ("xportal_rehearsal_12", None),
    ],
)
def test_whose_rehearsal_a_database_is(name: str, number: int | None) -> None:
    assert number_in(name, "portal") == number


def test_a_long_name_stays_apart_from_another_long_one_and_within_what_postgresql_keeps() -> None:
    first, second = "a" * 45 + "x", "a" * 45 + "y"
    assert stem(first) != stem(second)
    assert len(f"{stem(first)}_rehearsal_999999999999") <= 63
    assert number_in(f"{stem(first)}_rehearsal_4", first) == 4
    assert number_in(f"{stem(first)}_rehearsal_4", second) is None


@pytest.mark.django_db
def test_nothing_but_a_rehearsal_is_ever_dropped() -> None:
    for name in (str(connection.settings_dict["NAME"]), "postgres", "template1"):
        with pytest.raises(ValueError, match="no rehearsal"):
            drop(name)


@pytest.mark.django_db(transaction=True)
def test_a_database_is_made_like_the_real_one_found_and_wiped(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    space = space_of(987)
    assert space.folder.parent == tmp_path / "rehearsals"
    (space.folder / "documents").mkdir(parents=True)
    create(space)
    try:
        assert left_over() == {987}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT (datcollate, datctype, encoding)) FROM pg_database"
                " WHERE datname IN (current_database(), %s)",
                [space.database],
            )
            assert cursor.fetchone()[0] == 1
    finally:
        wipe(space)
    assert left_over() == set()
    wipe(space)  # twice is once

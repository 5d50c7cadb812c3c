"""The test databases: migrated once and copied for each process, and emptied by what was touched.

A migrated database takes ten seconds of a processor, a copy of one a fraction of a second. The migrated one is named by
a digest of all that makes it, and kept in the scratch servers: with the same migrations the next run copies it, too.
"""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations

PREFIX = "migrated_"
TRIES = 5
KEPT = ("django_migrations", "django_content_type", "auth_permission")  # made by the migrations, not by a test
HOLDING = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 AND relname <> ALL (%s)
"""


def digest() -> str:
    """Of everything that decides what a migrated database holds."""
    base = Path(settings.BASE_DIR)
    files = sorted(path for pattern in ("*/migrations/*.py", "foundation/*.py") for path in base.glob(pattern))
    found = hashlib.sha256()
    for path in (*files, base / "portal" / "settings.py", base / "requirements.txt"):
        found.update(f"{path.relative_to(base)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def _server() -> Iterator["psycopg2.extensions.cursor"]:
    """The server itself, outside any transaction."""
    here = connection.settings_dict
    parameters = {"host": here["HOST"], "port": here["PORT"] or None, "user": here["USER"]}
    with closing(psycopg2.connect(**parameters, password=here["PASSWORD"] or None, dbname="postgres")) as wire:
        wire.autocommit = True
        with wire.cursor() as cursor:
            yield cursor


def migrated() -> str:
    """The name of a migrated database to copy; of several processes one makes it and the others wait."""
    name = PREFIX + digest()
    with (Path(settings.VAR_DIR) / "migrated.lock").open("w") as lock, _server() as cursor:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {str(row[0]) for row in cursor.fetchall()}
        if name not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            half = f"{PREFIX}half"
            cursor.execute(f'CREATE DATABASE "{half}"')
            _migrate(half)
            cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def _migrate(name: str) -> None:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def copy_for_tests() -> None:
    """Tell Django to make its test database as a copy, and not to migrate it."""
    connection.settings_dict["TEST"] |= {"TEMPLATE": migrated(), "MIGRATE": False}


def end_sessions() -> None:
    """End what sessions are left on the test database, which could not be dropped beside them: tests kill processes,
    and PostgreSQL ends a dead one's session in its own time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _empty(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    """Instead of every table only those that hold something. A worker still at work when a test ends may hold what is
    wanted here: who loses a deadlock tries again."""
    for attempt in range(TRIES):
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(HOLDING, [list(KEPT)])
                if names := [row[0] for row in cursor.fetchall()]:
                    cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        except OperationalError as problem:
            if "deadlock" not in str(problem) or attempt == TRIES - 1:
                raise
        else:
            return


@contextmanager
def emptied_by_what_was_touched() -> Iterator[None]:
    """While the block runs, Django's flush empties the tables that hold something, and makes nothing anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty)
        # content types and permissions are kept
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_given, **_named: None)
        yield

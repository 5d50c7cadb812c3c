"""The space of one rehearsal: a database, a broker and a folder of its own, all gone when it ends.

What runs in it is told everything it may know by ``environment``: an allow-list, so no secret of a carrier, an agency,
a sign-in provider or of the encryption of real data is in the environment of any of its processes. It sends no message
(the channel writes into its own folder) and asks no agency but the mock ones on its own ports.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from portal.embedded import Places, Valkey, open_log
from portal.static_files import collected

# what a process needs to run at all; none of them is a setting of the portal
KEPT: Final = ("PATH", "HOME", "TMPDIR", "TZ", "PYTHONPYCACHEPREFIX", "NUMBA_CACHE_DIR")
SLOTS: Final = "codes:1,families:1,messages:1,runs:1,sweeps:1,beat:1"
LONGEST_NAME: Final = 40  # of a database as it is in the names of its rehearsals: PostgreSQL cuts a name at 63 bytes
FOLDER: Final = "rehearsals"
MARK: Final = "_rehearsal_"


@dataclass(frozen=True, slots=True)
class Space:
    """Where the rehearsal of a number lives."""

    number: int
    database: str
    folder: Path

    @property
    def season(self) -> Path:
        """The season's folder that is played."""
        return self.folder / "season"

    @property
    def progress(self) -> Path:
        return self.folder / "progress.json"

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    @property
    def log(self) -> Path:
        """What the play itself said."""
        return self.folder / "log" / "rehearsal.log"


def space_of(number: int) -> Space:
    name = f"{stem(str(connection.settings_dict['NAME']))}{MARK}{number}"
    return Space(number, name, root() / name)


def root() -> Path:
    return Path(settings.VAR_DIR) / FOLDER


def stem(database: str) -> str:
    """The name of the real database as its rehearsals' names begin; pure."""
    if len(database) <= LONGEST_NAME:
        return database
    return f"{database[: LONGEST_NAME - 9]}_{hashlib.sha256(database.encode()).hexdigest()[:8]}"


def number_in(name: str, database: str) -> int | None:
    """Whose rehearsal a database is: the number, None for any other database; pure."""
    found = re.fullmatch(rf"{re.escape(stem(database))}{MARK}(\d{{1,12}})", name)
    return int(found.group(1)) if found else None


def database_url(server: Mapping[str, Any], name: str) -> str:
    """Another database on the server of these connection settings; pure."""
    user, password = quote(str(server["USER"]), safe=""), quote(str(server["PASSWORD"] or ""), safe="")
    who = f"{user}:{password}" if password else user
    port = f":{server['PORT']}" if server["PORT"] else ""
    options = urlencode({key: value for key, value in server.get("OPTIONS", {}).items() if isinstance(value, str)})
    return f"postgres://{who}@{quote(str(server['HOST']), safe='')}{port}/{name}" + (f"?{options}" if options else "")


def environment(
    space: Space, given: Mapping[str, str], *, server: Mapping[str, Any], broker: str, static: str = ""
) -> dict[str, str]:
    """All that the processes of a space are told; pure. ``given`` is the environment here, ``static`` where the site's
    built files lie, "" for a space that builds its own.
    """
    return {
        **{name: given[name] for name in KEPT if name in given},
        "LC_ALL": "C.UTF-8",
        "PORTAL_MODE": "local",  # secrets of its own, made in its folder
        "VAR_DIR": str(space.folder),
        "DATABASE_URL": database_url(server, space.database),
        "REDIS_URL": broker,
        "SMS_CHANNEL": "console",
        "SMS_QUIET_HOURS": "",
        "DECISION_HOLD": "0",  # nobody looks again at the decisions of a synthetic reviewer
        "WORKER_SLOTS": SLOTS,
        "LOG_LEVEL": "WARNING",
        **({"STATIC_ROOT": static} if static else {}),
    }


def built_static() -> str:
    """Where the real site's static files lie, if they are the newest: a space reads them and builds none."""
    root = Path(settings.STATIC_ROOT)
    return str(root) if collected(root, settings.BASE_DIR) else ""


# -- the database ------------------------


def may_create() -> bool:
    """Whether the portal's database user may create the database of a rehearsal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def database_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def create(space: Space) -> None:
    """Make the empty database, sorted as the real one. Not inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")
        collate, ctype = cursor.fetchone()
        cursor.execute(
            f"CREATE DATABASE {connection.ops.quote_name(space.database)}"
            " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE %s LC_CTYPE %s",
            [collate, ctype],
        )


def wipe(space: Space) -> None:
    """Drop the database, whoever is still connected to it, and delete the folder; nothing where both are gone."""
    drop(space.database)
    shutil.rmtree(space.folder, ignore_errors=True)


def drop(database: str) -> None:
    """Not inside a transaction. Raises ValueError for any database that is no rehearsal's."""
    if number_in(database, str(connection.settings_dict["NAME"])) is None:
        raise ValueError(f"{database} is no rehearsal of this portal")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(database)} WITH (FORCE)")


def left_over() -> set[int]:
    """The numbers of all rehearsals of which a database or a folder is there."""
    here = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{stem(here)}{MARK}"])
        found = {number_in(str(name), here) for (name,) in cursor.fetchall()}
    with suppress(FileNotFoundError):
        found |= {number_in(one.name, here) for one in root().iterdir()}
    return {number for number in found if number is not None}


# -- the broker ------------------------


@contextmanager
def broker(space: Space) -> Iterator[str]:
    """A broker of the space's own while the block runs; its address. Raises EmbeddedError."""
    places = Places.of(space.folder)
    places.make_sockets()
    server = Valkey(places)
    try:
        with open_log(space.folder, "valkey") as log:
            server.start(log)
        yield places.redis_url
    finally:
        server.stop()
        with suppress(OSError):
            places.valkey_socket.unlink(missing_ok=True)
            places.sockets.rmdir()

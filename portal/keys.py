"""The secrets of a server, made once: ``python -m portal.keys FOLDER``. Needs no setting and no database.

Files that are there are kept: a second run changes nothing. Each holds one line and can be read by its owner only; run
as root (in the container), they are given to the user the portal runs as.
"""

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from foundation.secret_files import fresh_key, kept

OWNER = 10001  # the user of the image; see Dockerfile
DATABASE = "postgres://portal:{password}@postgres:5432/portal"


def _key() -> str:
    return f"{fresh_key()}\n"  # one line a file, as an editor would leave it


def made(folder: Path) -> list[str]:
    """Write what is missing; the names of the new files. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    makers: dict[str, Callable[[], str]] = {
        "database_password": _key,
        "database_url": lambda: f"{DATABASE.format(password=(folder / 'database_password').read_text().strip())}\n",
        "secret_key": lambda: f"{secrets.token_urlsafe(48)}\n",
        "field_keys": lambda: f"k1:{_key()}",
        "index_key": _key,
        "agency_secret": _key,
    }
    fresh = [name for name in makers if not (folder / name).exists()]
    for name in fresh:
        kept(folder / name, makers[name])
        (folder / name).chmod(0o400)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, OWNER, OWNER)
    return fresh


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m portal.keys FOLDER\n")
        return 2
    folder = Path(sys.argv[1])
    fresh = made(folder)
    if "agency_secret" in fresh:
        fresh_note = "agency_secret is a new one: if your data exchange gave you a secret, write that into the file"
        sys.stdout.write(f"{fresh_note}\n")
    sys.stdout.write(f"made in {folder}: {', '.join(fresh) or 'nothing, all were there'}\n")
    sys.stdout.write(
        "keep a copy of field_keys and index_key apart from the backups: without them data is unreadable\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

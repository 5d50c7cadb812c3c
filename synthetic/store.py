"""Writes a synthetic city into one SQLite file that the mock agency service reads.

Tables: one per agency (key TEXT, body JSON; a record appears under each of its keys), `family` (id, body JSON with the
claims), `truth` (child id, body JSON), `about` (what the file is: synthetic, and the digest of the whole city).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from foundation.canonical import canonical
from synthetic.family import Family
from synthetic.records import AGENCIES, keys


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: numbers of families and children, and "sha256:..." over all texts stored, in order."""

    families: int
    children: int
    digest: str


def write(
    path: str | Path, families: Iterable[Family], *, progress: Callable[[int], None] | None = None, batch: int = 2000
) -> Written:
    """Stream families into a fresh SQLite file at `path`, which must not exist yet (FileExistsError).

    The file appears under its name only when it is whole; `progress` is called with the number of families so far.
    """
    target = Path(path)
    if target.exists():
        raise FileExistsError(f"{target} exists already; remove it or choose another name")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part)) as database:
            written = _stream(database, families, progress, batch)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return written


def _stream(
    database: sqlite3.Connection, families: Iterable[Family], progress: Callable[[int], None] | None, batch: int
) -> Written:
    # The file is only kept when it is whole, so nothing is lost by not waiting for the disk.
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    for agency in AGENCIES:
        database.execute(f"CREATE TABLE {agency} (key TEXT NOT NULL, body TEXT NOT NULL)")
    database.execute("CREATE TABLE family (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID")
    database.execute("CREATE TABLE truth (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID")
    database.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    count = children = 0
    whole = hashlib.sha256()
    for family in families:
        whole.update(_insert(database, family).encode())
        count += 1
        children += len(family.children)
        if count % batch == 0:
            database.commit()
            if progress:
                progress(count)
    digest = f"sha256:{whole.hexdigest()}"
    for agency in AGENCIES:
        database.execute(f"CREATE INDEX {agency}_key ON {agency} (key)")
    about = {"synthetic": "true", "families": str(count), "children": str(children), "digest": digest}
    database.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    database.commit()
    if progress:
        progress(count)
    return Written(count, children, digest)


def _insert(database: sqlite3.Connection, family: Family) -> str:
    """Insert one family and return all that was inserted as one text, which the digest of the city runs over."""
    body = family.to_json()
    records, labels = body.pop("records"), body.pop("truth")
    said = canonical(body)
    database.execute("INSERT INTO family VALUES (?, ?)", (family.id, said))
    parts = [said]
    truths = [(child, canonical(label)) for child, label in labels.items()]
    database.executemany("INSERT INTO truth VALUES (?, ?)", truths)
    parts += [text for _, text in truths]
    for agency in AGENCIES:
        for record in records[agency]:
            text = canonical(record)
            rows = [(key, text) for key in keys(record)]
            database.executemany(f"INSERT INTO {agency} VALUES (?, ?)", rows)  # noqa: S608 - a fixed list of names
            parts += [agency, text]
    return "\n".join(parts)

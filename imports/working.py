"""What a worker does with a table: check it, store it, undo it. Never a half of any.

Each is one transaction under a lock of the database that falls with a killed worker: the row is then found by its state
again, and the work begins anew. What a worker reads and keeps does not grow with the table: rows go by in batches.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from foundation import clock, files
from foundation.canonical import canonical
from foundation.errors import Refused
from foundation.locks import lock
from foundation.progress import report
from imports.kinds import Data, Entry, Kind, Place
from imports.models import Import, ImportBatch
from imports.reading import OpenTable, ReadRow, reading
from imports.sheets import Returned, in_words
from imports.stamps import stamp_of
from imports.states import ImportEvent

BATCH: Final = 2000
SHOWN: Final = 12  # first rows of each sort that the page shows
SHOWN_WRONG: Final = 50


class Overtaken(Refused):
    """What was compared with is not what stands now."""


@dataclass(slots=True)
class Compared:
    """What a table changes, so far."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "changed", "same", "gone"), 0))
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    before: Any = field(default_factory=sha256)
    after: Any = field(default_factory=sha256)

    def add(self, kind: Kind, key: str, who: str, before: Data | None, after: Data | None, line: int = 0) -> str:
        """One row: how it stands to what is there."""
        for digest, data in ((self.before, before), (self.after, after)):
            digest.update(canonical([key, data]).encode() + b"\n")
        sort = "gone" if after is None else "new" if before is None else "same" if before == after else "changed"
        self.counts[sort] += 1
        rows = self.shown.setdefault(sort, [])
        if len(rows) < SHOWN:
            old, new = (kind.shown(one) if one is not None else {} for one in (before, after))
            names = dict.fromkeys((*new, *old))
            cells = [{"name": name, "before": old.get(name, ""), "after": new.get(name, "")} for name in names]
            rows.append({"line": line, "who": who, "cells": cells})
        return sort


def progress_name(import_id: int) -> str:
    return f"import:{import_id}"


def check(made: Import, kind: Kind, place: Place) -> dict[str, Any]:
    """The dry run: the values that the import takes on, its next step among them. Stores nothing of the table."""
    compared, wrong, rows = Compared(), _Wrong(), 0
    with reading(made.sha256, kind, place) as table:
        returned = Returned(table.heading)
        keys: set[str] = set()
        for batch in _batches(table, made, "checking"):
            rows += sum(bool(row.cells) for row in batch)
            for row in batch:
                returned.add(row)
                wrong.add(row)
            entries = [row.entry for row in batch if row.entry is not None]
            keys |= {entry.key for entry in entries} if kind.whole else set()
            if not wrong.count:
                lines = {row.entry.key: row.line for row in batch if row.entry is not None}
                _compare(kind, place, entries, compared, lines)
        unread = list(table.unread)
    if kind.whole and not wrong.count:
        _gone(kind, place, keys, compared)
    if not rows:
        raise Refused(_("The table has no row below the names of its columns."), code="no_rows", field="file")
    counts = {"rows": rows, **(dict.fromkeys(compared.counts, 0) if wrong.count else compared.counts)}
    values: dict[str, Any] = {
        "counts": {**counts, "wrong": wrong.count},
        "report": {"wrong": wrong.shown, "unread": unread, **({} if wrong.count else compared.shown)},
        "event": ImportEvent.FIND_WRONG if wrong.count else ImportEvent.FIND_READY,
        "seen": stamp_of(kind, place),
        "before_digest": "" if wrong.count else compared.before.hexdigest(),
        "after_digest": "" if wrong.count else compared.after.hexdigest(),
    }
    if wrong.count:
        report(progress_name(made.pk), "returning", rows, rows)
        values["returned"] = files.store(returned.close())
    return values


@dataclass(slots=True)
class _Wrong:
    count: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: ReadRow) -> None:
        if row.problems:
            self.count += 1
            if len(self.shown) < SHOWN_WRONG:
                self.shown.append({"line": row.line, "words": in_words(row)})


def _batches(table: OpenTable, made: Import, phase: str) -> Iterator[tuple[ReadRow, ...]]:
    done = 0
    name = progress_name(made.pk)
    report(name, phase, 0, table.rows)
    while batch := tuple(islice(table.read, BATCH)):
        yield batch
        done += len(batch)
        report(name, phase, min(done, table.rows), table.rows)


def _compare(
    kind: Kind, place: Place, entries: Iterable[Entry], compared: Compared, lines: Mapping[str, int]
) -> dict[str, tuple[Data | None, Data | None]]:
    """Compare a batch with what stands; what is to be changed, or of a ``whole`` kind everything: before and after."""
    rows = list(entries)
    there = kind.stored(place, [one.key for one in rows])
    changes: dict[str, tuple[Data | None, Data | None]] = {}
    for one in rows:
        before = there.get(one.key)
        after = kind.joined(before, one.data)
        sort = compared.add(kind, one.key, one.who, before, after, lines.get(one.key, 0))
        if sort != "same" or kind.whole:
            changes[one.key] = (before, after)
    return changes


def _gone(kind: Kind, place: Place, keys: set[str], compared: Compared) -> dict[str, tuple[Data | None, Data | None]]:
    there = kind.stored(place, None)
    gone = {key: there[key] for key in sorted(there.keys() - keys)}
    for key, data in gone.items():
        compared.add(kind, key, "", data, None)
    return {key: (data, None) for key, data in gone.items()}


def apply(made: Import, kind: Kind, place: Place) -> None:
    """Store the table. Raises Overtaken, Refused (it may not come in any more); then nothing is stored."""
    _alone(kind, place)
    compared, number = Compared(), 0
    keys: set[str] = set()
    everything: dict[str, tuple[Data | None, Data | None]] = {}
    with reading(made.sha256, kind, place) as table:
        for batch in _batches(table, made, "storing"):
            if any(row.problems for row in batch):
                row = next(row for row in batch if row.problems)
                text = _("Row %(row)d is not right any more: %(words)s") % {"row": row.line, "words": in_words(row)}
                raise Overtaken(text, code="stale")
            entries = [row.entry for row in batch if row.entry is not None]
            changes = _compare(kind, place, entries, compared, {})
            if kind.whole:
                keys |= {entry.key for entry in entries}
                everything |= changes
            elif changes:
                number += 1
                _store(made, kind, place, number, changes)
    if kind.whole:
        everything |= _gone(kind, place, keys, compared)
        _store(made, kind, place, 1, everything)
    if compared.before.hexdigest() != made.before_digest or compared.after.hexdigest() != made.after_digest:
        text = _("What stands has been changed since the table was checked. Check it again and look at it anew.")
        raise Overtaken(text, code="stale")
    kind.after(made, undo=False)
    _note(made, "apply", made.decided_by, before=made.before_digest, after=made.after_digest)


def _alone(kind: Kind, place: Place) -> None:
    lock(f"import {kind.name} {place.key}")
    kind.guard(place)


def _store(
    made: Import, kind: Kind, place: Place, number: int, changes: Mapping[str, tuple[Data | None, Data | None]]
) -> None:
    ImportBatch.objects.create(made=made, number=number, body={key: list(pair) for key, pair in changes.items()})
    after = {key: pair[1] for key, pair in changes.items()}
    kind.store(place, _standing(after) if kind.whole else after, made)


def _standing(rows: Mapping[str, Data | None]) -> dict[str, Data | None]:
    """Of a ``whole`` kind what is to stand; what is not among it goes."""
    return {key: data for key, data in rows.items() if data is not None}


def undo(made: Import, kind: Kind, place: Place) -> None:
    """Put back what stood before. Raises Refused (used meanwhile, or changed by something else)."""
    _alone(kind, place)
    if why := kind.used(made):
        raise Refused(why, code="used")
    numbers = list(made.batches.order_by("-number").values_list("number", flat=True))
    for at, number in enumerate(numbers):
        report(progress_name(made.pk), "undoing", at, len(numbers))
        body = made.batches.get(number=number).body
        there = kind.stored(place, None if kind.whole else list(body))
        if dict(there) != {key: pair[1] for key, pair in body.items() if pair[1] is not None}:
            text = _("What this table brought in has been changed since: it cannot be undone as a whole any more.")
            raise Refused(text, code="changed_since")
        before = {key: pair[0] for key, pair in body.items()}
        kind.store(place, _standing(before) if kind.whole else before, made, undo=True)
    kind.after(made, undo=True)
    _note(made, "undone", made.undone_by, before=made.after_digest, after=made.before_digest)


def _note(made: Import, action: str, actor: Any, **details: str) -> None:
    record(
        actor=actor,
        action=f"import.{action}",
        object_type="import",
        object_id=made.pk,
        district=made.district_code,
        details={"kind": made.kind, "place": made.place, "sha256": made.sha256, "counts": made.counts, **details},
    )


Work = Callable[[Import, Kind, Place], None]


def stored(made: Import, work: Work, kind: Kind, place: Place) -> str:
    """Do ``work`` whole or not at all; why it could not be done, or ""."""
    try:
        with transaction.atomic():
            work(made, kind, place)
    except Refused as problem:
        return problem.message
    return ""


def moments(event: ImportEvent) -> dict[str, Any]:
    """What a step of a worker sets beside the state."""
    now = clock.now()
    return {ImportEvent.APPLY: {"applied_at": now}, ImportEvent.UNDONE: {"undone_at": now}}.get(event) or {}

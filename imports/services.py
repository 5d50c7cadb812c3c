"""Bringing a table in: by one person, checked by a worker, taken by another person; and undoing it in the same way.

The request only authorises, bounds and stores the bytes. Workers find what is to be done by its state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from foundation import clock, files
from foundation.confined import Busy as ReaderBusy
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from foundation.locks import Busy, lock_or_busy
from foundation.steps import make_step
from imports import working
from imports.kinds import Kind, Place, kind_of, may
from imports.models import Import
from imports.stamps import overtaken_by
from imports.states import AT_WORK, IMPORT, OPEN, STANDS, ImportEvent

LANE: Final = "runs"
MOST_ATTEMPTS: Final = 5
State = Import.State


def place_for(account: Account, kind_name: str, key: str) -> tuple[Kind, Place]:
    """The kind and the place, if the person may bring tables in there. Raises NotAllowed."""
    kind = kind_of(kind_name)
    place = kind.place(key) if kind else None
    if kind is None or place is None or not may(account, kind, place):
        raise NotAllowed(_("You may not bring in such a table here."))
    return kind, place


def import_upload(*, official: Account, kind: str, place: str, content: bytes, file_name: str) -> Import:
    """Store the bytes of a table for a worker; the same open table again is that import.

    Raises NotAllowed, Refused (nothing, too large, not now).
    """
    found, where = place_for(official, kind, place)
    with transaction.atomic():
        found.guard(where)
    if not content:
        raise Refused(_("The file is empty. Please choose the table again."), code="empty", field="file")
    if len(content) > found.most_bytes:
        most = found.most_bytes // 1024**2
        raise Refused(_("This file is too large: at most %(most)d MB.") % {"most": most}, code="size", field="file")
    digest = files.store(content)
    try:
        with transaction.atomic():
            return _upload(official, found, where, digest, len(content), file_name)
    except IntegrityError:  # pressed twice: it is there
        return Import.objects.get(kind=found.name, place=where.key, sha256=digest, state__in=OPEN)


def _upload(official: Account, kind: Kind, place: Place, digest: str, size: int, file_name: str) -> Import:
    made = Import.objects.create(
        kind=kind.name,
        place=place.key,
        label=place.label[:200],
        district_code=place.district,
        school_code=place.school,
        file_name=file_name.replace("\0", "")[-200:] or "-",
        sha256=digest,
        size=size,
        uploaded_by=official,
        uploaded_at=clock.now(),
    )
    _note(made, "upload", official)
    ring_on_commit(LANE)
    return made


def import_for(account: Account, import_id: int, *, locked: bool = False) -> tuple[Import, Kind, Place]:
    """The import with its kind and place, if it is in the person's care. Raises NotAllowed."""
    rows = Import.objects.select_for_update(of=("self",)) if locked else Import.objects.all()
    made = rows.select_related("uploaded_by", "decided_by", "undo_by", "undone_by").filter(pk=import_id).first()
    if made is None:
        raise NotAllowed(_("There is no such table in your care."))
    kind, place = place_for(account, made.kind, made.place)
    return made, kind, place


def import_take(*, official: Account, import_id: int, token: str = "") -> Import:
    """The second person takes a checked table; a worker stores it. Raises NotAllowed, Refused.

    A table that was checked against what no longer stands is not taken: it is marked as overtaken, and says by what.
    """

    def look() -> Import:
        made, kind, place = import_for(official, import_id, locked=True)
        _refuse_unless(made, State.READY)
        if made.uploaded_by_id == official.pk:
            raise Refused(_("You brought this table in. A second, different person must take it."), code="same_person")
        if not made.changes:
            raise Refused(_("The table changes nothing: there is nothing to take."), code="nothing")
        kind.guard(place)
        return made

    _refuse_overtaken(official, import_id)
    with _second(official, import_id, look, token) as made:
        _step(made, ImportEvent.TAKE, decided_by=official, decided_at=clock.now(), attempts=0)
        _note(made, "take", official)
        ring_on_commit(LANE)
    return made


@contextmanager
def _second(official: Account, import_id: int, look: Callable[[], Import], token: str) -> Iterator[Import]:
    """A transaction of the second person, with a one-time password where the table touches rights."""
    if import_for(official, import_id)[1].password:
        with WithPassword(look, person=official, token=token) as made:
            yield made
    else:
        with transaction.atomic():
            yield look()


def _refuse_overtaken(official: Account, import_id: int) -> None:
    with transaction.atomic():
        made, kind, place = import_for(official, import_id, locked=True)
        why = overtaken_by(made, kind, place) if made.state == State.READY else ""
        if why:
            _step(made, ImportEvent.OVERTAKE, problem=why)
            _note(made, "overtake", official)
    if why:
        raise Refused(why, code="stale")


@transaction.atomic
def import_refuse(*, official: Account, import_id: int) -> Import:
    """Put a table that was not taken aside. Raises NotAllowed, Refused."""
    made, _kind, _place = import_for(official, import_id, locked=True)
    _refuse_unless(made, State.READY, State.STALE)
    _step(made, ImportEvent.REFUSE, decided_by=official, decided_at=clock.now())
    _note(made, "refuse", official)
    return made


@transaction.atomic
def import_check_again(*, official: Account, import_id: int) -> Import:
    """Check an overtaken table once more, against what stands now. Raises NotAllowed, Refused."""
    made, _kind, _place = import_for(official, import_id, locked=True)
    _refuse_unless(made, State.STALE)
    _step(made, ImportEvent.CHECK_AGAIN, problem="", attempts=0, decided_by=None, decided_at=None)
    _note(made, "check_again", official)
    ring_on_commit(LANE)
    return made


@transaction.atomic
def import_undo_ask(*, official: Account, import_id: int) -> Import:
    """Ask that a table is undone; another person does it. Raises NotAllowed, Refused (used, a newer table stands)."""
    made, kind, place = import_for(official, import_id, locked=True)
    _refuse_unless(made, State.APPLIED)
    _refuse_used(made, kind, place)
    _step(made, ImportEvent.ASK_UNDO, undo_by=official, undo_at=clock.now(), problem="")
    _note(made, "ask_undo", official)
    return made


@transaction.atomic
def import_keep(*, official: Account, import_id: int) -> Import:
    """Leave a table in that was to be undone. Raises NotAllowed, Refused."""
    made, _kind, _place = import_for(official, import_id, locked=True)
    _refuse_unless(made, State.UNDO_ASKED)
    _step(made, ImportEvent.KEEP, undo_by=None, undo_at=None)
    _note(made, "keep", official)
    return made


def import_undo(*, official: Account, import_id: int, token: str = "") -> Import:
    """The second person undoes a table; a worker does it. Raises NotAllowed, Refused."""

    def look() -> Import:
        made, kind, place = import_for(official, import_id, locked=True)
        _refuse_unless(made, State.UNDO_ASKED)
        if made.undo_by_id == official.pk:
            text = _("You asked that this table is undone. A second, different person must do it.")
            raise Refused(text, code="same_person")
        _refuse_used(made, kind, place)
        return made

    with _second(official, import_id, look, token) as made:
        _step(made, ImportEvent.UNDO, undone_by=official, attempts=0)
        _note(made, "undo", official)
        ring_on_commit(LANE)
    return made


def _refuse_used(made: Import, kind: Kind, place: Place) -> None:
    kind.guard(place)
    rows = Import.objects.filter(kind=made.kind, place=made.place, state__in=STANDS)
    newer = rows.filter(applied_at__gt=made.applied_at).order_by("-applied_at").first() if made.applied_at else None
    if newer is not None:
        text = _("Table no. %(number)d came in later and rests on this one: undo that one first.")
        raise Refused(text % {"number": newer.pk}, code="newer")
    if why := kind.used(made):
        raise Refused(why, code="used")


def _refuse_unless(made: Import, *states: str) -> None:
    if made.state not in states:
        text = _("This table is not where you saw it any more: %(state)s.")
        raise Refused(text % {"state": made.get_state_display()}, code="decided")


def _step(made: Import, event: ImportEvent, **values: Any) -> None:
    def illegal() -> Refused:
        return Refused(_("This step is not possible now."), code="illegal_step")

    make_step(
        made, IMPORT, event, illegal=illegal, overtaken=lambda: _("Somebody else was faster. Look again."), **values
    )


def _note(made: Import, action: str, actor: Account | None) -> None:
    record(
        actor=actor,
        action=f"import.{action}",
        object_type="import",
        object_id=made.pk,
        district=made.district_code,
        details={"kind": made.kind, "place": made.place, "sha256": made.sha256, "counts": made.counts},
    )


# -- workers ----------------------------------------------------------------------------------------------------------


def import_work(*, import_id: int) -> bool:
    """Go on with one table; False when another worker is at it or nothing is to be done."""
    if not Import.objects.filter(pk=import_id, state__in=AT_WORK).update(attempts=F("attempts") + 1):
        return False
    try:
        with transaction.atomic():
            lock_or_busy(f"import {import_id}")
            made = Import.objects.select_related("uploaded_by", "decided_by", "undone_by").get(pk=import_id)
            if made.state not in AT_WORK:
                return False
            with translation.override(made.uploaded_by.language):
                _work(made)
    except (Busy, ReaderBusy):
        Import.objects.filter(pk=import_id).update(attempts=F("attempts") - 1)
        return False
    return True


def _work(made: Import) -> None:
    kind = kind_of(made.kind)
    place = kind.place(made.place) if kind else None
    if kind is None or place is None:
        _give_up(made, _("What the table is for does not exist any more."))
    elif made.attempts > MOST_ATTEMPTS:
        _give_up(made, _("A worker was stopped several times while it was at work on this table. Please split it."))
    elif made.state == State.UPLOADED:
        _check(made, kind, place)
    else:
        work, event = (
            (working.apply, ImportEvent.APPLY) if made.state == State.TAKING else (working.undo, ImportEvent.UNDONE)
        )
        why = working.stored(made, work, kind, place)
        if why:
            _give_up(made, why)
        else:
            _step(made, event, problem="", **working.moments(event))


def _check(made: Import, kind: Kind, place: Place) -> None:
    try:
        with transaction.atomic():
            values = working.check(made, kind, place)
    except ReaderBusy:
        raise
    except Refused as problem:
        _give_up(made, problem.message)
        return
    _step(made, values.pop("event"), **values)


def _give_up(made: Import, why: str) -> None:
    event = {State.UPLOADED: ImportEvent.GIVE_UP, State.TAKING: ImportEvent.STOP, State.UNDOING: ImportEvent.STOP_UNDO}[
        State(made.state)
    ]
    back = {"undo_by": None, "undo_at": None, "undone_by": None} if event == ImportEvent.STOP_UNDO else {}
    _step(made, event, problem=why, **back)
    _note(made, event, None)


def imports_go_on() -> int:
    """Go on with every table that waits for a worker; how many were worked on."""
    waiting = Import.objects.filter(state__in=AT_WORK).order_by("pk").values_list("pk", flat=True)
    return sum(import_work(import_id=pk) for pk in list(waiting))

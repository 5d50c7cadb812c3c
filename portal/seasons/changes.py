"""A folder that comes in by upload: read, compared with what stands, taken by a second person.

What it would change is found by loading it and undoing that: the preview is what happens, and every refusal of the
services is heard before anybody is asked.
"""

import difflib
import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Season
from enrollment.setup.models import SeasonFolder
from enrollment.setup.selectors import place_for, season_of
from foundation import clock
from foundation.errors import Refused
from foundation.files import seal, unseal
from foundation.locks import lock
from portal.seasons.export import archive, folder_of
from portal.seasons.folder import SeasonPlan, read_folder
from portal.seasons.store import store_plan
from portal.seasons.tables import Problem
from schools.services import district_ensure

MOST_BYTES, MOST_UNPACKED, MOST_FILES = 5 * 1024**2, 60 * 1024**2, 60
MOST_LINES: Final = 40  # of a file, each way, that the preview shows
ENDS: Final = (".yaml", ".csv", ".xlsx", ".geojson")
PURPOSE: Final = "season folder"
State = SeasonFolder.State


class WrongFolder(ValueError):
    """The folder has mistakes; ``problems`` names each with its file, row and column."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} mistakes")
        self.problems = problems


def folder_download(*, official: Account, district: str, year: int) -> bytes:
    """What stands, as a zip. Raises NotAllowed, Refused (there is nothing yet)."""
    place_for(official, district, year)
    season = season_of(district, year)
    if season is None:
        raise Refused(_("There is no season yet: nothing to download."), code="nothing")
    record(actor=official, action="season.download", object_type="season", object_id=season.pk, district=district)
    return archive(folder_of(season))


def folder_upload(*, official: Account, district: str, year: int, content: bytes, reason: str = "") -> SeasonFolder:
    """Compare a folder with what stands and keep it for a second person. Raises NotAllowed, Refused, WrongFolder."""
    place_for(official, district, year)
    with unpacked(content) as plan:
        if (plan.district, plan.year) != (district, year):
            text = _("This folder is for %(district)s %(year)s.")
            raise Refused(text % {"district": plan.district, "year": plan.year}, code="place", field="file")
        with transaction.atomic():
            lock(f"season folder {district} {year}")
            if SeasonFolder.objects.filter(district=district, year=year, state=State.ASKED).exists():
                raise Refused(_("Another folder waits for a second person. Decide that one first."), code="waiting")
            before, after = _files(district, year), _would_be(plan, reason)
            if before == after:
                raise Refused(_("The folder changes nothing."), code="nothing")
            made = SeasonFolder.objects.create(
                district=district_ensure(code=district),
                year=year,
                content=seal(content, PURPOSE),
                sha256=hashlib.sha256(content).hexdigest(),
                basis=_digest(before),
                result=_digest(after),
                changes=differences(before, after),
                reason=reason.strip()[:500],
                asked_by=official,
                asked_at=clock.now(),
            )
            _note(made, "upload", official)
    return made


def folder_take(*, official: Account, folder_id: int, password: str) -> Season:
    """Put another person's folder into force. Raises NotAllowed, Refused (what stands has changed since)."""

    def look() -> SeasonFolder:
        made = _open(official, folder_id)
        if made.asked_by_id == official.pk:
            text = _("You brought this folder in. A second, different person must take it.")
            raise Refused(text, code="same_person")
        if _digest(_files(made.district_id, made.year)) != made.basis:
            text = _("What stands has changed since this folder was compared. Drop it and upload it again.")
            raise Refused(text, code="stale")
        return made

    with WithPassword(look, person=official, token=password) as made, unpacked(_content(made)) as plan:
        season = Season.objects.get(pk=store_plan(plan, reason=made.reason))
        if _digest(folder_of(season)) != made.result:
            raise Refused(_("Loading it gives another result than was shown. Nothing was changed."), code="result")
        _decide(made, State.TAKEN, official)
        _note(made, "take", official)
    return season


@transaction.atomic
def folder_drop(*, official: Account, folder_id: int) -> SeasonFolder:
    """Drop a folder that nobody has taken. Raises NotAllowed, Refused."""
    made = _open(official, folder_id)
    _decide(made, State.DROPPED, official)
    _note(made, "drop", official)
    return made


def _open(official: Account, folder_id: int) -> SeasonFolder:
    made = SeasonFolder.objects.select_for_update().filter(pk=folder_id).first()
    if made is None:
        raise Refused(_("There is no such folder any more."), code="changed")
    place_for(official, made.district_id, made.year)
    if made.state != State.ASKED:
        raise Refused(_("This folder has been decided already."), code="changed")
    return made


def _decide(made: SeasonFolder, state: str, official: Account) -> None:
    made.state, made.decided_by, made.decided_at, made.content = state, official, clock.now(), b""
    made.save(update_fields=["state", "decided_by", "decided_at", "content"])


def _content(made: SeasonFolder) -> bytes:
    return unseal(bytes(made.content), PURPOSE)


@contextmanager
def unpacked(content: bytes) -> Iterator[SeasonPlan]:
    """The plan of an archive, read from a directory of its own. Raises Refused (no such archive), WrongFolder."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, body in _members(content).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
        plan = read_folder(folder)
        if plan.problems:
            raise WrongFolder(plan.problems)
        yield plan


def _members(content: bytes) -> dict[str, bytes]:
    """The files of an archive that a season's folder may have; a folder around all of them is left away."""
    from zipfile import BadZipFile

    if not 0 < len(content) <= MOST_BYTES:
        raise Refused(_("Choose a zip file of at most 5 MB."), code="size", field="file")
    try:
        found = _read_members(content)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Refused(_("This is no zip file that can be read."), code="damaged", field="file") from None
    if found is None:
        raise Refused(_("This archive unpacks to too much."), code="size", field="file")
    return {_name(name): body for name, body in found.items() if PurePosixPath(name).suffix in ENDS}


def _read_members(content: bytes) -> dict[str, bytes] | None:
    """Every file of the archive; None where it would be too much. Its heads may lie: bytes are counted."""
    from zipfile import ZipFile

    found: dict[str, bytes] = {}
    with ZipFile(io.BytesIO(content)) as packed:
        files = [one for one in packed.infolist() if not one.is_dir()]
        if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_UNPACKED:
            return None
        for one in files:
            with packed.open(one) as member:
                found[one.filename] = member.read(MOST_UNPACKED + 1)
            if sum(map(len, found.values())) > MOST_UNPACKED:
                return None
    return found


def _name(name: str) -> str:
    """``policies/x.yaml`` or ``x.csv``, wherever in the archive it stands: nothing is written outside."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    kept = parts[-2:] if len(parts) > 1 and parts[-2] == "policies" else parts[-1:]
    return "/".join(kept)


class _Undone(Exception):
    pass


def _would_be(plan: SeasonPlan, reason: str) -> dict[str, bytes]:
    """What would stand once the plan is loaded; it is loaded and undone. Raises Refused."""
    with transaction.atomic():
        found = folder_of(Season.objects.get(pk=store_plan(plan, reason=reason)))
        transaction.set_rollback(True)
    return found


def _files(district: str, year: int) -> dict[str, bytes]:
    season = season_of(district, year)
    return folder_of(season) if season else {}


def _digest(files: Mapping[str, bytes]) -> str:
    return hashlib.sha256(archive(files)).hexdigest() if files else ""


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """By file the lines that go and that come, the first of each."""
    found = []
    for name in sorted({*before, *after}):
        old, new = (files.get(name, b"").decode("utf-8-sig").splitlines() for files in (before, after))
        gone: list[str] = []
        come: list[str] = []
        for kind, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
            if kind != "equal":
                gone += old[a:b]
                come += new[c:d]
        if gone or come:
            more = max(0, len(gone) - MOST_LINES) + max(0, len(come) - MOST_LINES)
            found.append({"file": name, "gone": gone[:MOST_LINES], "new": come[:MOST_LINES], "more": more})
    return found


def plan_differences(plan: SeasonPlan, reason: str) -> list[dict[str, Any]]:
    """What loading a plan would change in a season that stands; [] for a new one. Raises Refused."""
    before = _files(plan.district, plan.year)
    return differences(before, _would_be(plan, reason)) if before else []


def _note(made: SeasonFolder, action: str, actor: Account) -> None:
    record(
        actor=actor,
        action=f"season.folder_{action}",
        object_type="season_folder",
        object_id=made.pk,
        district=made.district_id,
        details={
            "year": made.year,
            "sha256": made.sha256,
            "reason": made.reason,
            "before": made.basis,
            "after": made.result,
            "changes": made.changes if action == "take" else [one["file"] for one in made.changes],
        },
    )

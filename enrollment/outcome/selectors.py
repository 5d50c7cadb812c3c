"""Reads of what follows a result: attendance, and whether a print is genuine."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from enrollment.outcome.models import Attendance, Letter
from enrollment.seasons.models import Application, ApplicationState
from schools.naming import named


def attendance_of(application: Application) -> Attendance | None:
    """The family's newest word about check-in day for the place it has now."""
    offer = application.offer
    rows = Attendance.objects.filter(application=application, offer=offer).select_related("by__merged_into")
    return rows.order_by("-pk").first() if offer else None


@dataclass(frozen=True, slots=True)
class CheckedPrint:
    """What everybody may know of a print: its kind, whether it counts, its day, round and - of a letter - school."""

    kind: str
    status: str  # genuine, replaced, withdrawn
    on: datetime
    season: str
    stage: str
    round: str
    school: str
    synthetic: bool


def print_checked(kind: str, number: str, code: str, expected: str) -> CheckedPrint | None:
    """What the public page says of a print; None for anything but a right code.

    A wrong code is answered before the database is asked, so neither the answer nor its time tells whether a number
    exists; a right code cannot be guessed.
    """
    if not hmac.compare_digest(code.encode(), expected.encode()):
        return None
    if kind == "letter":
        rows = Letter.objects.select_related("application__round__season__district", "offer__school")
        letter = rows.filter(number=number).first()
        return _letter_checked(letter) if letter else None
    found = Application.objects.select_related("round__season__district").filter(receipt=number).first()
    return _shown(found, "receipt", "genuine", found.submitted_at, "") if found else None


def _letter_checked(letter: Letter) -> CheckedPrint:
    school = letter.offer.school.name if letter.offer.school else ""
    return _shown(letter.application, letter.kind, letter_status(letter), letter.issued_at, school)


def letter_status(letter: Letter) -> str:
    """genuine; replaced by a newer letter or place; withdrawn when the child has no such place any more."""
    application, offer = letter.application, letter.application.offer
    newer = Letter.objects.filter(application=application, pk__gt=letter.pk).exists()
    if newer or (offer is not None and offer.pk != letter.offer_id and offer.school_id is not None):
        return "replaced"
    holding = {ApplicationState.ACCEPTED, ApplicationState.ENROLLED} | (
        {ApplicationState.OFFERED} if letter.kind == Letter.Kind.OFFER else set()
    )
    return "genuine" if application.state in holding else "withdrawn"


def _shown(application: Application, kind: str, status: str, on: datetime, school: str) -> CheckedPrint:
    season = application.round.season
    return CheckedPrint(
        kind=kind,
        status=status,
        on=on,
        season=f"{named(season.district.name)} {season.year}",
        stage=application.get_stage_display(),
        round=application.round.get_kind_display(),
        school=school,
        synthetic=season.synthetic,
    )

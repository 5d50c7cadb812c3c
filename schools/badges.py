"""Badges of schools: brought by the bureau, written anew as a small PNG."""

import hashlib
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock, confined
from foundation.errors import NotAllowed, Refused
from schools.models import School, SchoolBadge

PROGRAM: Final = Path(__file__).with_name("badge_picture.py")
MOST_BYTES: Final = 2 * 1024**2
LIMITS: Final = confined.Limits(cpu_seconds=6, memory_bytes=768 * 1024**2, wall_seconds=30)
UNFIT: Final[dict[str, str | Promise]] = {
    "empty": gettext_lazy("Please choose a picture first."),
    "type": gettext_lazy("This is no picture we can take. Please choose a PNG, JPEG or SVG file."),
    "damaged": gettext_lazy("This picture cannot be opened. Please save it again and send it once more."),
    "small": gettext_lazy("This picture is too small. Please choose one of at least 64 pixels on each side."),
    "large": gettext_lazy("This picture is too large. Please choose one of at most 2 MB and 20 million pixels."),
    "odd_shape": gettext_lazy("This picture is too long for a badge. Please choose one that is nearly square."),
    "blank": gettext_lazy("There is nothing to see on this picture. Please choose another one."),
    "leads_out": gettext_lazy(
        "This SVG holds links, scripts or other pictures. Please save it as PNG and send that instead."
    ),
}


def badge_of(school: str) -> SchoolBadge | None:
    """The badge that a school has now; None where it has none, or it was taken away."""
    newest = SchoolBadge.objects.filter(school=school).order_by("-pk").first()
    return newest if newest is not None and newest.digest else None


def badge_picture(digest: str) -> bytes:
    """The picture of a badge that some school has or had: letters keep showing the one they were issued with."""
    found = SchoolBadge.objects.filter(digest=digest).order_by("pk").first() if digest else None
    return bytes(found.picture) if found is not None else b""


def school_in_care(official: Account, code: str) -> School:
    """The school, for who may change it. Raises NotAllowed."""
    school = School.objects.select_related("district").filter(pk=code).first() if "\0" not in code else None
    if school is None or not scope(official).may(Ability.SEASON_EDIT, district=school.district_id):
        raise NotAllowed(_("There is no such school in your care."))
    return school


def badge_put(*, official: Account, code: str, content: bytes) -> SchoolBadge:
    """Give a school its badge. Raises NotAllowed, Refused (unfit), Busy. The same picture again changes nothing."""
    school = school_in_care(official, code)
    return _store(official, school, _written_anew(content))


def badge_take_away(*, official: Account, code: str) -> None:
    """From now on the school has no badge. Pressed twice is pressed once. Raises NotAllowed."""
    _store(official, school_in_care(official, code), b"")


def _written_anew(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise _unfit("large")
    try:
        head, picture = confined.work(PROGRAM, content, limits=LIMITS)
    except confined.Stopped:
        raise _unfit("damaged") from None
    if "unfit" in head:
        raise _unfit(str(head["unfit"]))
    return picture


def _unfit(code: str) -> Refused:
    return Refused(str(UNFIT[code]), code=code, field="file")


@transaction.atomic
def _store(official: Account, school: School, picture: bytes) -> SchoolBadge:
    School.objects.select_for_update().get(pk=school.pk)
    digest = hashlib.sha256(picture).hexdigest() if picture else ""
    newest = SchoolBadge.objects.filter(school=school).order_by("-pk").first()
    if newest is not None and newest.digest == digest:
        return newest
    made = SchoolBadge(school=school, picture=picture, digest=digest, by=official, at=clock.now())
    if newest is None and not picture:
        return made  # nothing to take away
    made.save()
    record(
        actor=official,
        action="school.badge" if picture else "school.badge_removed",
        object_type="school",
        object_id=school.pk,
        district=school.district_id,
        details={"digest": digest},
    )
    return made

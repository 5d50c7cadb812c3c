"""Writing the register of used seats: by the portal's own placements, and by tables that are brought in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.used_seats.models import SeatImport, UsedSeat
from enrollment.used_seats.reading import parents_of
from enrollment.used_seats.selectors import home_of, parent_indexes
from foundation import clock
from imports.models import Import
from verification.selectors import findings


def seat_use_note(*, application: Application) -> UsedSeat | None:
    """A child entered the school of its place: the seat of its home is used. Call inside the transaction of that step.

    Noted twice is noted once; a rehearsal uses nobody's seat.
    """
    offer = application.offer
    if application.rehearsal or offer is None or offer.school_id is None:
        return None
    if UsedSeat.objects.filter(application=application, revokes=None, revoked_by=None).exists():
        return None
    version = ApplicationVersion.objects.get(application=application, number=application.version)
    answers = version.claims.get("answers", {})
    numbers, places = home_of(answers, findings(version.pk))
    return UsedSeat.objects.create(
        district_id=application.district_code,
        school_id=offer.school_id,
        stage=application.stage,
        used_on=clock.today(),
        child_index=application.child_index,
        numbers=numbers,
        places=places,
        parents=parent_indexes(parents_of(answers)),
        application=application,
        at=clock.now(),
    )


def seat_use_revoke(*, application: Application) -> UsedSeat | None:
    """The place of a child was taken back: its home's seat counts as unused from now on."""
    row = UsedSeat.objects.filter(application=application, revokes=None, revoked_by=None).first()
    return _revoke(row) if row else None


def _revoke(row: UsedSeat) -> UsedSeat:
    columns = ("district_id", "school_id", "stage", "used_on", "left_on", "child_index", "numbers", "places", "parents")
    same = {name: getattr(row, name) for name in (*columns, "application_id", "seat_import_id", "made_id")}
    return UsedSeat.objects.create(**same, revokes=row, at=clock.now())


def seats_put(
    *,
    district: str,
    rows: Mapping[str, Mapping[str, Any] | None],
    replaced: Mapping[str, UsedSeat],
    made: Import | None = None,
    loaded: SeatImport | None = None,
) -> None:
    """Put rows of a table (by child and stage) in the place of those that stand; None only takes one away.

    Nothing is changed or deleted: what stood is revoked by a later row. ``made`` is the table, ``loaded`` that of a
    season's folder; neither where what stood before a table comes back.
    """
    now = clock.now()
    for old in replaced.values():
        _revoke(old)
    UsedSeat.objects.bulk_create(
        [
            UsedSeat(
                district_id=district,
                school_id=row["school"],
                stage=row["stage"],
                used_on=date.fromisoformat(row["used_on"]),
                left_on=date.fromisoformat(row["left_on"]) if row["left_on"] else None,
                child_index=key.partition(":")[0],
                numbers=row["numbers"],
                places=row["places"],
                parents=row["parents"],
                made=made,
                seat_import=loaded,
                at=now,
            )
            for key, row in rows.items()
            if row is not None
        ],
        batch_size=2000,
    )

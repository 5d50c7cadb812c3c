"""Asking for a rehearsal, stopping it, deleting its report: each by who sets up the season, each in the log.

Nothing here makes or drops a database: that is done by the process that plays (``keeper``) and by the sweep.
"""

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.setup.selectors import place_for, season_of
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from foundation.steps import make_step
from portal.rehearsing import space
from portal.rehearsing.ground import lacks
from portal.rehearsing.models import FEWEST, MOST, Rehearsal
from portal.rehearsing.states import LIVE, REHEARSAL, RehearsalEvent
from schools.models import District

LANE: Final = "sweeps"
State = Rehearsal.State


def rehearsal_start(*, official: Account, district: str, year: int, families: int, others: bool = False) -> Rehearsal:
    """Ask for a rehearsal of the season as it stands; workers begin it. Raises NotAllowed, Refused.

    Asked for again while one is on its way, it is that one that comes back: a second press starts nothing. ``others``
    plays other families than the last rehearsal did; without it the same ones meet the season again.
    """
    place_for(official, district, year)
    if not FEWEST <= families <= MOST:
        text = _("Choose from %(fewest)d to %(most)d families.") % {"fewest": FEWEST, "most": MOST}
        raise Refused(text, code="families", field="families")
    live = live_of(district, year)
    if live is not None:
        return live
    if not space.may_create():
        raise Refused(no_database(), code="no_database")
    missing = lacks(season_of(district, year))
    if missing:
        raise Refused(" ".join(missing), code="lacks")
    try:
        return _queue(official, district, year, families, others)
    except IntegrityError:  # somebody else pressed in the same moment
        found = live_of(district, year)
        if found is None:
            raise
        return found


@transaction.atomic
def _queue(official: Account, district: str, year: int, families: int, others: bool) -> Rehearsal:
    made = Rehearsal.objects.create(
        district=District.objects.get(pk=district),
        year=year,
        families=families,
        seed=_seed(district, year, others),
        asked_by=official,
        asked_at=clock.now(),
    )
    _note(made, "start", official, families=families, seed=made.seed)
    ring_on_commit(LANE)
    return made


def _seed(district: str, year: int, others: bool) -> int:
    last = Rehearsal.objects.filter(district=district, year=year).order_by("-pk").values_list("seed", flat=True).first()
    return (last or year) + (1 if others and last else 0)


def no_database() -> str:
    """What keeps this server from rehearsing, and what its administrator does about it."""
    text = _(
        "This server cannot rehearse yet: a rehearsal needs a database of its own, and the database user %(user)s may "
        "not create one. Whoever keeps the server runs this as an administrator of PostgreSQL: "
        "ALTER ROLE %(user)s CREATEDB. Nothing was started."
    )
    return text % {"user": space.database_user()}


@transaction.atomic
def rehearsal_stop(*, official: Account, rehearsal_id: int) -> Rehearsal:
    """Stop a rehearsal: at once where it still waits, within seconds where it is played. Raises NotAllowed, Refused."""
    made = _own(official, rehearsal_id)
    if made.state not in LIVE:
        raise Refused(_("This rehearsal has ended already."), code="over")
    if made.state == State.QUEUED:
        step(made, RehearsalEvent.STOP, ended_at=clock.now(), stop_asked_by=official)
    elif made.stop_asked_by_id is not None:
        return made
    else:
        made.stop_asked_by = official
        made.save(update_fields=["stop_asked_by"])
    _note(made, "stop", official)
    return made


@transaction.atomic
def rehearsal_wipe(*, official: Account, rehearsal_id: int) -> Rehearsal:
    """Delete the report of a rehearsal that has ended, and let workers look once more that nothing of its space is
    left. That it was played stays on record. Raises NotAllowed, Refused.
    """
    made = _own(official, rehearsal_id)
    if made.state in LIVE:
        raise Refused(_("Stop the rehearsal first."), code="live")
    if made.wiped_at is not None:
        return made
    made.report, made.progress, made.trouble = {}, {}, ""
    made.wiped_by, made.wiped_at = official, clock.now()
    made.save(update_fields=["report", "progress", "trouble", "wiped_by", "wiped_at"])
    _note(made, "wipe", official)
    ring_on_commit(LANE)
    return made


def step(made: Rehearsal, event: RehearsalEvent, **values: Any) -> None:
    """Make one legal step. Raises Refused."""
    make_step(
        made,
        REHEARSAL,
        event,
        illegal=lambda: Refused(_("This step is not possible now."), code="illegal_step"),
        overtaken=lambda: _("Somebody else was faster. Look again."),
        **values,
    )


def live_of(district: str, year: int) -> Rehearsal | None:
    return Rehearsal.objects.filter(district=district, year=year, state__in=LIVE).first()


def _own(official: Account, rehearsal_id: int) -> Rehearsal:
    made = Rehearsal.objects.select_for_update().filter(pk=rehearsal_id).first()
    if made is None:
        raise NotAllowed(_("There is no such rehearsal."))
    place_for(official, made.district_id, made.year)
    return made


def _note(made: Rehearsal, action: str, official: Account, **details: Any) -> None:
    record(
        actor=official,
        action=f"rehearsal.{action}",
        object_type="rehearsal",
        object_id=made.pk,
        district=made.district_id,
        details={"year": made.year, **details},
    )

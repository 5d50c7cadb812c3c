"""What the page of rehearsals shows, and what the checklist of a season says of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Account
from enrollment.seasons.models import Season
from enrollment.seasons.readiness import TITLES, Ready, Step
from enrollment.setup.models import SeasonDraft
from enrollment.setup.selectors import Ground, Place, ShownStep, open_draft, place_for, season_of
from foundation import clock
from foundation.days import day_said
from foundation.errors import NotAllowed
from portal.rehearsing import space
from portal.rehearsing.ground import digest_of, lacks
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.services import no_database
from portal.rehearsing.states import LIVE
from portal.rehearsing.words import PHASES, count_said

SHOWN: Final = 20  # earlier rehearsals
SIZES: Final = (50, 200, 500, 1_000, 2_000)
KEY: Final = "rehearsal"
State = Rehearsal.State


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a rehearsal on its way: ``done``, ``now`` or ``next``."""

    title: str
    state: str
    count: int = 0
    total: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """``missing`` says what keeps the season, or the server, from being rehearsed."""

    place: Place
    year: int
    season: Season | None
    draft: SeasonDraft | None
    live: Rehearsal | None
    phases: tuple[Phase, ...]
    missing: tuple[str, ...]
    earlier: tuple[Rehearsal, ...]
    changed: bool  # since the newest one that was played to its end

    @property
    def last(self) -> Rehearsal | None:
        """The newest one that was played to its end."""
        return _played(self.earlier)

    @property
    def waits(self) -> bool:
        """Whether another place's rehearsal is being played, for which this one waits."""
        return bool(self.live and self.live.state == State.QUEUED and _played_elsewhere())


def _played(newest_first: Iterable[Rehearsal]) -> Rehearsal | None:
    """The newest one that was played to its end."""
    return next((one for one in newest_first if one.state == State.DONE), None)


def rehearsal_page(account: Account, district: str, year: int) -> RehearsalPage:
    """Raises NotAllowed."""
    place, season = place_for(account, district, year), season_of(district, year)
    rows = list(_rows(district, year).defer("report")[: SHOWN + 1])
    live = next((one for one in rows if one.state in LIVE), None)
    earlier = tuple(one for one in rows if one.state not in LIVE)
    last = _played(earlier)
    missing: tuple[str, ...] = ()
    if live is None:
        missing = (no_database(),) if not space.may_create() else tuple(lacks(season))
    return RehearsalPage(
        place=place,
        year=year,
        season=season,
        draft=open_draft(district, year),
        live=live,
        phases=phases_of(live.progress) if live else (),
        missing=missing,
        earlier=earlier,
        changed=bool(season and last and live is None and digest_of(season) != last.digest),
    )


def live_page(account: Account, district: str, year: int) -> RehearsalPage | None:
    """The same for the part that asks again by itself; None once nothing is on its way. Raises NotAllowed."""
    place = place_for(account, district, year)
    live = _rows(district, year).filter(state__in=LIVE).defer("report").first()
    if live is None:
        return None
    return RehearsalPage(place, year, None, None, live, phases_of(live.progress), (), (), changed=False)


def rehearsal_for(account: Account, district: str, year: int, rehearsal_id: int) -> tuple[Place, Rehearsal]:
    """One rehearsal with its report. Raises NotAllowed."""
    place = place_for(account, district, year)
    found = _rows(district, year).filter(pk=rehearsal_id).first()
    if found is None:
        raise NotAllowed(_("There is no such rehearsal."))
    return place, found


def _rows(district: str, year: int) -> Any:
    rows = Rehearsal.objects.filter(district=district, year=year).order_by("-asked_at", "-pk")
    return rows.select_related("asked_by", "stop_asked_by", "wiped_by")


def _played_elsewhere() -> bool:
    return Rehearsal.objects.filter(state=State.RUNNING).exists()


def phases_of(progress: Mapping[str, Any]) -> tuple[Phase, ...]:
    """Every phase in its order, from what the play has noted so far (pure but for the language)."""
    noted = {row["name"]: row for row in progress.get("phases", ())}
    first = Phase(pgettext("rehearsal", "A space of its own is made"), "done" if noted else "now")
    found = [first]
    for name, title in PHASES.items():
        row = noted.get(name)
        if row is None:
            found.append(Phase(str(title), "next"))
        else:
            ended = row["seconds"] is not None
            found.append(Phase(str(title), "done" if ended else "now", row["done"], row["total"] or 0, row["seconds"]))
    return tuple(found)


def rehearsal_step(account: Account, found: Ground) -> ShownStep:  # noqa: ARG001 - as every further step
    """What the checklist of a season says: not yet, when and with how many problems, or changed since."""
    at = (found.place.code, found.year)
    rows = list(_rows(*at).defer("report", "progress")[:SHOWN])
    last = _played(rows)
    link = reverse("season-rehearsal", args=at)
    if any(one.state in LIVE for one in rows):
        return ShownStep(Step(KEY, TITLES[KEY], Ready.NONE, (), _("It is being rehearsed now.")), link)
    if last is None or last.ended_at is None:
        return ShownStep(Step(KEY, TITLES[KEY], Ready.NONE, (), _("Not rehearsed yet.")), link)
    day = day_said(clock.day_of(last.ended_at))
    when = {"day": day, "problems": count_said(last.problems or 0)}
    if found.season is None or digest_of(found.season) != last.digest:
        text = _("The season has changed since it was rehearsed on %(day)s (%(problems)s).") % when
        return ShownStep(Step(KEY, TITLES[KEY], Ready.MISSING, (text,)), link)
    text = _("Rehearsed on %(day)s: %(problems)s.") % when
    if last.problems:
        return ShownStep(Step(KEY, TITLES[KEY], Ready.MISSING, (text,)), link)
    return ShownStep(Step(KEY, TITLES[KEY], Ready.READY, (), text), link)

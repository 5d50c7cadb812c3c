"""What a round still lacks before families can apply: computed, never ticked off.

The steps of the set-up and the opening of a round ask here. What a room above knows (notices, service points) is asked
of a function that it hands in (``ask``).
"""

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accounts.abilities import Ability
from accounts.models import Account, Role
from accounts.people.terms import prefixes
from accounts.scopes import scope
from enrollment.seasons.lists.services import lists_kept
from enrollment.seasons.models import PolicyVersion, Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.rules.sources import unsourced
from enrollment.seasons.states import RoundState
from foundation import clock
from schools.models import AddressPoint, School, SeatPlan, Stage, Zone
from verification.config import check_config
from verification.lines import items_of

Words = Promise | str
Asked = Callable[[str], list[str]]  # what is missing in a district, in words
_asked: Final[dict[str, Asked]] = {}

TITLES: Final[dict[str, Promise]] = {
    "people": lazy("People and roles"),
    "schools": lazy("Schools"),
    "seats": lazy("Seats and class sizes"),
    "zones": lazy("Zones"),
    "addresses": lazy("Address book"),
    "lists": lazy("Lists and points"),
    "rules": lazy("Rules of admission"),
    "dates": lazy("Rounds and dates"),
    "form": lazy("Form and words"),
    "agencies": lazy("Agencies"),
    "notices": lazy("Notices and service points"),
    "rehearsal": pgettext_lazy("rehearsal", "Rehearsal"),
}
OPTIONAL: Final = frozenset({"addresses", "form", "rehearsal"})


@dataclass(frozen=True, slots=True)
class Planned:
    """A round as readiness sees it, whether it is announced or still a draft."""

    stage: str
    kind: str
    policy: PolicyVersion | None
    opens_at: datetime | None
    closes_at: datetime | None
    results_at: datetime | None
    state: str = RoundState.PLANNED

    @property
    def name(self) -> str:
        return f"{Stage(self.stage).label} · {Round.Kind(self.kind).label}"


class Ready(StrEnum):
    """How far a step of the set-up is."""

    NONE = "none"  # not begun
    MISSING = "missing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the set-up."""

    key: str
    title: Words
    state: Ready
    missing: tuple[str, ...] = ()
    there: str = ""  # what there is, in a few words

    @property
    def optional(self) -> bool:
        return self.key in OPTIONAL


def ask(key: str, asked: Asked) -> None:
    """From now on ``asked`` says what the step ``key`` lacks in a district."""
    _asked[key] = asked


def planned_of(round_: Round) -> Planned:
    dates = (round_.opens_at, round_.closes_at, round_.results_at)
    return Planned(round_.stage, round_.kind, round_.policy, *dates, round_.state)


def lacks(round_: Round) -> list[str]:
    """What stands against opening this round now, in words; [] if nothing does."""
    steps = readiness(round_.season.district_id, round_.season.year, [planned_of(round_)])
    return [word for step in steps if not step.optional for word in step.missing]


def readiness(district: str, year: int, rounds: Sequence[Planned]) -> list[Step]:
    """The steps of a district's season, each with what it lacks."""
    stages = {one.stage for one in rounds}
    return [
        _people(district),
        _schools(district),
        _seats(district, year, stages),
        _zones(district, year, {one.stage for one in rounds if one.kind == Round.Kind.MAIN}),
        _addresses(district, year),
        _lists(district, rounds),
        _rules(district, rounds),
        _dates(rounds),
        _form(district, year),
        _agencies(),
        _notices(district),
    ]


def _step(key: str, missing: Iterable[str], *, begun: bool, there: str = "") -> Step:
    found = tuple(missing)
    state = Ready.READY if not found else Ready.MISSING if begun else Ready.NONE
    if key in OPTIONAL and not begun:
        state = Ready.NONE
    return Step(key, TITLES[key], state, found, there)


def _able(district: str, ability: Ability, among: Collection[Account]) -> int:
    return sum(scope(one).may(ability, district=district) for one in among)


def _people(district: str) -> Step:
    here = Role.objects.filter(district_code__in=prefixes(district)).values("account")
    staff = list(Account.objects.filter(pk__in=here, is_staff=True, is_active=True).prefetch_related("roles"))
    officials = _able(district, Ability.ROUND_RUN, staff)
    reviewers = _able(district, Ability.APPLICATION_REVIEW, staff)
    notaries = [
        one
        for one in staff
        if any(role.name == Role.Name.NOTARY and district.startswith(role.district_code) for role in one.roles.all())
    ]
    missing = []
    if officials < 2:
        missing.append(_("Two officials of the district are needed: what is final takes two people."))
    if not notaries:
        missing.append(_("A notary is needed: the draw is confirmed by an official and a notary."))
    if not reviewers:
        missing.append(_("Nobody can review applications yet."))
    there = _("%(officials)d officials, %(notaries)d notaries") % {"officials": officials, "notaries": len(notaries)}
    return _step("people", missing, begun=bool(officials), there=there)


def _schools(district: str) -> Step:
    count = School.objects.filter(district=district).count()
    missing = [] if count else [_("There is no school yet.")]
    return _step("schools", missing, begun=bool(count), there=_("%(count)d schools") % {"count": count})


def _seats(district: str, year: int, stages: Collection[str]) -> Step:
    rows = SeatPlan.objects.filter(school__district=district, year=year, seats__gt=0)
    seats = {row["stage"]: row["seats"] for row in rows.values("stage").annotate(seats=Sum("seats"))}
    text = _("No school has seats for %(stage)s %(year)d.")
    missing = [text % {"stage": Stage(stage).label, "year": year} for stage in sorted(stages) if not seats.get(stage)]
    if not stages and not seats:
        missing = [_("No school has seats for %(year)d.") % {"year": year}]
    parts = [f"{Stage(stage).label} {count}" for stage, count in sorted(seats.items())]
    return _step("seats", missing, begun=bool(seats), there="、".join(parts))


def _zones(district: str, year: int, stages: Set[str]) -> Step:
    there = Zone.objects.filter(district=district, year=year)
    known = set(there.values_list("stage", flat=True))
    text = _("There are no zones for %(stage)s %(year)d.")
    missing = [text % {"stage": Stage(stage).label, "year": year} for stage in sorted(stages - known)]
    if not stages and not known:
        missing = [_("There are no zones for %(year)d.") % {"year": year}]
    return _step("zones", missing, begun=bool(known), there=_("%(count)d zones") % {"count": there.count()})


def _addresses(district: str, year: int) -> Step:
    count = AddressPoint.objects.filter(district=district, year=year).count()
    there = _("%(count)d addresses") % {"count": count} if count else _("Only for zones that are drawn on the map.")
    return _step("addresses", [], begun=bool(count), there=there)


def _lists(district: str, rounds: Sequence[Planned]) -> Step:
    kept, items = lists_kept([district])[district], items_of(district)
    text = _("%(round)s: the rules look at %(fact)s, and the district keeps no list that tells it.")
    missing = [
        text % {"round": one.name, "fact": fact}
        for one in rounds
        if one.policy
        for fact in unsourced(compiled(one.policy), kept, items)
    ]
    there = _("%(count)d lists are kept") % {"count": len(kept)} if kept else _("No rule asks for a list yet.")
    return _step("lists", missing, begun=bool(kept), there=there)


def _rules(district: str, rounds: Sequence[Planned]) -> Step:
    stored = PolicyVersion.objects.filter(district=district).count()
    missing = [_("%(round)s has no rules yet.") % {"round": one.name} for one in rounds if one.policy is None]
    if not rounds:
        missing = [_("No round goes by rules yet.")]
    return _step("rules", missing, begun=bool(stored), there=_("%(count)d versions") % {"count": stored})


def _dates(rounds: Sequence[Planned]) -> Step:
    missing = [] if rounds else [_("There is no round yet.")]
    for one in rounds:
        if one.opens_at is None or one.closes_at is None or one.results_at is None:
            missing.append(_("%(round)s: opening, closing and results are not all fixed.") % {"round": one.name})
        elif one.state == RoundState.PLANNED and clock.deadline_passed(one.closes_at):
            missing.append(_("%(round)s: the end of applications has passed.") % {"round": one.name})
    return _step("dates", missing, begun=bool(rounds), there=_("%(count)d rounds") % {"count": len(rounds)})


def _form(district: str, year: int) -> Step:
    own = Round.objects.filter(
        season__district=district, season__year=year, season__rehearsal=False, form__isnull=False
    )
    count = own.count()
    there = _("%(count)d rounds with questions or words of their own") % {"count": count}
    return _step("form", [], begun=bool(count), there=there if count else _("The form as it is everywhere."))


def _agencies() -> Step:
    wrong = check_config()
    missing = [_("The agencies are not connected: ask whoever keeps the server.")] if wrong else []
    return _step("agencies", missing, begun=not wrong)


def _notices(district: str) -> Step:
    missing = [word for asked in _asked.values() for word in asked(district)]
    return _step("notices", missing, begun=not missing)

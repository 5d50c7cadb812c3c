"""What everybody may read: the season's calendar and the policies in plain words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.seasons.days.calendar import dated, rules_of
from enrollment.seasons.models import PolicyVersion, Round, Season
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import BEFORE_CLOSING, RoundState
from foundation import clock
from policy import Policy
from policy.plain import PlainPolicy, changes, described
from policy.words import Text


def public_seasons() -> list[Season]:
    """The seasons families live in, newest first; rehearsals are not theirs."""
    return list(Season.objects.filter(rehearsal=False).select_related("district").order_by("-year", "district_id"))


@dataclass(frozen=True, slots=True)
class Phase:
    """One line of a calendar: from the first day (or minute) to the last, and how it lies to today."""

    name: str
    starts: date | datetime
    ends: date | datetime
    by_minute: bool = False  # the two moments count to the minute, not to the day
    done: bool = False  # the office has ended it, whatever the moments say

    @property
    def first_day(self) -> date:
        return _day(self.starts)

    @property
    def last_day(self) -> date:
        return _day(self.ends)

    @property
    def standing(self) -> str:
        """``past``, ``now`` or ``coming``; a deadline ends at the end of its minute."""
        if self.done:
            return "past"
        if isinstance(self.ends, datetime) and isinstance(self.starts, datetime):
            if clock.deadline_passed(self.ends):
                return "past"
            return "now" if clock.now() >= self.starts else "coming"
        today = clock.today()
        if self.last_day < today:
            return "past"
        return "now" if self.first_day <= today else "coming"

    @property
    def days(self) -> int:
        """Days until it begins, or while it runs until it ends; 0 when it is over."""
        until = {"coming": self.first_day, "now": self.last_day}.get(self.standing)
        return clock.days_until(until) if until else 0


def _day(moment: date | datetime) -> date:
    return clock.day_of(moment) if isinstance(moment, datetime) else moment


BEFORE_RESULTS: Final = {"review", "draw"}  # milestones that end with the publication, whatever their days say


@dataclass(frozen=True, slots=True)
class SeasonView:
    """A calendar as a page shows it: what is over, then what runs and what comes, each in order of time."""

    past: tuple[Phase, ...]
    ahead: tuple[Phase, ...]

    @classmethod
    def of(cls, phases: Iterable[Phase]) -> "SeasonView":
        found = [(phase.standing, phase) for phase in phases]
        now = [phase for standing, phase in found if standing == "now"]
        coming = [phase for standing, phase in found if standing == "coming"]
        return cls(tuple(phase for standing, phase in found if standing == "past"), (*now, *coming))


def calendar_of(season: Season) -> list[Phase]:
    """Milestones of the season and the moments of its rounds, in order of time."""
    # the rounds say to the minute when applications are open
    rounds = list(season.rounds.all())
    main = [one for one in rounds if one.kind != Round.Kind.SUPPLEMENTARY]
    out = bool(main) and all(one.state == RoundState.PUBLISHED for one in main)
    phases = [
        Phase(name, first, last, done=out and key in BEFORE_RESULTS)
        for key, name, first, last in dated(season)
        if key != "apply"
    ]
    for round_ in rounds:
        phases += _round_phases(round_)
    return sorted(phases, key=lambda phase: (phase.first_day, phase.last_day, phase.name))


def _round_phases(round_: Round) -> Iterator[Phase]:
    named = {"stage": round_.get_stage_display(), "kind": round_.get_kind_display()}
    closed, published = round_.state not in BEFORE_CLOSING, round_.state == RoundState.PUBLISHED
    applications = _("%(stage)s, %(kind)s: applications") % named
    yield Phase(applications, round_.opens_at, round_.closes_at, by_minute=True, done=closed)
    results = _("%(stage)s, %(kind)s: results") % named
    yield Phase(results, round_.results_at, round_.results_at, by_minute=True, done=published)


def calendar_file(seasons: Iterable[Season], host: str) -> str:
    """The calendars as iCalendar text (RFC 5545): days as days, minutes as moments in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//enrollment portal//calendar//ZH", "CALSCALE:GREGORIAN"]
    for season in seasons:
        for number, phase in enumerate(calendar_of(season)):
            lines += ["BEGIN:VEVENT", f"UID:{season.pk}-{number}@{host}", f"DTSTAMP:{_utc(clock.now())}"]
            lines += _span(phase)
            lines += [f"SUMMARY:{_escaped(f'{season.district} {phase.name}')}", "END:VEVENT"]
    return "\r\n".join(piece for line in [*lines, "END:VCALENDAR"] for piece in _folded(line)) + "\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _span(phase: Phase) -> list[str]:
    if isinstance(phase.starts, datetime) and isinstance(phase.ends, datetime):
        return [f"DTSTART:{_utc(phase.starts)}", f"DTEND:{_utc(phase.ends)}"]
    after = phase.last_day + timedelta(days=1)  # the end of a whole day is not part of it
    return [f"DTSTART;VALUE=DATE:{phase.first_day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


LINE_BYTES = 75


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, never cut inside a character."""
    piece, used = "", 0
    for char in line:
        size = len(char.encode())
        if used + size > LINE_BYTES:
            yield piece
            piece, used = " ", 1
        piece, used = piece + char, used + size
    yield piece


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """One version of a policy, in words and with its standing."""

    version: PolicyVersion
    policy: Policy
    plain: PlainPolicy
    rounds: tuple[Round, ...]  # that are or were run by it
    others: tuple[PolicyVersion, ...]  # versions of the same scheme, newest first
    added: tuple[Text, ...]  # lines that the version before did not have
    removed: tuple[Text, ...]
    on_site: bool = True  # whether somebody is sent where the policy says so: the season's switch


def public_policies() -> QuerySet[PolicyVersion]:
    """Versions that some round is or was run by: a draft of the bureau is not public yet."""
    return (
        PolicyVersion.objects.filter(rounds__season__rehearsal=False)
        .select_related("district")
        .distinct()
        .order_by("district_id", "code", "-number")
    )


def key_of(version: PolicyVersion) -> tuple[str, str, int]:
    return version.district_id, version.code, version.number


def policy_page(district: str, code: str, number: int) -> PolicyPage | None:
    """One public version with what changed since the one before it; None when there is no such."""
    versions = list(public_policies().filter(district_id=district, code=code))
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        return None
    policy = compiled(version)
    plain = described(policy)
    earlier = next((one for one in versions if one.number < number), None)
    added, removed = changes(described(compiled(earlier)), plain) if earlier else ((), ())
    rounds = version.rounds.filter(season__rehearsal=False).select_related("season__district").order_by("-season__year")
    sent = [rules_of(round_.season).on_site_visits for round_ in rounds[:1]]
    return PolicyPage(version, policy, plain, tuple(rounds), tuple(versions), added, removed, all(sent))

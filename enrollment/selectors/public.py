"""What everybody may read: the season's calendar and the policies in plain words."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.models import PolicyVersion, Round, Season
from enrollment.policies import compiled
from enrollment.selectors.after import dated
from foundation import clock
from policy import Policy
from policy.plain import Clause, PlainPolicy, described
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
        until = {"coming": self.first_day, "now": self.last_day}.get(self.standing, clock.today())
        return (until - clock.today()).days


def _day(moment: date | datetime) -> date:
    return moment.astimezone(clock.SHANGHAI).date() if isinstance(moment, datetime) else moment


def calendar_of(season: Season) -> list[Phase]:
    """Milestones of the season and the moments of its rounds, in order of time."""
    # the rounds say to the minute when applications are open
    phases = [Phase(name, first, last) for key, name, first, last in dated(season) if key != "apply"]
    for round_ in season.rounds.all():
        phases += _round_phases(round_)
    return sorted(phases, key=lambda phase: (phase.first_day, phase.last_day, phase.name))


def _round_phases(round_: Round) -> Iterator[Phase]:
    named = {"stage": round_.get_stage_display(), "kind": round_.get_kind_display()}
    closed, published = round_.state not in {"planned", "open", "paused"}, round_.state == "published"
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
    return PolicyPage(version, policy, plain, tuple(rounds), tuple(versions), added, removed)


def changes(before: PlainPolicy, after: PlainPolicy) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """The lines that came and the lines that went, in the order of the page."""
    old, new = lines_of(before), lines_of(after)
    added: list[Text] = []
    removed: list[Text] = []
    matcher = difflib.SequenceMatcher(a=[line.zh for line in old], b=[line.zh for line in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            removed += old[a:b]
            added += new[c:d]
    return tuple(added), tuple(removed)


def lines_of(plain: PlainPolicy) -> list[Text]:
    """Every line of a policy, each group's lines under the name of the group."""
    found = list(plain.ages)
    for group in plain.groups:
        under = [*_flat(group.conditions), *group.order, *group.materials]
        found += [Text(f"{group.name.zh}：{line.zh}", f"{group.name.en}: {line.en}") for line in under]
    return [*found, plain.otherwise, *plain.points, *plain.rules]


def _flat(clause: Clause) -> Iterator[Text]:
    yield clause.text
    for part in clause.parts:
        yield from _flat(part)

"""The queue: what waits for a decision of this person, by the day it is due, narrowed by what the address says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import COUNTY, scope
from enrollment.judging.patterns import only_questions, questions_in
from enrollment.seasons.models import Application, PolicyVersion, Round
from enrollment.seasons.naming.names import named
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import OPEN_FOR_REVIEW
from foundation import clock, codes
from foundation.posted import number
from foundation.wording import content_language
from policy import AGENCIES, DICTIONARY

PAGE: Final = 40
MOST_PATTERNS: Final = 30
SHORTEST_RECEIPT: Final = 3  # characters of a receipt that is looked for by a part
ORDER: Final = (F("next_step_by").asc(nulls_last=True), "state_at", "pk")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is asked for, as the address has it; "" where all is."""

    q: str = ""  # a receipt or a part of one, a part of a name, its sounds or initials
    round: str = ""
    school: str = ""
    zone: str = ""
    group: str = ""
    agency: str = ""  # whose answer disagrees or is missing
    pattern: str = ""
    due: str = ""  # over, today
    mine: str = ""  # 1: given to me

    @classmethod
    def read(cls, posted: Mapping[str, str]) -> "Wanted":
        return cls(**{one.name: str(posted.get(one.name, "")).replace("\0", "").strip()[:400] for one in fields(cls)})

    @property
    def query(self) -> str:
        """As an address has it, without what is not asked for."""
        return urlencode({one.name: value for one in fields(self) if (value := getattr(self, one.name))})


def open_cases(reviewer: Account) -> QuerySet[Application]:
    """Whatever this person may decide and nobody has decided yet."""
    rows = scope(reviewer).rows(
        Application.objects.filter(state__in=OPEN_FOR_REVIEW),
        Ability.APPLICATION_REVIEW,
        district="district_code",
        school="review_school_id",
    )
    return rows.exclude(held_decision__refused="")


def queue(reviewer: Account, wanted: Wanted) -> QuerySet[Application]:
    """The cases asked for, the most urgent first; who looks for one by name or receipt finds decided ones, too."""
    rows = found(reviewer, wanted.q) if wanted.q else open_cases(reviewer)
    minute = clock.running_minute()
    exact = {"review_school_id": wanted.school, "zone_code": wanted.zone, "group_code": wanted.group}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.pattern:
        rows = rows.filter(pattern=wanted.pattern)
    if wanted.round:
        rows = rows.filter(round_id=number(wanted.round))
    if wanted.agency:
        rows = rows.filter(pattern__contains=f":{wanted.agency}|")
    if wanted.due == "over":
        rows = rows.filter(next_step_by__lt=minute)
    elif wanted.due == "today":
        rows = rows.filter(next_step_by__gte=minute, next_step_by__lt=_tomorrow())
    if wanted.mine:
        rows = rows.filter(desk__given_to=reviewer)
    return rows.order_by(*ORDER)


def _tomorrow() -> datetime:
    return datetime.combine(clock.today() + timedelta(days=1), time.min, tzinfo=clock.SHANGHAI)


def found(reviewer: Account, typed: str) -> QuerySet[Application]:
    """Applications in reach whose child is found by what was typed (``enrollment.seasons.naming.names``), or whose
    receipt begins with it; of open cases those whose receipt has it anywhere."""
    rows = scope(reviewer).rows(
        Application.objects.all(), Ability.APPLICATION_VIEW, district="district_code", school="review_school_id"
    )
    condition = Q(pk__in=named(rows, typed, _districts(reviewer)).values("pk"))
    plain = codes.read(typed)
    if len(plain) >= SHORTEST_RECEIPT and plain.isascii():
        begins = "-".join(one for one in (plain[:2], plain[2:6], plain[6:10], plain[10:]) if one)
        bare = open_cases(reviewer).annotate(bare=Replace("receipt", Value("-"), Value("")))
        inside = bare.filter(bare__contains=plain).values("pk")
        condition |= Q(receipt__startswith=begins) | Q(pk__in=inside)
    return rows.filter(condition)


def rounds_near(reviewer: Account) -> QuerySet[Round]:
    """The rounds of the districts in which this person has a role, whether for the district or one school."""
    here = Q(pk__in=())
    for _role, reach in scope(reviewer).reaches:
        here |= Q(season__district__code__startswith=reach.district)
    return Round.objects.filter(here)


def _districts(reviewer: Account) -> Sequence[str]:
    """The counties whose names are looked through: those of the roles themselves, below a city those with rounds."""
    own = {reach.district for _role, reach in scope(reviewer).reaches}
    if all(len(district) == COUNTY for district in own):
        return sorted(own)
    rows = rounds_near(reviewer).order_by()
    return sorted(set(rows.values_list("season__district__code", flat=True)))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the queue: the application, what is open in words, when it is due, who has it."""

    application: Application
    open: tuple[str, ...]
    due: datetime | None
    over: bool
    held_by: str
    given_to: str


def lines(rows: Sequence[Application]) -> list[Line]:
    """Rows of ``queue`` as they are shown."""
    now = clock.now()
    shown = []
    for one in rows:
        desk = getattr(one, "desk", None)
        held = desk is not None and desk.held_until is not None and desk.held_until > now
        shown.append(
            Line(
                application=one,
                open=tuple(pattern_words(one.pattern, one.round.policy)),
                due=one.next_step_by,
                over=one.next_step_by is not None and clock.deadline_passed(one.next_step_by, now),
                held_by=str(desk.held_by) if held and desk else "",
                given_to=str(desk.given_to) if desk and desk.given_to else "",
            )
        )
    return shown


def beside_words() -> dict[str, str]:
    """What stands open beside the facts, by the names of ``enrollment.judging.patterns``."""
    return {
        "double": _("Perhaps the same child"),
        "claimed": _("Claimed by another application"),
        "often": _("Submitted very often"),
        "parted": _("Twins on both sides of the age limit"),
        "named": _("A character of a name"),
        "again": _("Approved before, and here again"),
        "policy": _("The rules ask a person"),
        "zone": _("School zone"),
    }


def status_words(status: str) -> str:
    said = {"mismatch": _("differs"), "not_found": _("not found"), "unavailable": _("no answer")}
    return said.get(status, _("not proved"))


def pattern_words(pattern: str, policy: PolicyVersion) -> list[str]:
    """A pattern in words, a line for each register that disagrees: "real estate: ownership share (differs)"."""
    language = content_language()
    local = compiled(policy).local_facts if "local." in pattern else {}
    by: dict[tuple[str, str], list[str]] = {}
    for name, status, source in questions_in(pattern):
        spec = local.get(name) or DICTIONARY.get(name)
        by.setdefault((source, status), []).append(spec.label.of(language) if spec else name)
    told = []
    for (source, status), names in by.items():
        agency = AGENCIES.get(source)
        facts = "、".join(names)
        head = agency.of(language) if agency else ""
        told.append(f"{head} · {facts}（{status_words(status)}）" if head else f"{facts}（{status_words(status)}）")
    beside = beside_words()
    return told + [beside[one] for one in pattern.split("|") if one in beside]


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of one round in which the same is open."""

    round: Round
    pattern: str
    words: tuple[str, ...]
    many: int
    query: str
    decidable: bool  # nothing but facts is open


def alike(reviewer: Account) -> list[Alike]:
    """The kinds of open cases, the most frequent first."""
    rows = open_cases(reviewer).exclude(pattern="").order_by().values_list("round_id", "pattern")
    counted = rows.annotate(many=Count("pk")).order_by("-many")[:MOST_PATTERNS]
    rounds = Round.objects.select_related("policy", "season__district").in_bulk([row[0] for row in counted])
    return [
        Alike(
            rounds[round_id],
            pattern,
            tuple(pattern_words(pattern, rounds[round_id].policy)),
            many,
            Wanted(round=str(round_id), pattern=pattern).query,
            only_questions(pattern),
        )
        for round_id, pattern, many in counted
    ]


def counts(reviewer: Account) -> dict[str, int]:
    """How many cases wait, are overdue, are due today, and were given to this person, by one reading."""
    minute = clock.running_minute()
    return open_cases(reviewer).aggregate(
        all=Count("pk"),
        over=Count("pk", filter=Q(next_step_by__lt=minute)),
        today=Count("pk", filter=Q(next_step_by__gte=minute, next_step_by__lt=_tomorrow())),
        mine=Count("pk", filter=Q(desk__given_to=reviewer)),
    )

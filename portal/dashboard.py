"""The season at a glance on the first page of the admin: rounds, rates, groups, queue, agencies, messages."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.scopes import Scope, scope
from accounts.staff_lists import about, rounded
from audit.models import Entry
from enrollment.filing.drafts.registers import ALARM as REGISTERS_ALARM
from enrollment.seasons.models import WITH_A_PERSON, Application, ApplicationState, Round
from enrollment.seasons.rules.policies import compiled
from foundation import clock
from foundation.wording import content_language
from notifications.models import Message
from notifications.services import DUE_STATES
from portal.context import holds_synthetic
from portal.today import today
from verification.models import Check
from verification.selectors import calls_today, verification_rates

PLACED = (ApplicationState.OFFERED, ApplicationState.ACCEPTED, ApplicationState.ENROLLED)
UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.VERIFYING,
    ApplicationState.VERIFIED,
    ApplicationState.RETURNED,
    *WITH_A_PERSON,
)
AFTER_DRAW = (*PLACED, ApplicationState.DECLINED, ApplicationState.LAPSED, ApplicationState.WAITING)
ALARM_DAYS, MOST_ALARMS = 7, 10
BAR_COLOUR = "rgb(14, 106, 99)"


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round with its numbers."""

    round: Round
    title: str
    total: int
    decided: int
    placed: int
    waiting: int
    percent: int
    chart: str
    link: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many applications of a round have the same state, group, way of filing and documents."""

    round_id: int
    state: str
    group: str
    online: bool
    bare: bool  # without any document
    many: int


def context(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows to this person: only rounds and cases in reach."""
    may = scope(request.user)
    applications = may.rows(
        Application.objects.all(), Ability.APPLICATION_VIEW, district="district_code", school="review_school_id"
    )
    rounds = may.rows(Round.objects.all(), Ability.ROUND_VIEW, district="season__district__code", school="")
    tallies = _tallies(applications)
    related = rounds.select_related("season__district", "policy").defer("policy__text")
    rows = [
        _round_row(round_, [one for one in tallies if one.round_id == round_.pk])
        for round_ in related.order_by("closes_at", "pk")
    ]
    values |= {
        "today": today(may.account) if may.account else [],
        "sees_families": may.any(Ability.APPLICATION_VIEW),
        "rounds": rows,
        "cards": _cards(tallies, may),
        "synthetic": holds_synthetic(),
        "alarms": _alarms(may),
    }
    return values


@dataclass(frozen=True, slots=True)
class Alarm:
    """An account that was refused because it asked the registers too often, or about children of other households."""

    at: datetime
    account: str
    link: str  # to what it did, for whoever may read the log


def _alarms(may: Scope) -> list[Alarm]:
    """The newest alarms of a week; for whoever can do something: who switches agencies, and who reads the log."""
    reads = may.any(Ability.AUDIT_VIEW)
    if not reads and not may.any(Ability.AGENCY_SWITCH):
        return []
    rows = Entry.objects.filter(action=REGISTERS_ALARM, at__gte=clock.now() - timedelta(days=ALARM_DAYS))
    log = reverse("admin:audit_entry_changelist")
    return [
        Alarm(one.at, one.actor_label, f"{log}?action={one.action}" if reads else "")
        for one in rows.order_by("-id")[:MOST_ALARMS]
    ]


def _tallies(applications: QuerySet[Application]) -> list[Tally]:
    """All numbers of the page by one reading of the applications."""
    bare = ExpressionWrapper(Q(uploads=0), output_field=BooleanField())
    grouped = applications.order_by().annotate(bare=bare)
    named = grouped.values_list("round_id", "state", "group_code", "online", "bare")
    return [Tally(*row) for row in named.annotate(many=Count("pk"))]


def _sum(tallies: Iterable[Tally], states: Collection[str] = ()) -> int:
    return sum(one.many for one in tallies if not states or one.state in states)


def _round_row(round_: Round, here: Sequence[Tally]) -> RoundRow:
    total = _sum(one for one in here if one.state != ApplicationState.WITHDRAWN)
    undecided = _sum(here, UNDECIDED)
    groups: Counter[str] = Counter()
    for one in here:
        groups[one.group] += one.many
    del groups[""]
    return RoundRow(
        round=round_,
        title=f"{round_.season.district} · {round_.get_stage_display()} · {round_.get_kind_display()}",
        total=total,
        decided=total - undecided,
        placed=_sum(here, PLACED),
        waiting=_sum(here, (ApplicationState.WAITING,)),
        percent=round(100 * (total - undecided) / total) if total else 0,
        chart=_chart(round_, groups),
        link=reverse("lottery:official-round", args=[round_.pk]),
    )


def _chart(round_: Round, groups: Mapping[str, int]) -> str:
    """Applications per group as chart data, in the policy's order and words."""
    if not groups:
        return ""
    language = content_language()
    named = [(group.name.of(language), groups.get(group.id, 0)) for group in compiled(round_.policy).groups]
    data = {
        "labels": [name for name, _count in named],
        "datasets": [
            {
                "label": _("Applications"),
                "data": [n for _name, n in named],
                "backgroundColor": BAR_COLOUR,
                "barThickness": 28,
            }
        ],
    }
    return json.dumps(data, ensure_ascii=False)


def _cards(tallies: Sequence[Tally], may: Scope) -> list[dict[str, Any]]:
    """Numbers with a percentage where there is one."""
    if not may.any(Ability.APPLICATION_VIEW):
        return []  # a number that a role may not see is no zero
    everybody = reverse("admin:enrollment_application_changelist")
    total = _sum(tallies)
    cards = [
        # each rate leads to what is missing from a hundred percent, and says so
        _card(_("Filed online"), _sum(one for one in tallies if one.online), total)
        | {"link": f"{everybody}?desk=all&online__exact=0", "leads": _("those that were not")},
        _card(_("Without any document"), _sum(one for one in tallies if one.bare), total),
        _card(_("Placed"), _sum(tallies, PLACED), _sum(tallies, AFTER_DRAW))
        | {"link": f"{everybody}?state__exact=waiting", "leads": _("those without a place")},
    ]
    if may.any(Ability.AGENCY_SWITCH):
        cards += [
            _verified(may),
            _card(_("Data requests today"), calls_today(may.account), 0) | {"link": reverse("verification:figures")},
            _share_done(_("Checks done"), Check.objects.all(), Check.objects.filter(state=Check.State.PENDING)),
            _share_done(_("Messages sent"), Message.objects.all(), Message.objects.filter(state__in=DUE_STATES)),
        ]
    return cards


def _verified(may: Scope) -> dict[str, Any]:
    """Match / all of the findings in reach; by district, item, period and round on the page of figures."""
    rates = verification_rates(may.account)
    card = _card(_("Verified by data"), sum(one.matched for one in rates), sum(one.whole for one in rates))
    return card | {"link": reverse("verification:figures")}


def _share_done(title: str, everything: QuerySet[Any], waiting: QuerySet[Any]) -> dict[str, Any]:
    """What is done of a large table: what waits is counted by its index; the whole, where large, is estimated."""
    whole, exact = about(everything)
    done = max(0, whole - waiting.count())
    return _card(title, done, whole) | ({} if exact else {"value": _("about %(count)d") % {"count": rounded(done)}})


def _card(title: str, value: int, whole: int) -> dict[str, Any]:
    return {"title": title, "value": value, "whole": whole, "percent": round(100 * value / whole) if whole else None}

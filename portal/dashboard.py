"""The season at a glance on the first page of the admin: rounds, rates, groups, queue, agencies, messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.scopes import Scope, scope
from enrollment.models import Application, ApplicationState, Round
from enrollment.policies import compiled
from enrollment.selectors import review_queue
from notifications.models import Message
from portal.context import holds_synthetic
from verification.models import Check

OPEN_WORK = ("attention", "in_review")
PLACED = ("offered", "accepted", "enrolled")
AFTER_DRAW = (*PLACED, "declined", "lapsed", "waiting")
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


def context(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows to this person: only rounds and cases in reach."""
    may = scope(request.user)
    applications = may.rows(
        Application.objects.all(), "application.view", district="district_code", school="review_school_id"
    )
    rounds = may.rows(Round.objects.all(), "round.view", district="season__district__code", school="")
    rows = [
        _round_row(round_, applications)
        for round_ in rounds.select_related("season__district", "policy").order_by("closes_at", "pk")
    ]
    values |= {
        "rounds": rows,
        "cards": _cards(applications, may),
        "synthetic": holds_synthetic(),
    }
    return values


def _round_row(round_: Round, applications: QuerySet[Application]) -> RoundRow:
    here = applications.filter(round=round_)
    states = dict(here.values_list("state").annotate(n=Count("pk")).order_by())
    total = sum(n for state, n in states.items() if state != ApplicationState.WITHDRAWN)
    undecided = sum(states.get(state, 0) for state in ("submitted", "verifying", "verified", "returned", *OPEN_WORK))
    groups = dict(here.exclude(group_code="").values_list("group_code").annotate(n=Count("pk")).order_by())
    return RoundRow(
        round=round_,
        title=f"{round_.season.district} · {round_.get_stage_display()} · {round_.get_kind_display()}",
        total=total,
        decided=total - undecided,
        placed=sum(states.get(state, 0) for state in PLACED),
        waiting=states.get("waiting", 0),
        percent=round(100 * (total - undecided) / total) if total else 0,
        chart=_chart(round_, groups),
        link=reverse("lottery:official-round", args=[round_.pk]),
    )


def _chart(round_: Round, groups: Mapping[str, int]) -> str:
    """Applications per group as chart data, in the policy's order and words."""
    if not groups:
        return ""
    language = get_language() or "zh-hans"
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


def _cards(applications: QuerySet[Application], may: Scope) -> list[dict[str, Any]]:
    """Numbers with a percentage where there is one."""
    everybody = reverse("admin:enrollment_application_changelist")
    counts = applications.aggregate(
        total=Count("pk"),
        online=Count("pk", filter=Q(online=True)),
        papers=Count("pk", filter=Q(uploads=0)),
        drawn=Count("pk", filter=Q(state__in=AFTER_DRAW)),
        placed=Count("pk", filter=Q(state__in=PLACED)),
    )
    cards = [
        # each rate leads to what is missing from a hundred percent
        _card(_("Filed online"), counts["online"], counts["total"]) | {"link": f"{everybody}?desk=all&online__exact=0"},
        _card(_("Without any paper"), counts["papers"], counts["total"]),
        _card(_("Placed"), counts["placed"], counts["drawn"]) | {"link": f"{everybody}?state__exact=waiting"},
    ]
    if may.any("application.review"):
        account = may.account
        waiting = review_queue(account).filter(state__in=OPEN_WORK).count() if account else 0
        cards.insert(
            0,
            {
                **_card(_("Waiting for a person"), waiting, 0),
                "link": everybody,
            },
        )
    if may.any("agency.switch"):
        checks = Check.objects.aggregate(total=Count("pk"), done=Count("pk", filter=Q(state=Check.State.DONE)))
        sent = Message.objects.exclude(state__in=[Message.State.QUEUED, Message.State.SENDING])
        cards += [
            _card(_("Checks done"), checks["done"], checks["total"]),
            _card(_("Messages sent"), sent.count(), Message.objects.count()),
        ]
    return cards


def _card(title: str, value: int, whole: int) -> dict[str, Any]:
    return {"title": title, "value": value, "whole": whole, "percent": round(100 * value / whole) if whole else None}

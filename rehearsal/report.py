"""What a rehearsal says about itself: counts, rates, quality of verification against the truth, times, digests."""

import hashlib
import json
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from enrollment.seasons.models import Application, Offer
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from lottery.classes.models import ClassRun
from notifications.models import Message
from rehearsal.city import Applicant
from rehearsal.kinds import ended
from rehearsal.play import Play
from rehearsal.quality import judging
from rehearsal.rounds import rounds_played
from schools.models import SeatPlan
from verification.models import AgencyCall, Check, Finding

DEFECTS = frozenset({"mismatch", "not_found"})


def report(play: Play) -> dict[str, Any]:
    """The whole report (JSON-safe)."""
    applications = Application.objects.filter(round__season=play.season)
    states = Counter(applications.values_list("state", flat=True))
    total = sum(states.values())
    return {
        "synthetic": True,
        "at": clock.now().isoformat(timespec="seconds"),
        "families": play.families,
        "seed": play.seed,
        "children": len(play.applicants),
        "city": play.city_digest,
        "states": dict(sorted(states.items())),
        "refused_at_filing": dict(sorted(Counter(play.refused.values()).items())),
        "groups": dict(sorted(Counter(applications.values_list("group_code", flat=True)).items())),
        "channels": dict(applications.values_list("channel").annotate(n=Count("pk")).order_by("channel")),
        "in_visits": applications.filter(versions__number=1, versions__visit__isnull=False).count(),
        "rates": rates(play, applications, total),
        "rules": rules(applications),
        "places": places(play, applications),
        "verification": quality(play),
        "judging": judging(play),
        "kinds": ended(play),
        "seconds_per_finding": percentiles(Finding.objects.values_list("seconds", flat=True)),
        "agency_calls": dict(AgencyCall.objects.values_list("agency").annotate(n=Count("pk")).order_by("agency")),
        "messages": message_counts(),
        "rounds": rounds_played(play.rounds("main"), recompute=not play.keep),
        "draws": [
            {
                "stage": draw.round.stage,
                "roll": draw.roll_count,
                "root": draw.roll_root,
                "seed": draw.seed,
                "order": draw.order_digest,
            }
            for draw in play.draws()
        ],
        "admission": [
            {"stage": run.round.stage, "digest": run.digest, "certificate": run.result.get("certificate")}
            for run in play.published_runs()
        ],
        "classes": [
            {"school": run.school_id, "stage": run.stage, "digest": run.assignment_digest}
            for run in ClassRun.objects.filter(season=play.season).order_by("school_id", "stage")
        ],
        "seconds": {**play.seconds, "total": round(sum(play.seconds.values()), 2)},
        "replay": replay_digest(play),
    }


def rates(play: Play, applications: Any, total: int) -> dict[str, float]:
    """Shares from 0 to 1: online, checked, verified (match / all findings), admitted, without any document."""
    done = Check.objects.filter(state=Check.State.DONE).count()
    findings = Finding.objects.filter(check_made__state=Check.State.DONE)
    pool = applications.filter(roll_entries__isnull=False).count()
    placed = Offer.objects.filter(application__round__season=play.season, school__isnull=False).count()
    return {
        "online": share(applications.filter(online=True).count(), total),
        "checks_done": share(done, Check.objects.count()),
        "verification": share(findings.filter(outcome="match").count(), findings.count()),
        "admission": share(placed, pool),
        "zero_document": share(applications.filter(uploads=0).count(), total),
        "without_person": share(applications.exclude(transitions__event=ApplicationEvent.NEEDS_PERSON).count(), total),
    }


def rules(applications: QuerySet[Application]) -> list[dict[str, Any]]:
    """What each group of the rules did, by stage: children in it, how many a person looked at, how many have a place
    by choice and by coordination.
    """
    rows = applications.values("round__stage", "tier", "group_code").annotate(
        children=Count("pk", distinct=True),
        asked=Count("pk", distinct=True, filter=Q(transitions__event=ApplicationEvent.NEEDS_PERSON)),
        choice=Count("pk", distinct=True, filter=Q(offer__kind=Offer.Kind.CHOICE)),
        coordination=Count("pk", distinct=True, filter=Q(offer__kind=Offer.Kind.COORDINATION)),
    )
    return [
        {
            "stage": row["round__stage"],
            "group": row["group_code"],
            "children": row["children"],
            "asked": row["asked"],
            "choice": row["choice"],
            "coordination": row["coordination"],
        }
        for row in rows.order_by("round__stage", "tier", "group_code")
    ]


def places(play: Play, applications: QuerySet[Application]) -> list[dict[str, Any]]:
    """Of each school and stage with seats: the seats, who named it first, who has a place there."""
    if play.season is None:
        raise ValueError("nothing was played")
    placed = Counter(applications.filter(offer__school__isnull=False).values_list("offer__school", "round__stage"))
    newest = applications.filter(versions__number=F("version")).values_list("versions__choices", "round__stage")
    first = Counter((choices[0], stage) for choices, stage in newest if choices)
    stages = {one.stage for one in play.rounds("main")}
    plans = SeatPlan.objects.filter(school__district=play.season.district_id, year=play.season.year, stage__in=stages)
    return [
        {"school": code, "stage": stage, "seats": seats, "first": first[code, stage], "placed": placed[code, stage]}
        for code, stage, seats in plans.order_by("stage", "school").values_list("school", "stage", "seats")
    ]


def share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def quality(play: Play) -> dict[str, Any]:
    """First findings of each child against the truth; a defect is a mismatch or a missing record."""
    receipts = {receipt: child for child, receipt in play.filed.items()}
    first = dict(
        Application.objects.filter(round__season=play.season, versions__number=1).values_list("versions__id", "receipt")
    )
    seen: Counter[tuple[str, str]] = Counter()
    rows = Finding.objects.filter(check_made__subject__in=first.keys()).values_list(
        "check_made__subject", "check_made__agency", "outcome"
    )
    for subject, agency, outcome in rows.iterator():
        child: Applicant = play.applicants[receipts[first[subject]]]
        expected = child.truth["findings"].get(agency, "match")
        seen[expected, outcome] += 1
    found = sum(n for (expected, got), n in seen.items() if got in DEFECTS)
    right = sum(n for (expected, got), n in seen.items() if got in DEFECTS and expected in DEFECTS)
    planted = sum(n for (expected, got), n in seen.items() if expected in DEFECTS)
    exact = sum(n for (expected, got), n in seen.items() if expected == got)
    return {
        "findings": sum(seen.values()),
        "precision": share(right, found),
        "recall": share(right, planted),
        "exact": share(exact, sum(seen.values())),
        "confusion": {f"{expected}->{got}": n for (expected, got), n in sorted(seen.items())},
    }


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """Median and 95th percentile in seconds."""
    numbers: Sequence[float] = sorted(values)
    if not numbers:
        return {"p50": 0.0, "p95": 0.0}
    return {"p50": round(statistics.median(numbers), 3), "p95": round(numbers[int(0.95 * (len(numbers) - 1))], 3)}


def message_counts() -> dict[str, int]:
    rows = Message.objects.values_list("template").annotate(n=Count("pk")).order_by("template")
    return {**dict(rows), "failed": Message.objects.filter(state=Message.State.FAILED).count()}


def replay_digest(play: Play) -> str:
    """SHA-256 over what was decided for every synthetic child, in order: same seed, same digest."""
    by_receipt: dict[str, dict[str, Any]] = {
        row["receipt"]: dict(row)
        for row in Application.objects.filter(round__season=play.season).values(
            "receipt", "group_code", "tier", "points", "order", "zone_code", "offer__school_id", "offer__kind"
        )
    }
    state = hashlib.sha256()
    for child in sorted(play.applicants):
        row = by_receipt.get(play.filed.get(child, ""))
        line = [child, play.refused.get(child)] if row is None else [child, *(row[key] for key in sorted(row))]
        state.update(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return f"sha256:{state.hexdigest()}"

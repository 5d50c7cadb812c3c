"""The facts of the minutes, gathered from what was stored during the ceremony; nothing is computed anew but digests."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.models import Account
from foundation import clock
from lottery.admission.models import AdmissionRun
from lottery.ceremony.digests import announcement_digest
from lottery.ceremony.models import Confirmation, Draw, DrawStep, Nonce, PublicFile, RollEntry
from lottery.ceremony.people import plan_of
from lottery.ceremony.states import DrawEvent, FinalStep
from lottery.engine import minutes
from lottery.witnesses.models import StepSign

FILES = ("roll.csv", "transcript.json", "admission.json")


def minutes_of(draw: Draw) -> bytes:
    """The PDF of a draw whose certification is stored."""
    return minutes.pdf(facts_of(draw))


def facts_of(draw: Draw) -> minutes.Minutes:
    """What the minutes say of a certified draw."""
    round_, plan, certified = draw.round, plan_of(draw), draw.certification
    run = AdmissionRun.objects.get(round=round_, state=AdmissionRun.State.PUBLISHED)
    reason = DrawStep.objects.filter(draw=draw, event=DrawEvent.USE_FALLBACK).values_list("note", flat=True).first()
    announced = draw.commitment
    return minutes.Minutes(
        district=round_.season.district.name,
        year=round_.season.year,
        stage=round_.stage,
        kind=round_.kind,
        rehearsal=round_.season.rehearsal,
        synthetic=round_.season.synthetic,
        number=certified.number,
        note=certified.note,
        certified_at=certified.at.astimezone(clock.SHANGHAI),
        place=plan.place,
        starts_at=_time(plan.starts_at),
        deadlines=(_time(plan.commit_by), _time(plan.reveal_by), _time(plan.value_by)),
        method=draw.method,
        sibling_rule=draw.sibling_rule,
        mechanism=announced["mechanism"],
        notary=_called(certified.notary),
        people=_people(draw),
        steps=_steps(draw),
        confirmations=_confirmations(draw),
        parts=_parts(draw),
        public_source=announced["entropy"]["public_value"],
        public_value=draw.public_value,
        fallback=announced["entropy"]["fallback"],
        fallback_reason=reason or "",
        signatures=_signatures(draw),
        counts=_counts(draw, run),
        schools=_schools(run),
        digests=_digests(draw, run),
        programs=tuple(sorted(announced["programs"].items())),
        url=settings.SITE_URL.rstrip("/") + reverse("lottery:round", args=[round_.pk]),
    )


def _time(at: datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _called(account: Account) -> str:
    return f"{account.name}（{account.username}）" if account.name else account.username


def _people(draw: Draw) -> tuple[minutes.Person, ...]:
    plan = plan_of(draw)
    acted = set(DrawStep.objects.filter(draw=draw).values_list("actor__username", flat=True))
    acted |= set(Confirmation.objects.filter(round_id=draw.round_id).values_list("official__username", flat=True))
    named = {one["name"] for one in plan.witnesses}
    accounts = Account.objects.filter(username__in=named | acted).order_by("username")
    found = [minutes.Person(one.username, one.name, plan.duty(one.username) or "official") for one in accounts]
    return tuple(sorted(found, key=lambda one: (one.duty == "official", one.username)))


def _steps(draw: Draw) -> tuple[minutes.Step, ...]:
    rows = DrawStep.objects.filter(draw=draw).select_related("actor").order_by("at", "pk")
    return tuple(minutes.Step(one.event, _time(one.at), one.actor.username, one.note) for one in rows)


def _confirmations(draw: Draw) -> tuple[minutes.Step, ...]:
    rows = Confirmation.objects.filter(
        round_id=draw.round_id, step__in=[FinalStep.DRAW, FinalStep.PUBLISH]
    ).select_related("official")
    return tuple(
        minutes.Step(one.step, _time(one.at), one.official.username, one.subject) for one in rows.order_by("at")
    )


def _parts(draw: Draw) -> tuple[minutes.Part, ...]:
    nonces = {one.witness.username: one for one in Nonce.objects.filter(draw=draw).select_related("witness")}
    parts = []
    for name in draw.commitment["entropy"]["witnesses"]:
        one = nonces.get(name)
        parts.append(minutes.Part(name, one.commitment if one else "", one.value if one and one.revealed_at else ""))
    return tuple(parts)


def _signatures(draw: Draw) -> tuple[minutes.Signature, ...]:
    rows = StepSign.objects.filter(draw=draw).select_related("person", "reply__official").order_by("at", "pk")
    return tuple(
        minutes.Signature(
            step=one.step,
            person=_called(one.person),
            duty=one.role,
            decision=one.decision,
            at=_time(one.at),
            subject=one.subject,
            note=one.note,
            reply=one.reply.text if hasattr(one, "reply") else "",
            reply_by=one.reply.official.username if hasattr(one, "reply") else "",
        )
        for one in rows
    )


def _counts(draw: Draw, run: AdmissionRun) -> tuple[tuple[str, int], ...]:
    sizes = Counter(RollEntry.objects.filter(draw=draw).values_list("group_id", flat=True))
    schools = _schools(run)
    counts = run.result["counts"]
    return (
        ("pupils", draw.roll_count),
        ("groups", len(sizes)),
        ("sibling_groups", sum(size > 1 for size in sizes.values())),
        ("seats", sum(one.seats for one in schools)),
        ("extra", sum(one.extra for one in schools)),
        *((name, counts[name]) for name in ("by_choice", "first_choice", "coordinated", "without")),
    )


def _schools(run: AdmissionRun) -> tuple[minutes.SchoolLine, ...]:
    return tuple(
        minutes.SchoolLine(code, str(row["name"]), row["seats"], row["extra_seats"], row["filled"])
        for code, row in sorted(run.result["schools"].items())
    )


def _digests(draw: Draw, run: AdmissionRun) -> tuple[tuple[str, str], ...]:
    files = dict(PublicFile.objects.filter(round_id=draw.round_id, name__in=FILES).values_list("name", "sha256"))
    return (
        ("announcement", announcement_digest(draw)),
        ("root", draw.roll_root),
        ("seed", draw.seed),
        ("order", draw.order_digest),
        ("run", run.digest),
        *((name.partition(".")[0], files[name]) for name in FILES if name in files),
    )

"""Publication: two people, then everything at once - places, states, files - or nothing; then every family is told."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from enrollment.guardians.services.decision_messages import to_guardians
from enrollment.outcome.services.offers import NewOffer, offers_publish
from enrollment.seasons.days.deadlines import answer_until
from enrollment.seasons.models import Offer, Round
from enrollment.seasons.services.rounds import LONGEST_REASON, round_for
from enrollment.seasons.services.steps import round_step_locked
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.bulk import BINARY, NULL, copy_in, stored_alike
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.lanes import ring_on_commit
from foundation.progress import report
from lottery.admission.bound import bound_only
from lottery.admission.inputs import load, load_again
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.services.runs import run_fail, run_name, run_work, take_run
from lottery.admission.states import RunEvent
from lottery.admission.steps import run_step
from lottery.ceremony.confirming import confirm
from lottery.ceremony.files import publish_packed
from lottery.ceremony.models import Confirmation, Draw
from lottery.ceremony.states import DrawEvent, FinalStep
from lottery.ceremony.steps import draw_step
from lottery.engine.admission.entries import SHARED, inputs_digest, real
from lottery.engine.drawing.bound import check_same
from notifications.models import Message
from notifications.services import Outgoing, messages_queue

if TYPE_CHECKING:
    from lottery.engine.admission.province import Province

BATCH = 2000
LARGE_ROLL = 5_000  # a roll above this is computed and published by the workers; the page shows how far they are
IN_MEMORY = 16_000_000
COLUMNS = "run_id, application_id, school_code, shared, coordinated, metres, positions, tickets"


def run_publish_confirm(*, official: Account, run_id: int, token: str, reason: str = "") -> AdmissionRun:
    """Confirm the publication; the second, different person's confirmation publishes. Raises NotAllowed, Refused.

    Before the day that was announced each of the two gives a reason. A large round is published by the workers: the run
    then comes back as "publishing".
    """

    def look() -> AdmissionRun:
        run = _run_to_publish(official, run_id)
        _refuse_before_its_day(run, reason.strip())
        return run

    with WithPassword(look, person=official, token=token) as run:
        why = reason.strip() if published_early(run.round) else ""
        if not confirm(round_=run.round, step=FinalStep.PUBLISH, subject=run.digest, official=official, reason=why):
            return run
        run_step(run, RunEvent.CONFIRM, published_by=official)
        large = Draw.objects.filter(round=run.round, roll_count__gt=LARGE_ROLL).exists()
        if large:
            ring_on_commit("runs")
    if large:
        return run
    done = run_publish(run_id=run.pk) or run
    run_tell(run_id=run.pk)
    return done


def published_early(round_: Round) -> bool:
    """Whether publishing now would be before the day that was announced."""
    return clock.today() < clock.day_of(round_.results_at)


def _refuse_before_its_day(run: AdmissionRun, reason: str) -> None:
    if published_early(run.round) and not 1 <= len(reason) <= LONGEST_REASON:
        day = clock.day_of(run.round.results_at).isoformat()
        text = _("The results were announced for %(day)s. Say why they are published before that day.")
        raise Refused(text % {"day": day}, code="reason", field="reason")


def _run_to_publish(official: Account, run_id: int) -> AdmissionRun:
    round_id = AdmissionRun.objects.filter(pk=run_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such run in your care."))
    round_ = round_for(official, round_id, Ability.ROUND_CONFIRM)
    run = AdmissionRun.objects.select_for_update().get(pk=run_id)
    run.round = round_
    reasons = {
        AdmissionRun.State.QUEUED: _("This run is still being computed. Please wait."),
        AdmissionRun.State.PUBLISHING: _("This run is being published at this moment."),
        AdmissionRun.State.PUBLISHED: _("This run is published. A published result never changes."),
        AdmissionRun.State.DISCARDED: _("This run was replaced by a newer one. Look at the newest run."),
        AdmissionRun.State.FAILED: _("This run was stopped. Compute the places again."),
    }
    if run.state in reasons:
        raise Refused(reasons[AdmissionRun.State(run.state)], code=run.state)
    if not run.result["certificate"]["valid"]:
        broken = ", ".join(run.result["certificate"]["violations"])
        text = _("The certificate of this run is broken: %(broken)s. It cannot be published; ask for help.")
        raise Refused(text % {"broken": broken}, code="certificate")
    return run


def run_publish(*, run_id: int) -> AdmissionRun | None:
    """Publish a run that two people confirmed; None when there is nothing to do. Killed at any moment it is as if it
    had not begun, and the sweeper begins again. Raises Refused, and keeps the reason, when it cannot be published."""
    try:
        return _publish(run_id)
    except Refusal as problem:
        run_fail(run_id, problem)
        raise


@transaction.atomic
def _publish(run_id: int) -> AdmissionRun | None:
    run = take_run(run_id, AdmissionRun.State.PUBLISHING)
    if run is None:
        return None
    official = run.published_by
    assert official is not None  # noqa: S101 - the state is entered together with the name
    name, now = run_name(run_id), clock.now()
    draw = Draw.objects.select_for_update().get(round=run.round)
    draw.round = run.round
    report(name, "placing", 0, 4)
    province, applications = _compute_again(run, draw)
    round_step_locked(round_=run.round, event=RoundEvent.ADMIT, actor=official)
    report(name, "storing", 1, 4)
    _store(run, province, applications)
    report(name, "offering", 2, 4)
    answer_by = answer_until(run.round.answer_days, now)
    offers_publish(
        round_id=run.round_id,
        run_id=run.pk,
        official=official,
        offers=_offers(province, applications),
        at=now,
        answer_by=answer_by,
    )
    report(name, "writing", 3, 4)
    _write_file(run, province)
    run_step(run, RunEvent.PUBLISH, published_at=now)
    draw_step(draw=draw, event=DrawEvent.PUBLISH, actor=official)
    round_step_locked(round_=run.round, event=RoundEvent.PUBLISH, actor=official)
    report(name, "telling", 0, len(applications))
    return run


def _compute_again(run: AdmissionRun, draw: Draw) -> tuple[Province, dict[str, str]]:
    """Compute the run once more: what is published is what anybody gets from the stored inputs."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.province import place_columns

    inputs, applications, _schools = load(draw)
    if inputs_digest(inputs, draw.roll_root, draw.round.policy.digest) != run.inputs_digest:
        raise Refused(_("A school was changed after this run. Compute the places again."), code="stale")
    province = place_columns(inputs)
    if province.digest != run.digest:
        raise Refused(_("Computing again gives another result. Nothing is published."), code="digest")
    return province, applications


def _rows(run: AdmissionRun, province: Province, applications: dict[str, str]) -> Iterator[Sequence[str]]:
    """The placements as fields of COPY's text form."""
    from lottery.engine.admission.standings import KEPT_BYTES

    made, width, number = province.columns, 2 * KEPT_BYTES, str(run.pk)
    for part, rows in made.parts(BATCH):
        positions, tickets, at = made.positions[rows].tolist(), made.tickets[rows, :KEPT_BYTES].tobytes().hex(), 0
        counts = made.counts[part].tolist()
        for one, school, count in zip(made.entries[part], province.school_of[part], counts, strict=True):
            code, metres = province.coordinated.get(one.pupil, (real(school) or "", None))
            yield (
                number,
                applications[one.pupil],
                code,
                "t" if school and school.endswith(SHARED) else "f",
                "f" if metres is None else "t",
                NULL if metres is None else str(metres),
                "{" + ",".join(map(str, positions[at : at + count])) + "}",
                BINARY + tickets[at * width : (at + count) * width],
            )
            at += count


def _store(run: AdmissionRun, province: Province, applications: dict[str, str]) -> None:
    copy_in(Placement._meta.db_table, COLUMNS, _rows(run, province, applications))


def placements_check(run: AdmissionRun) -> None:
    """Compute a published run once more, every leaf made again, and hold the stored places against it.

    Before a seat is given from the lists, which follow from these places. Raises NotBound.
    """
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.province import place_columns

    draw = Draw.objects.get(round=run.round)
    draw.round = run.round
    inputs, applications = load_again(draw)
    province = place_columns(inputs)
    given = Confirmation.objects.filter(round=run.round, step=FinalStep.PUBLISH, subject=run.digest)
    rows, only = _rows(run, province, applications), f"run_id = {run.pk:d}"
    with bound_only():
        check_same("the digest of the run", province.digest, run.digest)
        check_same("the confirmations of the run", given.values("official").distinct().count() >= 2, True)
        check_same("the places of the run", stored_alike(Placement._meta.db_table, COLUMNS, rows, only=only), True)


def _offers(province: Province, applications: dict[str, str]) -> Iterator[NewOffer]:
    for one, held in zip(province.columns.entries, province.school_of, strict=True):
        moved = province.coordinated.get(one.pupil)
        school = moved[0] if moved else real(held)
        kind = Offer.Kind.COORDINATION if moved else Offer.Kind.CHOICE if school else Offer.Kind.NONE
        yield NewOffer(applications[one.pupil], school or "", kind)


def _write_file(run: AdmissionRun, province: Province) -> None:
    from lottery.engine.admission.admission_file import admission_text

    digest = hashlib.sha256()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        target: IO[bytes] = file
        # Level 1: higher levels cost minutes for a province and save little, because most of the file is digests.
        with gzip.GzipFile(fileobj=target, mode="wb", mtime=0, compresslevel=1) as packed:
            for piece in admission_text(province, run.digest):
                body = piece.encode()
                digest.update(body)
                packed.write(body)
        file.seek(0)
        publish_packed(run.round, "admission.json", digest.hexdigest(), target)


def run_tell(*, run_id: int) -> int:
    """Queue the message of every family of a published run, part by part; returns how many placements it went through.

    How far it came is kept with each part, and a message's key names the application: whoever is killed, nobody is told
    twice or forgotten.
    """
    total = 0
    while part := _tell_part(run_id):
        total += part
        report(run_name(run_id), "telling", total)
    return total


@transaction.atomic
def _tell_part(run_id: int) -> int:
    run = (
        AdmissionRun.objects.select_for_update(skip_locked=True)
        .filter(pk=run_id, state=AdmissionRun.State.PUBLISHED, told_at=None)
        .first()
    )
    if run is None:
        return 0
    rows = Placement.objects.filter(run=run, pk__gt=run.told_through).order_by("pk")
    part = list(rows.select_related("application__child", "application__guardian")[:BATCH])
    if not part:
        AdmissionRun.objects.filter(pk=run.pk).update(told_at=clock.now())
        return 0
    answer_by = Offer.objects.values_list("answer_by", flat=True).get(application_id=part[0].application_id)
    names = {code: str(row["name"]) for code, row in run.result["schools"].items()}
    told = zip((one.application for one in part), _messages(part, names, answer_by), strict=True)
    messages_queue(to_guardians(list(told)), urgency=Message.Urgency.MANY)
    AdmissionRun.objects.filter(pk=run.pk).update(told_through=part[-1].pk)
    return len(part)


def _messages(placements: Sequence[Placement], names: dict[str, str], answer_by: datetime) -> Iterator[Outgoing]:
    deadline = clock.written(answer_by)
    for one in placements:
        application = one.application
        params = {"child": application.child.name, "receipt": application.receipt}
        if one.school_code:
            params |= {"school": names[one.school_code], "deadline": deadline}
        template = "offered" if one.school_code else "waiting"
        yield Outgoing(
            key=f"{template}:{application.pk}",
            template=template,
            params=params,
            account=application.guardian,
            district=application.district_code,
            deadline=answer_by if one.school_code else None,
        )


def runs_go_on() -> int:
    """Go on with every run that is at work, found by its state; how many were moved on.

    One that another worker holds is left to it, and why one could not be done stands on the run.
    """
    moved = 0
    for pk, state in AdmissionRun.objects.filter(state__in=AdmissionRun.WORKING).values_list("pk", "state"):
        work = run_work if state == AdmissionRun.State.QUEUED else run_publish
        with contextlib.suppress(Refused):
            moved += work(run_id=pk) is not None
    untold = AdmissionRun.objects.filter(state=AdmissionRun.State.PUBLISHED, told_at=None)
    return moved + sum(run_tell(run_id=pk) > 0 for pk in untold.values_list("pk", flat=True))

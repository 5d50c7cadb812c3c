"""Publication: two people, then everything at once - places, states, files - or nothing; then every family is told."""

import contextlib
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import totp_confirm
from enrollment.models import Offer
from enrollment.services.offers import NewOffer, offers_publish
from enrollment.services.rounds import round_for
from enrollment.services.telling import to_guardians
from enrollment.services.transitions import round_step_locked
from foundation import clock
from foundation.bulk import BINARY, NULL, copy_in
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from foundation.progress import report
from lottery.engine.admission_file import admission_text
from lottery.engine.entries import SHARED, inputs_digest, real
from lottery.engine.province import Province, place_columns
from lottery.engine.telling import KEPT_BYTES
from lottery.models import AdmissionRun, Draw, Placement
from lottery.services.common import confirm, draw_step, publish_packed
from lottery.services.inputs import load
from lottery.services.runs import run_failed, run_name, run_work, take_run
from notifications.models import Message
from notifications.services import Outgoing, messages_queue

ANSWER_DAYS = 7
BATCH = 2000
LARGE_ROLL = 5_000  # above it the workers publish, and the page shows how far they are
IN_MEMORY = 16_000_000
COLUMNS = "run_id, application_id, school_code, shared, coordinated, metres, positions, tickets"


def run_publish_confirm(*, official: Account, run_id: int, token: str) -> AdmissionRun:
    """Confirm the publication; the second, different person's confirmation publishes. Raises NotAllowed, Refused.

    A large round is published by the workers: the run then comes back as "publishing".
    """
    with transaction.atomic():
        _computed(official, run_id)
    totp_confirm(account=official, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        run = _computed(official, run_id)
        if not confirm(round_=run.round, step="publish", subject=run.digest, official=official):
            return run
        run.state, run.published_by = AdmissionRun.State.PUBLISHING, official
        run.save(update_fields=["state", "published_by"])
        large = Draw.objects.filter(round=run.round, roll_count__gt=LARGE_ROLL).exists()
        if large:
            ring_on_commit("runs")
    if large:
        return run
    done = run_publish(run_id=run.pk) or run
    run_tell(run_id=run.pk)
    return done


def _computed(official: Account, run_id: int) -> AdmissionRun:
    round_id = AdmissionRun.objects.filter(pk=run_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such run in your care."))
    round_ = round_for(official, round_id, "round.confirm")
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
        return _published(run_id)
    except Refused as problem:
        run_failed(run_id, problem.message)
        raise


@transaction.atomic
def _published(run_id: int) -> AdmissionRun | None:
    run = take_run(run_id, AdmissionRun.State.PUBLISHING)
    if run is None:
        return None
    official = run.published_by
    assert official is not None  # noqa: S101 - the state is entered together with the name
    name, now = run_name(run_id), clock.now()
    draw = Draw.objects.select_for_update().get(round=run.round)
    draw.round = run.round
    report(name, "placing", 0, 4)
    province, applications = _again(run, draw)
    round_step_locked(round_=run.round, event="admit", actor=official)
    report(name, "storing", 1, 4)
    _store(run, province, applications)
    report(name, "offering", 2, 4)
    answer_by = (now + timedelta(days=ANSWER_DAYS)).replace(second=0, microsecond=0)
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
    AdmissionRun.objects.filter(pk=run.pk).update(state=AdmissionRun.State.PUBLISHED, published_at=now)
    run.state, run.published_at = AdmissionRun.State.PUBLISHED, now
    draw_step(draw=draw, event="publish", actor=official)
    round_step_locked(round_=run.round, event="publish", actor=official)
    report(name, "telling", 0, len(applications))
    return run


def _again(run: AdmissionRun, draw: Draw) -> tuple[Province, dict[str, str]]:
    """Compute the run once more: what is published is what anybody gets from the stored inputs."""
    inputs, applications, _schools = load(draw)
    if inputs_digest(inputs, draw.roll_root, draw.round.policy.digest) != run.inputs_digest:
        raise Refused(_("A school was changed after this run. Compute the places again."), code="stale")
    province = place_columns(inputs)
    if province.digest != run.digest:
        raise Refused(_("Computing again gives another result. Nothing is published."), code="digest")
    return province, applications


def _rows(run: AdmissionRun, province: Province, applications: dict[str, str]) -> Iterator[Sequence[str]]:
    """The placements as fields of COPY's text form."""
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


def _offers(province: Province, applications: dict[str, str]) -> Iterator[NewOffer]:
    for one, held in zip(province.columns.entries, province.school_of, strict=True):
        moved = province.coordinated.get(one.pupil)
        school = moved[0] if moved else real(held)
        kind = Offer.Kind.COORDINATION if moved else Offer.Kind.CHOICE if school else Offer.Kind.NONE
        yield NewOffer(applications[one.pupil], school or "", kind)


def _write_file(run: AdmissionRun, province: Province) -> None:
    digest = hashlib.sha256()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        target: IO[bytes] = file
        # the level costs minutes for a province and saves little: most of the file is digests
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

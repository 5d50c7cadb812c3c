"""Publication: two people, then everything at once - places, states, messages, files - or nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import totp_confirm
from enrollment.models import Application, Offer, Transition
from enrollment.services.rounds import round_for
from enrollment.services.transitions import round_step_locked
from enrollment.states import APPLICATION
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.allocate import result_json
from lottery.models import AdmissionRun, Draw, Placement
from lottery.placing import Inputs, Placed, inputs_digest, place
from lottery.services.common import confirm, draw_step, publish_file
from lottery.services.inputs import load
from lottery.transcript import admission_json, canonical_json
from notifications.services import Outgoing, messages_queue

ANSWER_DAYS = 7
BATCH = 2000


def run_publish_confirm(*, official: Account, run_id: int, token: str) -> AdmissionRun:
    """Confirm the publication; the second, different person's confirmation publishes. Raises NotAllowed, Refused."""
    with transaction.atomic():
        _computed(official, run_id)
    totp_confirm(account=official, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        run = _computed(official, run_id)
        if confirm(round_=run.round, step="publish", subject=run.digest, official=official):
            _publish(run, official)
        return run


def _computed(official: Account, run_id: int) -> AdmissionRun:
    round_id = AdmissionRun.objects.filter(pk=run_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such run in your care."))
    round_ = round_for(official, round_id, "round.confirm")
    run = AdmissionRun.objects.select_for_update().get(pk=run_id)
    run.round = round_
    if run.state == AdmissionRun.State.PUBLISHED:
        raise Refused(_("This run is published. A published result never changes."), code="published")
    if run.state == AdmissionRun.State.DISCARDED:
        raise Refused(_("This run was replaced by a newer one. Look at the newest run."), code="discarded")
    return run


def _publish(run: AdmissionRun, official: Account) -> None:
    round_, now = run.round, clock.now()
    draw = Draw.objects.select_for_update().get(round=round_)
    draw.round = round_
    inputs, placed = _again(run, draw)
    round_step_locked(round_=round_, event="admit", actor=official)
    answer_by = (now + timedelta(days=ANSWER_DAYS)).replace(second=0, microsecond=0)
    names = {code: str(row["name"]) for code, row in run.result["schools"].items()}
    for placements in _parts(run):
        _offers(run, placements, now, answer_by)
        for event, taken in (("offer", True), ("wait", False)):
            chosen = [one.application for one in placements if bool(one.school_code) is taken]
            _move(chosen, event, official, now, answer_by if taken else None)
        messages_queue(list(_messages(placements, names, answer_by)))
    publish_file(round_, "admission.json", canonical_json(_public(inputs, placed, draw, run)))
    AdmissionRun.objects.filter(pk=run.pk).update(state=AdmissionRun.State.PUBLISHED, published_at=now)
    run.state, run.published_at = AdmissionRun.State.PUBLISHED, now
    draw_step(draw=draw, event="publish", actor=official)
    round_step_locked(round_=round_, event="publish", actor=official)


def _parts(run: AdmissionRun) -> Iterator[list[Placement]]:
    """The run's placements in parts: a province must not stand in memory at once."""
    rows = Placement.objects.filter(run=run).select_related("application__child", "application__guardian")
    part = list(rows.order_by("id")[:BATCH])
    while part:
        yield part
        part = list(rows.filter(pk__gt=part[-1].pk).order_by("id")[:BATCH])


def _again(run: AdmissionRun, draw: Draw) -> tuple[Inputs, Placed]:
    """Compute the run once more: what is published is what anybody gets from the stored inputs."""
    inputs, _applications, _schools = load(draw)
    if inputs_digest(inputs, draw.roll_root, draw.round.policy.digest) != run.inputs_digest:
        raise Refused(_("A school was changed after this run. Compute the places again."), code="stale")
    placed = place(inputs)
    if placed.digest != run.digest:
        raise Refused(_("Computing again gives another result. Nothing is published."), code="digest")
    return inputs, placed


def _public(inputs: Inputs, placed: Placed, draw: Draw, run: AdmissionRun) -> dict[str, object]:
    """The public file: the allocation problem and its result by pseudonym, and how the order follows from the draw."""
    body = admission_json(placed.problem, result_json(placed.problem, placed.result))
    return body | {
        "order": {
            "seed": draw.seed,
            "domains": dict(inputs.domains),
            "groups": {one.pupil: one.group for one in inputs.entries},
            "bands": {
                one.pupil: [placed.ranks[one.pupil, school].band for school, _near in one.choices]
                for one in inputs.entries
            },
        },
        "coordination": {pupil: school for pupil, (school, _metres) in sorted(placed.coordinated.items())},
        "run_digest": run.digest,
    }


def _offers(run: AdmissionRun, placements: Sequence[Placement], now: datetime, answer_by: datetime) -> None:
    def kind(one: Placement) -> str:
        if not one.school_code:
            return Offer.Kind.NONE
        return Offer.Kind.COORDINATION if one.coordinated else Offer.Kind.CHOICE

    Offer.objects.bulk_create(
        Offer(
            application_id=one.application_id,
            school_id=one.school_code or None,
            kind=kind(one),
            run_id=run.pk,
            explanation=one.explanation,
            published_at=now,
            answer_by=answer_by,
        )
        for one in placements
    )


def _move(
    applications: Sequence[Application], event: str, official: Account, now: datetime, due: datetime | None
) -> None:
    target = APPLICATION.target("in_pool", event)
    rows = Application.objects.filter(pk__in=[one.pk for one in applications], state="in_pool")
    if rows.update(state=target, state_at=now, next_step_by=due) != len(applications):
        raise Refused(_("An application on the roll is no longer in the pool. Nothing is published."), code="changed")
    Transition.objects.bulk_create(
        Transition(application_id=one.pk, source="in_pool", event=event, target=target, actor=official, at=now)
        for one in applications
    )


def _messages(placements: Sequence[Placement], names: dict[str, str], answer_by: datetime) -> Iterator[Outgoing]:
    deadline = answer_by.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
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
        )

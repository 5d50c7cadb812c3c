"""Judging versions when all their checks are done, a batch at a time; each is judged once and moves its family on.

A version says itself when it may be judged (again): ``assess_at`` is a lease, empty once there is nothing to do.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from enrollment.models import Application, ApplicationVersion
from enrollment.services.binding import binding_ask
from enrollment.services.judging import Judged, gather, judge
from enrollment.services.telling import to_guardians
from enrollment.services.transitions import Stepped, applications_step
from enrollment.states import LIVE_STATES
from foundation import clock
from foundation.bulk import update_rows
from notifications.services import Outgoing, messages_queue
from verification.selectors import pending_among

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # a worker that was killed, or a version whose checks are not done: looked at again then
BATCH = 24  # versions judged in one transaction
LOOK = 200  # versions one look at what was left over takes
PERSON_DAYS = 3


def application_assess(*, version_id: UUID) -> bool:
    """Judge one version; False when it was judged already or its checks are not all done."""
    return applications_assess(version_ids=[version_id]) == 1


def applications_assess(*, version_ids: Sequence[UUID]) -> int:
    """Judge those of the versions whose checks are all done and that were not judged; how many were."""
    open_ones = pending_among(version_ids)
    ready = [pk for pk in version_ids if pk not in open_ones]
    return sum(_assess(ready[at : at + BATCH]) for at in range(0, len(ready), BATCH))


def checked(version_ids: Sequence[UUID]) -> None:
    """What verification calls when the last checks of these versions are done."""
    applications_assess(version_ids=version_ids)


def _assess(ids: Sequence[UUID]) -> int:
    """Judge a batch together; where one of it cannot be judged, each on its own, so that it holds up nobody else."""
    try:
        return _together(ids)
    except (OperationalError, InterfaceError):
        raise  # the database is away: all are left for the next look
    except Exception:
        if len(ids) == 1:
            logger.exception("version %s could not be judged; it is tried again", ids[0])
            return 0
    return sum(_assess([pk]) for pk in ids)


@transaction.atomic
def _together(ids: Sequence[UUID]) -> int:
    rows = (
        ApplicationVersion.objects.select_for_update(of=("self", "application"), skip_locked=True)
        .select_related("application__child", "application__guardian")
        .select_related("application__round__season__district__parent", "policy")
        .defer("policy__text", "facts", "evaluation")
        .filter(pk__in=ids, assessed_at__isnull=True)
    )
    versions: list[ApplicationVersion] = []
    nothing_to_do: list[ApplicationVersion] = []
    for version in rows.order_by("pk"):
        application = version.application
        current = version.number == application.version and application.state == "verifying"
        (versions if current else nothing_to_do).append(version)  # superseded, or withdrawn meanwhile
    if nothing_to_do:
        ApplicationVersion.objects.filter(pk__in=[one.pk for one in nothing_to_do]).update(assess_at=None)
    if versions:
        known = gather(versions)
        judged = [(version, judge(version, known[version.pk])) for version in versions]
        store_all(judged)
        _move_on(judged)
    return len(versions)


def store(version: ApplicationVersion, judged: Judged) -> None:
    """Keep the judgement with its version and the sortable parts on the application."""
    store_all([(version, judged)])


def store_all(judged: Sequence[tuple[ApplicationVersion, Judged]]) -> None:
    """Keep many judgements, in two statements."""
    now = clock.now()
    for version, one in judged:
        version.facts, version.evaluation = one.facts.to_json(), one.to_json()
        version.assessed_at, version.assess_at = now, None
        for name, value in _sortable(version, one).items():
            setattr(version.application, name, value)
    versions = [version for version, _one in judged]
    update_rows(versions, ("facts", "evaluation", "assessed_at", "assess_at"))
    update_rows([version.application for version in versions], SORTABLE)


SORTABLE = (
    "group_code",
    "tier",
    "points",
    "order",
    "zone_code",
    "needs_person",
    "needs_offline_check",
    "review_school_id",
    "sibling_key",
)


def _sortable(version: ApplicationVersion, judged: Judged) -> dict[str, object]:
    zone = judged.zone
    matched = zone is not None and zone.outcome == "matched"
    school = zone.schools[0] if zone and zone.schools else (version.choices or [None])[0]
    return {
        "group_code": judged.evaluation.group.id if judged.evaluation.group else "",
        "tier": judged.evaluation.tier,
        "points": judged.evaluation.points,
        "order": list(judged.evaluation.order),
        "zone_code": zone.zones[0] if matched and zone else "",
        "needs_person": judged.needs_person,
        "needs_offline_check": judged.evaluation.needs_offline_check,
        "review_school_id": school,
        "sibling_key": sibling_key(version),
    }


def sibling_key(version: ApplicationVersion) -> str:
    """What binds twins: guardian, round, birth date and the same choices; "" when they are not to be bound."""
    answers = version.claims["answers"]
    if answers.get("keep_siblings") != "yes":
        return ""
    application = version.application
    born = application.child.birth_date
    return f"{application.round_id}:{application.guardian_id}:{born:%Y%m%d}:{'/'.join(version.choices)}"[:64]


def _move_on(judged: Sequence[tuple[ApplicationVersion, Judged]]) -> None:
    """Send every family on: approved, or to a person; and tell it, all in the caller's transaction."""
    asked = [v.application for v, one in judged if one.needs_person or one.evaluation.needs_offline_check]
    waiting = {application.pk for application in asked}
    sure = [version.application for version, _one in judged if version.application.pk not in waiting]
    by = clock.now() + timedelta(days=PERSON_DAYS)
    applications_step([Stepped(one, "needs_person", by) for one in asked])
    applications_step([Stepped(one, "confirm") for one in sure])
    applications_step([Stepped(one, "approve", one.round.results_at) for one in sure])
    _ask_twins([*asked, *sure])
    messages_queue(to_guardians([(one, _message(one, "attention")) for one in asked]))
    messages_queue(to_guardians([(one, _message(one, "approved")) for one in sure]))


def _message(application: Application, template: str) -> Outgoing:
    params = {"child": application.child.name, "receipt": application.receipt}
    if template == "approved":
        params["date"] = application.round.results_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d")
    key = f"{template}:{application.pk}:{application.version}"
    return Outgoing(key, template, params, application.guardian, application.district_code)


def _ask_twins(applications: Sequence[Application]) -> None:
    """Ask second guardians about children who wish to stay together; most children have no such wish."""
    children = {one.child_id: one.child for one in applications}
    wished = Application.objects.filter(child__in=children, state__in=LIVE_STATES).exclude(sibling_key="")
    for child_id in wished.order_by("child_id").values_list("child_id", flat=True).distinct():
        binding_ask(child=children[child_id])


def assess_left_over() -> bool:
    """Judge versions whose lease is over, oldest first: what a killed worker left; True when there may be more.

    One whose checks are still open is looked at again when its new lease ends, so that it costs one indexed read.
    """
    now = clock.now()
    with transaction.atomic():
        due = ApplicationVersion.objects.filter(assess_at__lte=now, assessed_at__isnull=True).order_by("assess_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:LOOK])
        ApplicationVersion.objects.filter(pk__in=ids).update(assess_at=now + LEASE)
    applications_assess(version_ids=ids)
    return len(ids) == LOOK

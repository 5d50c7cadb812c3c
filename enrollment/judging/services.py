"""Judging versions when all their checks are done, a batch at a time; each is judged once and moves its family on.

A version says itself when it may be judged (again): ``assess_at`` is a lease, empty once there is nothing to do.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from enrollment.guardians.binding.keys import group_key, parents_of
from enrollment.guardians.binding.services import binding_ask
from enrollment.guardians.services.decision_messages import to_guardians
from enrollment.judging.happenings import JUDGED
from enrollment.judging.judgement import Judged, Known, gather, judge
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import SecondLook
from enrollment.judging.patterns import pattern_of
from enrollment.judging.spared import read, spared, stored
from enrollment.seasons.days.calendar import review_by
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion
from enrollment.seasons.naming.names import names_note
from enrollment.seasons.services.steps import Stepped, applications_step
from enrollment.seasons.states import LIVE_STATES, ApplicationEvent
from enrollment.used_seats.asked import homes_note, stands
from foundation import clock
from foundation.bulk import update_rows
from foundation.crypto import blind_index
from foundation.locks import lock_shared
from notifications.services import Outgoing, messages_queue
from policy import Facts
from verification.selectors import FindingView, pending_among
from verification.tallies import materials_tally

logger = logging.getLogger(__name__)


LEASE = timedelta(seconds=60)  # a worker that was killed, or a version whose checks are not done: looked at again then


BATCH = 24  # versions judged in one transaction


LOOK = 200  # versions one look at what was left over takes


JUDGING = "judging"  # shared by whoever judges for the first time; whoever holds it alone has waited for all of them


# of these nothing is looked at again
FROZEN: Final = (
    ApplicationState.IN_POOL,
    ApplicationState.OFFERED,
    ApplicationState.WAITING,
    ApplicationState.ACCEPTED,
    ApplicationState.ENROLLED,
)


def application_assess(*, version_id: UUID) -> bool:
    """Judge one version; False when it was judged already or its checks are not all done."""
    return applications_assess(version_ids=[version_id]) == 1


def applications_assess(*, version_ids: Sequence[UUID]) -> int:
    """Judge those of the versions whose checks are all done and that were not judged; how many were."""
    open_ones = pending_among(version_ids)
    ready = [pk for pk in version_ids if pk not in open_ones]
    return sum(_assess(ready[at : at + BATCH]) for at in range(0, len(ready), BATCH))


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
        current = version.number == application.version and application.state == ApplicationState.VERIFYING
        (versions if current else nothing_to_do).append(version)  # superseded, or withdrawn meanwhile
    if nothing_to_do:
        ApplicationVersion.objects.filter(pk__in=[one.pk for one in nothing_to_do]).update(assess_at=None)
    if versions:
        lock_shared(JUDGING, "SELECT 1", [])
        known = gather(versions, first=True)
        judged = [(version, judge(version, known[version.pk])) for version in versions]
        store_all(judged)
        asked_homes_note(judged, known)
        rivals_look_again(judged, known)
        _move_on(judged)
        JUDGED.happen(judged)
    return len(versions)


def store(version: ApplicationVersion, judged: Judged, known: Known) -> None:
    """Keep the judgement with its version and the sortable parts on the application; it was judged before.

    The moment as of which the registers were read stays, so that the same comes out again.
    """
    store_all([(version, judged)], at=version.assessed_at)
    asked_homes_note([(version, judged)], {version.pk: known})
    rivals_look_again([(version, judged)], {version.pk: known})
    JUDGED.happen([(version, judged)])


def asked_homes_note(judged: Sequence[tuple[ApplicationVersion, Judged]], known: Mapping[UUID, Known]) -> None:
    """Write with which home each application asks."""
    homes_note(
        [(asked, stands(one.facts)) for version, one in judged if (asked := known[version.pk].near.asked) is not None]
    )


def rivals_look_again(judged: Sequence[tuple[ApplicationVersion, Judged]], known: Mapping[UUID, Known]) -> None:
    """Have the other families of each home, and other entries of each child, looked at again; a home that a register
    contradicts disturbs nobody.
    """
    rivals = (r for version, one in judged if stands(one.facts) for r in known[version.pk].near.rivals)
    looks_ask((r.pk for r in rivals if r.state not in FROZEN), SecondLook.Cause.HOME)
    doubles = {pk for version, _judged in judged for pk in known[version.pk].near.doubles}
    if doubles:
        filed = Application.objects.filter(child__in=doubles, state=ApplicationState.APPROVED)
        looks_ask(filed.values_list("pk", flat=True), SecondLook.Cause.CHILD)


def store_all(judged: Sequence[tuple[ApplicationVersion, Judged]], *, at: datetime | None = None) -> None:
    """Keep many judgements, in two statements, and count what data spared these families.

    ``at`` is as of when they read the registers, without it now.
    """
    now = at or clock.now()
    counted = []
    named = [version.application for version, _one in judged if version.assessed_at is None]  # a name has one version
    for version, one in judged:
        application, saved = version.application, spared(one)
        counted.append((application.district_code, application.round_id, read(application.materials), saved))
        application.materials = stored(saved)
        version.facts, version.evaluation = one.facts.to_json(), one.to_json()
        version.assessed_at, version.assess_at = now, None
        for name, value in sortable(version, one).items():
            setattr(version.application, name, value)
    versions = [version for version, _one in judged]
    update_rows(versions, ("facts", "evaluation", "assessed_at", "assess_at"))
    names_note(named)
    update_rows([version.application for version in versions], (*SORTABLE, "materials"))
    materials_tally(counted)


SORTABLE = (
    "group_code",
    "tier",
    "points",
    "order",
    "zone_code",
    "household_here",
    "needs_person",
    "needs_offline_check",
    "pattern",
    "review_school_id",
    "sibling_key",
)


def sortable(version: ApplicationVersion, judged: Judged) -> dict[str, object]:
    """The parts of a judgement that an application is listed and drawn by."""
    zone = judged.zone
    matched = zone is not None and zone.outcome == "matched"
    school = zone.schools[0] if zone and zone.schools else (version.choices or [None])[0]
    return {
        "group_code": judged.evaluation.group.id if judged.evaluation.group else "",
        "tier": judged.evaluation.tier,
        "points": judged.evaluation.points,
        "order": list(judged.evaluation.order),
        "zone_code": zone.zones[0] if matched and zone else "",
        "household_here": _household_here(judged.facts),
        "needs_person": judged.needs_person,
        "needs_offline_check": judged.evaluation.needs_offline_check,
        "pattern": pattern_of(judged) if judged.needs_person else "",
        "review_school_id": school,
        "sibling_key": sibling_key(version, judged.findings),
    }


def _household_here(facts: Facts) -> bool | None:
    """Whether the child's household is registered in this county; None where nobody knows."""
    found = facts.get("household.zone_relation")
    return None if found is None or found.value is None else found.value in {"in_zone", "in_district"}


def sibling_key(version: ApplicationVersion, findings: Mapping[str, FindingView] | None = None) -> str:
    """What binds twins: account, round, parents, choices and the day of birth; "" when they are not to be bound.

    ``findings`` say which of the declared parents the household register confirms.
    """
    answers = version.claims["answers"]
    if answers.get("keep_siblings") != "yes":
        return ""
    household = (findings or {}).get("household")
    numbers, confirmed = parents_of(answers, household.record if household else None)
    if not numbers:
        return ""
    parents = [blind_index("sibling parent", one) for one in numbers]
    application = version.application
    return group_key(
        round_id=application.round_id,
        account=application.guardian_id,
        parents=parents if confirmed else [*parents, "declared"],
        choices=version.choices,
        born=application.child.birth_date,
    )


def _move_on(judged: Sequence[tuple[ApplicationVersion, Judged]]) -> None:
    """Send every family on: approved, or to a person; and tell it, all in the caller's transaction."""
    asked = [v.application for v, one in judged if one.needs_person or one.evaluation.needs_offline_check]
    waiting = {application.pk for application in asked}
    sure = [version.application for version, _one in judged if version.application.pk not in waiting]
    by = {one.round.season_id: review_by(one.round.season) for one in asked}
    applications_step([Stepped(one, ApplicationEvent.NEEDS_PERSON, by[one.round.season_id]) for one in asked])
    applications_step([Stepped(one, ApplicationEvent.CONFIRM) for one in sure])
    applications_step([Stepped(one, ApplicationEvent.APPROVE, one.round.results_at) for one in sure])
    _ask_twins([*asked, *sure])
    messages_queue(to_guardians([(one, _message(one, "attention")) for one in asked]))
    parted = [version.application for version, one in judged if one.parted]
    messages_queue(to_guardians([(one, _message(one, "twins_parted")) for one in parted]))
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


def facts_now(version_ids: Sequence[UUID]) -> Iterator[tuple[UUID, Facts]]:
    """What would be judged by now: what the family stated and what agencies have answered. Stores nothing."""
    related = ("policy", "application__child", "application__round__season__district__parent")
    rows = list(ApplicationVersion.objects.select_related(*related).filter(pk__in=version_ids))
    known = gather(rows)
    for version in rows:
        yield version.pk, judge(version, known[version.pk]).facts

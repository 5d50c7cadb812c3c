"""Decisions count after a moment in which whoever made them can take them back.

A decision is tried out when it is made (and undone), so that whatever stands against it is said at once; then it waits
as a row. A worker carries it out by the same services, with the reviewer's rights as they are then. A killed worker
leaves the row; a decision that cannot be carried out any more goes back to the queue with the reason.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.desk.services import case_log, case_release, held_by_another, reviewed
from enrollment.review.models import HeldDecision
from enrollment.review.readings import reading_draw
from enrollment.review.services import review_approve, review_refuse, review_return
from enrollment.seasons.models import Application
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import moment

logger = logging.getLogger(__name__)
DECISIONS: Final = (ApplicationEvent.APPROVE, ApplicationEvent.RETURN, ApplicationEvent.REFUSE)
BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided, as it is kept until it counts. ``settled`` and ``beside`` go with an approval, ``items``
    and ``deadline`` (ISO, Beijing time) with a return."""

    decision: str
    reason: str
    items: Sequence[str] = ()
    deadline: str = ""
    settled: Mapping[str, Any] = field(default_factory=dict)
    beside: Sequence[str] | None = None


def decision_make(
    *, reviewer: Account, application_id: UUID, decision: Decision, batch: UUID | None = None
) -> HeldDecision | None:
    """Decide a case; it counts after ``settings.DECISION_HOLD`` seconds, at once (None) where that is nothing.

    Raises NotAllowed, Refused: what stands against it, a colleague who has the case open, a decision that waits.
    """
    wait = timedelta(seconds=settings.DECISION_HOLD)
    with transaction.atomic():
        application = reviewed(reviewer, application_id)
        if why := held_by_another(application, reviewer):
            raise Refused(why, code="held")
        if HeldDecision.objects.filter(pk=application.pk, refused="").exists():
            raise Refused(_("This case is decided already and can still be taken back."), code="decided")
        if not wait:
            _carry_out(application, reviewer, decision)
            return None
        _try_out(application, reviewer, decision)
        now = clock.now()
        made, _new = HeldDecision.objects.update_or_create(
            application=application,
            defaults={
                "reviewer": reviewer,
                "body": asdict(decision),
                "decision": decision.decision,
                "batch": batch,
                "decided_at": now,
                "effective_at": now + wait,
                "refused": "",
            },
        )
        case_release(application)
        case_log(reviewer, application, "review.hold", decision=decision.decision)
    return made


def _try_out(application: Application, reviewer: Account, decision: Decision) -> None:
    with transaction.atomic():
        _decide(application, reviewer, decision)
        transaction.set_rollback(True)


def _carry_out(application: Application, reviewer: Account, decision: Decision) -> None:
    decided = _decide(application, reviewer, decision)
    HeldDecision.objects.filter(pk=application.pk).delete()
    case_release(application)
    reading_draw(decided, decision=decision.decision, by=reviewer)


def _decide(application: Application, reviewer: Account, decision: Decision) -> Application:
    whom: dict[str, Any] = {
        "reviewer": reviewer,
        "application_id": application.pk,
        "reason": decision.reason,
    }
    if decision.decision == ApplicationEvent.APPROVE:
        return review_approve(**whom, settled=decision.settled, beside=decision.beside)
    if decision.decision == ApplicationEvent.RETURN:
        return review_return(**whom, items=decision.items, deadline=_moment(decision.deadline))
    if decision.decision == ApplicationEvent.REFUSE:
        return review_refuse(**whom)
    raise Refused(_("Please pick a decision."), code="decision")


def _moment(text: str) -> datetime:
    at = moment(text)
    if at is None:
        raise Refused(_("Please give the deadline as a date and time."), code="deadline", field="deadline")
    return at


@transaction.atomic
def decision_take_back(*, reviewer: Account, application_ids: Collection[UUID]) -> int:
    """Take back decisions of one's own that do not count yet; how many still could. The cases are open as before."""
    rows = HeldDecision.objects.select_for_update(of=("self",)).filter(
        pk__in=application_ids, reviewer=reviewer, refused="", effective_at__gt=clock.now()
    )
    found = list(rows.select_related("application"))
    HeldDecision.objects.filter(pk__in=[one.pk for one in found]).delete()
    for one in found:
        case_log(reviewer, one.application, "review.take_back", decision=one.decision)
    return len(found)


def decisions_take_effect() -> bool:
    """Carry out one batch of decisions whose moment is over, each for itself; True when there may be more."""
    due = HeldDecision.objects.filter(refused="", effective_at__lte=clock.now()).order_by("effective_at")
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        _take_effect(pk)
    return len(ids) == BATCH


def _take_effect(application_id: UUID) -> None:
    with transaction.atomic():
        rows = HeldDecision.objects.select_for_update(of=("self",), skip_locked=True)
        held = rows.select_related("application", "reviewer").filter(pk=application_id, refused="").first()
        if held is None:  # another worker has it, or it was taken back
            return
        with translation.override(held.reviewer.language):
            try:
                with transaction.atomic():
                    _carry_out(held.application, held.reviewer, Decision(**held.body))
            except (NotAllowed, Refused) as refused:
                _give_back(held, refused)


def _give_back(held: HeldDecision, why: Refusal) -> None:
    """What changed since stands against it: the case is open again, and the reviewer reads why."""
    held.refused = why.message
    held.save(update_fields=["refused"])
    case_log(held.reviewer, held.application, "review.given_back", decision=held.decision)

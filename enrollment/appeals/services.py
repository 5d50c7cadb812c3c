"""Appeals: filed by the family, heard, and decided by another person than who decided before (docs/appeals.md)."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.appeals.models import Appeal, AppealEvent
from enrollment.appeals.selectors import may_appeal, may_decide, open_already
from enrollment.appeals.states import APPEAL, AppealStep
from enrollment.guardians.services.decision_messages import tell
from enrollment.seasons.days.calendar import after_working_days, rules_of
from enrollment.seasons.models import Application, ApplicationState, Transition
from enrollment.seasons.selectors import no_such_application
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.days import moment_said
from foundation.errors import NotAllowed, Refused
from foundation.posted import one_line
from foundation.steps import make_step
from notifications.services import text_check

SHORTEST_REASON: Final = 4


LONGEST_REASON: Final = 2000


LONGEST_PLACE: Final = 200


def _words(text: str) -> str:
    reason = text.replace("\0", "").strip()[:LONGEST_REASON]  # PostgreSQL has no text with a NUL
    if len(reason) < SHORTEST_REASON:
        raise Refused(_("Please write in a few words why."), code="reason", field="reason")
    return reason


@transaction.atomic
def appeal_file(*, guardian: Account, application_id: UUID, reason: str) -> Appeal:
    """Appeal against “not eligible” or against a published result. Raises NotAllowed, Refused.

    An appeal against “not eligible” stops the application where it is until it is decided; one against a result
    changes nothing by itself (a result is put right only by a correction that two people approve).
    """
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    application = rows.filter(pk=application_id, guardian=guardian).first()
    if application is None:
        raise no_such_application()
    may = may_appeal(application, application.appeals.all())
    if isinstance(may, Refused):
        raise may
    why = _words(reason)
    rules, now = rules_of(application.round.season), clock.now()
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                application=application,
                offer=may.offer,
                subject=may.subject,
                reason=why,
                filed_by=guardian,
                filed_at=now,
                answer_by=after_working_days(now, rules.appeal_days, rules),
            )
    except IntegrityError:
        raise open_already() from None
    if may.subject == Appeal.Subject.NOT_ELIGIBLE:
        application_step(
            application=application,
            event=ApplicationEvent.APPEAL,
            actor=guardian,
            reason=why,
            next_step_by=appeal.answer_by,
        )
    event = AppealEvent.objects.create(
        appeal=appeal, event=AppealStep.FILE, target=Appeal.State.FILED, actor=guardian, note=why, at=now
    )
    _after(appeal, event, "appeal_filed", deadline=appeal.answer_by.strftime("%Y-%m-%d"))
    return appeal


def own_appeal_locked(guardian: Account, appeal_id: UUID) -> Appeal:
    """The family's own appeal, locked, inside a transaction. Raises NotAllowed."""
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(
        "application__child", "application__guardian", "application__round__season"
    )
    appeal = rows.filter(public_id=appeal_id, application__guardian=guardian).first()
    if appeal is None:
        raise NotAllowed(_("There is no such appeal in your account."))
    return appeal


def _locked_theirs(reviewer: Account, appeal_id: UUID) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(
        "application__child", "application__guardian", "application__round__season"
    )
    appeal = rows.filter(public_id=appeal_id).first()
    if appeal is None or not may_decide(scope(reviewer), appeal):
        raise NotAllowed(_("There is no such appeal in your care."))
    return appeal


def _step(appeal: Appeal, event: AppealStep, actor: Account, note: str = "", **changed: Any) -> AppealEvent:
    """One legal step by compare-and-set, with a row for it. Raises Refused; nothing has changed then."""

    def illegal() -> Refused:
        text = _("This appeal is “%(state)s”: this is not possible any more.")
        return Refused(text % {"state": appeal.get_state_display()}, code="illegal_step")

    def overtaken() -> str:
        return _("Somebody has just changed this appeal. Please look at it again.")

    make_step(appeal, APPEAL, event, illegal=illegal, overtaken=overtaken, **changed)
    return AppealEvent.objects.create(
        appeal=appeal, event=event, target=appeal.state, actor=actor, note=note, at=clock.now()
    )


def _after(appeal: Appeal, event: AppealEvent, template: str = "", **params: str) -> None:
    """The audit row of a step and, with a template, the message to the guardians who are told."""
    application = appeal.application
    record(
        actor=event.actor,
        action=f"appeal.{event.event}",
        object_type="appeal",
        object_id=appeal.pk,
        district=application.district_code,
        details={"application": str(application.pk), "to": event.target},
    )
    if template:
        tell(
            application=application,
            key=f"{template}:{event.pk}",
            template=template,
            params={"child": application.child.name, "receipt": application.receipt, **params},
        )


@transaction.atomic
def appeal_take_back(*, guardian: Account, appeal_id: UUID) -> Appeal:
    """The family takes the appeal back; the decision stands. Raises NotAllowed, Refused."""
    appeal = own_appeal_locked(guardian, appeal_id)
    event = _step(appeal, AppealStep.TAKE_BACK, guardian)
    if appeal.subject == Appeal.Subject.NOT_ELIGIBLE and appeal.application.state == ApplicationState.APPEALED:
        application_step(application=appeal.application, event=ApplicationEvent.DROP_APPEAL, actor=guardian)
    _after(appeal, event)
    return appeal


def appeal_end(application: Application, actor: Account) -> None:
    """An application that goes takes its open appeal with it: nothing is left to decide. Call before its own step."""
    for appeal in application.appeals.select_for_update().filter(state__in=Appeal.OPEN):
        appeal.application = application
        _after(appeal, _step(appeal, AppealStep.TAKE_BACK, actor))


@transaction.atomic
def hearing_set(*, reviewer: Account, appeal_id: UUID, at: datetime, way: str, where: str) -> Appeal:
    """Set or move the hearing; the family is told. Raises NotAllowed, Refused (past, too late, no place)."""
    appeal = _locked_theirs(reviewer, appeal_id)
    if not clock.now() < at <= appeal.answer_by:
        text = _("The hearing must lie between now and %(by)s, when the answer is due.")
        raise Refused(text % {"by": moment_said(appeal.answer_by)}, code="date", field="at")
    if way not in Appeal.Way.values:
        raise Refused(_("Please say how: in person, by telephone or by video."), code="way", field="way")
    place = one_line(where)
    if not place or len(place) > LONGEST_PLACE:
        raise Refused(_("Please say where, or who calls whom, in at most 200 characters."), code="where", field="where")
    application = appeal.application
    told = {"when": clock.written(at), "where": place}
    text_check(
        template="appeal_hearing",
        params={"child": application.child.name, "receipt": application.receipt, **told},
        language=application.guardian.language,
        field="where",
    )
    event = _step(
        appeal,
        AppealStep.SET_HEARING,
        reviewer,
        note=f"{clock.written(at)} {place}",
        hearing_at=at,
        hearing_way=way,
        hearing_where=place,
        hearing_confirmed_at=None,
    )
    _after(appeal, event, "appeal_hearing", **told)
    return appeal


@transaction.atomic
def hearing_confirm(*, guardian: Account, appeal_id: UUID) -> Appeal:
    """The family comes to the hearing. Pressed twice is pressed once. Raises NotAllowed, Refused (over)."""
    appeal = own_appeal_locked(guardian, appeal_id)
    if appeal.state == Appeal.State.HEARING and appeal.hearing_confirmed_at is not None:
        return appeal
    _refuse_after_hearing(appeal)
    _after(appeal, _step(appeal, AppealStep.CONFIRM_HEARING, guardian, hearing_confirmed_at=clock.now()))
    return appeal


@transaction.atomic
def hearing_ask_move(*, guardian: Account, appeal_id: UUID, reason: str) -> Appeal:
    """The family asks once for another date. Raises NotAllowed, Refused (asked before, over, no reason)."""
    appeal = own_appeal_locked(guardian, appeal_id)
    _refuse_after_hearing(appeal)
    if appeal.move_asked_at is not None:
        raise Refused(_("You have asked for another date once already. Please call the bureau."), code="moved")
    why = _words(reason)
    changed = {"move_asked_at": clock.now(), "move_reason": why, "hearing_confirmed_at": None}
    _after(appeal, _step(appeal, AppealStep.ASK_MOVE, guardian, note=why, **changed))
    return appeal


def _refuse_after_hearing(appeal: Appeal) -> None:
    if appeal.hearing_at is not None and clock.now() >= appeal.hearing_at:
        raise Refused(_("The hearing has begun or is over. Please call the bureau."), code="late")


@transaction.atomic
def appeal_decide(*, reviewer: Account, appeal_id: UUID, upheld: bool, reason: str) -> Appeal:
    """Uphold or dismiss with a reason the family reads. Raises NotAllowed, Refused (same person, hearing to come).

    Upheld against “not eligible”: the application goes back to a reviewer. Upheld against a result: nothing changes
    here; the bureau proposes a correction, which a second person approves.
    """
    appeal = _locked_theirs(reviewer, appeal_id)
    application = appeal.application
    why = _words(reason)
    if decided_before(application, reviewer):
        text = _("You decided this application yourself. A different person must decide the appeal.")
        raise Refused(text, code="same_person")
    if appeal.hearing_at is not None and clock.now() < appeal.hearing_at:
        raise Refused(_("The hearing has not taken place yet. Decide after it."), code="hearing")
    verb = AppealStep.UPHOLD if upheld else AppealStep.DISMISS
    event = _step(appeal, verb, reviewer, note=why, decision_reason=why, decided_by=reviewer, decided_at=clock.now())
    if appeal.subject == Appeal.Subject.NOT_ELIGIBLE and application.state == ApplicationState.APPEALED:
        moved = ApplicationEvent.UPHOLD if upheld else ApplicationEvent.DISMISS
        application_step(application=application, event=moved, actor=reviewer, reason=why)
    _after(appeal, event, "appeal_upheld" if upheld else "appeal_dismissed")
    return appeal


def decided_before(application: Application, account: Account) -> bool:
    """Whether this person refused the application."""
    return Transition.objects.filter(application=application, event=ApplicationEvent.REFUSE, actor=account).exists()

"""Cases of false declaration: opened with a notice, heard, decided by another person, appealed to a third.

What follows is the policy's (`false_declaration`): an application that is not decided is refused by a reviewer, a
published place is taken back by two people (``lottery.afterwards``). Both only once the case is final.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.false_declarations.models import DeclarationCase, DeclarationEvent
from enrollment.false_declarations.selectors import ABILITY
from enrollment.false_declarations.states import CASE, DeclarationStep
from enrollment.guardians.services.decision_messages import tell
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import Application, ApplicationState
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_application_in_care
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent, RoundState
from foundation import clock
from foundation.days import moment_said
from foundation.errors import NotAllowed, Refused
from foundation.posted import one_line
from foundation.steps import make_step

SHORTEST: Final = 4
LONGEST: Final = 2000
LONGEST_PLACE: Final = 200
NOTICE: Final = timedelta(days=3)  # between the notice and the hearing, so that a family can prepare
OPENED_FROM: Final = (
    ApplicationState.ATTENTION,
    ApplicationState.IN_REVIEW,
    ApplicationState.APPROVED,
    ApplicationState.IN_POOL,
    ApplicationState.WAITING,
    ApplicationState.OFFERED,
    ApplicationState.ACCEPTED,
    ApplicationState.ENROLLED,
)


def _words(text: str) -> str:
    words = text.replace("\0", "").strip()[:LONGEST]
    if len(words) < SHORTEST:
        raise Refused(_("Please write in a few words what and why."), code="reason", field="reason")
    return words


@transaction.atomic
def case_open(*, reviewer: Account, application_id: UUID, what: str) -> DeclarationCase:
    """Open a case: the family is told what is said to be false. Raises NotAllowed, Refused.

    An approved application goes back to review while families can still apply, so that the case is decided first. In a
    round that is closed it stays approved: the family is presumed right, and officials read of it before they freeze.
    """
    rows = scope(reviewer).rows(Application.objects.all(), ABILITY, district="district_code", school="review_school_id")
    found = rows.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    application = found.filter(pk=application_id).first()
    if application is None:
        raise no_application_in_care()
    if application.state not in OPENED_FROM:
        raise Refused(_("No case can be opened about this application now."), code="illegal_step")
    why = _words(what)
    try:
        with transaction.atomic():
            case = DeclarationCase.objects.create(
                application=application, what=why, opened_by=reviewer, opened_at=clock.now()
            )
    except IntegrityError:
        raise Refused(_("A case about this application is open already."), code="open") from None
    if application.state == ApplicationState.APPROVED and application.round.state != RoundState.CLOSED:
        application_step(application=application, event=ApplicationEvent.REOPEN, actor=reviewer, reason=why)
    _note(case, DeclarationStep.OPEN, DeclarationCase.State.NOTICED, reviewer, why, "declaration_noticed")
    return case


def _final(case: DeclarationCase, reviewer: Account) -> DeclarationCase:
    """What is established before the roll is frozen goes back to review, where it is refused; a frozen roll is kept."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=case.application_id)
    if (
        application.state == ApplicationState.APPROVED
        and compiled(case.application.round.policy).false_declaration.refuse
    ):
        application_step(application=application, event=ApplicationEvent.REOPEN, actor=reviewer)
    return case


def _locked(case_id: UUID) -> DeclarationCase:
    rows = DeclarationCase.objects.select_for_update(of=("self",)).select_related(
        "application__child", "application__guardian", "application__round__season"
    )
    case = rows.filter(public_id=case_id).first()
    if case is None:
        raise NotAllowed(_("There is no such case in your care."))
    return case


def _theirs(reviewer: Account, case_id: UUID) -> DeclarationCase:
    case = _locked(case_id)
    one = case.application
    if not scope(reviewer).may(ABILITY, district=one.district_code, school=one.review_school_id or ""):
        raise NotAllowed(_("There is no such case in your care."))
    return case


def _own(guardian: Account, case_id: UUID) -> DeclarationCase:
    case = _locked(case_id)
    if case.application.guardian_id != guardian.pk:
        raise NotAllowed(_("There is no such case in your account."))
    return case


def _step(
    case: DeclarationCase, event: DeclarationStep, actor: Account, note: str = "", template: str = "", **changed: Any
) -> DeclarationCase:
    """One legal step by compare-and-set, with its row. Raises Refused; nothing has changed then."""

    def illegal() -> Refused:
        text = _("This case is “%(state)s”: this is not possible now.")
        return Refused(text % {"state": case.get_state_display()}, code="illegal_step")

    def overtaken() -> str:
        return _("Somebody has just changed this case. Please look at it again.")

    make_step(case, CASE, event, illegal=illegal, overtaken=overtaken, **changed)
    _note(case, event, case.state, actor, note, template)
    return case


def _note(case: DeclarationCase, event: DeclarationStep, target: str, actor: Account, note: str, template: str) -> None:
    row = DeclarationEvent.objects.create(case=case, event=event, target=target, actor=actor, note=note, at=clock.now())
    application = case.application
    record(
        actor=actor,
        action=f"declaration.{event}",
        object_type="declaration_case",
        object_id=case.pk,
        district=application.district_code,
        details={"application": str(application.pk), "to": target},
    )
    if template:
        tell(
            application=application,
            key=f"{template}:{row.pk}",
            template=template,
            params={"child": application.child.name, "receipt": application.receipt},
        )


@transaction.atomic
def case_answer(*, guardian: Account, case_id: UUID, text: str) -> DeclarationCase:
    """The family says what it has to say, as often as it wishes until the finding. Raises NotAllowed, Refused."""
    return _step(_own(guardian, case_id), DeclarationStep.ANSWER, guardian, _words(text))


@transaction.atomic
def case_hearing(*, reviewer: Account, case_id: UUID, at: datetime, where: str) -> DeclarationCase:
    """Set or move the hearing; the family is told. Raises NotAllowed, Refused (too soon, no place)."""
    case = _theirs(reviewer, case_id)
    if at < case.opened_at + NOTICE or at <= clock.now():
        text = _("The hearing must lie in the future, and at least three days after the notice.")
        raise Refused(text, code="date", field="at")
    place = one_line(where)
    if not place or len(place) > LONGEST_PLACE:
        raise Refused(_("Please say where, or who calls whom, in at most 200 characters."), code="where", field="where")
    note = f"{clock.written(at)} {place}"
    return _step(
        case, DeclarationStep.SET_HEARING, reviewer, note, "declaration_hearing", hearing_at=at, hearing_where=place
    )


@transaction.atomic
def case_find(*, reviewer: Account, case_id: UUID, reason: str) -> DeclarationCase:
    """Establish the false declaration after the hearing, by another person than who opened the case.

    Raises NotAllowed, Refused (same person, hearing to come).
    """
    case = _theirs(reviewer, case_id)
    why = _words(reason)
    if case.opened_by_id == reviewer.pk:
        raise Refused(_("You opened this case. A different person must decide it."), code="same_person")
    if case.hearing_at is not None and clock.now() < case.hearing_at:
        raise Refused(_("The hearing has not taken place yet. Decide after it."), code="hearing")
    until = clock.now() + timedelta(days=rules_of(case.application.round.season).appeal_within)
    return _step(case, DeclarationStep.FIND, reviewer, why, "declaration_found", found_by=reviewer, appeal_by=until)


@transaction.atomic
def case_clear(*, reviewer: Account, case_id: UUID, reason: str) -> DeclarationCase:
    """Nothing is established; the family is told. Raises NotAllowed, Refused."""
    return _step(_theirs(reviewer, case_id), DeclarationStep.CLEAR, reviewer, _words(reason), "declaration_cleared")


@transaction.atomic
def case_appeal(*, guardian: Account, case_id: UUID, reason: str) -> DeclarationCase:
    """The family appeals in time: nothing follows from the finding until it is decided. Raises NotAllowed, Refused."""
    case = _own(guardian, case_id)
    if case.appeal_by is not None and clock.deadline_passed(case.appeal_by):
        raise Refused(_("The time to appeal is over. Please call the bureau."), code="late")
    return _step(case, DeclarationStep.APPEAL, guardian, _words(reason))


@transaction.atomic
def case_decide(*, reviewer: Account, case_id: UUID, upheld: bool, reason: str) -> DeclarationCase:
    """Decide the appeal, by a third person: upheld ends the case, dismissed makes it final.

    Raises NotAllowed, Refused.
    """
    case = _theirs(reviewer, case_id)
    why = _words(reason)
    if reviewer.pk in {case.opened_by_id, case.found_by_id}:
        raise Refused(_("You took part in this case. A third person must decide the appeal."), code="same_person")
    event, template = (
        (DeclarationStep.ANNUL, "declaration_cleared") if upheld else (DeclarationStep.CONFIRM, "declaration_final")
    )
    done = _step(case, event, reviewer, why, template)
    return done if upheld else _final(done, reviewer)


@transaction.atomic
def case_finish(*, reviewer: Account, case_id: UUID) -> DeclarationCase:
    """Without an appeal in time the finding is final. Raises NotAllowed, Refused (too early)."""
    case = _theirs(reviewer, case_id)
    if case.state == DeclarationCase.State.FOUND and case.appeal_by and not clock.deadline_passed(case.appeal_by):
        text = _("The family may appeal until %(until)s.")
        raise Refused(text % {"until": moment_said(case.appeal_by)}, code="early")
    return _final(_step(case, DeclarationStep.FINISH, reviewer, "", "declaration_final"), reviewer)

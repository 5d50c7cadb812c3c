"""Corrections of a published result: one more seat for one child, proposed and approved by two people."""

import re
import unicodedata
from functools import partial

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from enrollment.guardians.services.decision_messages import tell
from enrollment.outcome.services.offers import offer_again
from enrollment.seasons.days.deadlines import answer_until
from enrollment.seasons.models import Application, ApplicationState, Offer, Round
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.afterwards.models import Correction, CorrectionApproval, SeatEvent, SeatOffer
from lottery.afterwards.services.filling import locked_round, published_run
from lottery.afterwards.services.waiting import note_freed_place
from lottery.refusals import one_line
from schools.models import School

MOST_REASON = 300
CORRECTED_FROM = (
    ApplicationState.WAITING,
    ApplicationState.OFFERED,
    ApplicationState.ACCEPTED,
    ApplicationState.DECLINED,
    ApplicationState.LAPSED,
)
# telephone and document numbers, also when they are broken up; a date has eight digits at most
LONG_NUMBER = re.compile(r"\d(?:[\s\-.·/]?\d){8,}")
TRAVEL_DOCUMENT = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,2}\d{7,}")
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def _numbers(text: str) -> str:
    """The text with every digit written as 0-9, whatever script or width it was typed in."""
    plain = unicodedata.normalize("NFKC", text).translate(HAN_DIGITS)
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in plain)


def public_reason(text: str, application: Application) -> str:
    """A reason everybody may read, on one line. Raises Refused when it names the family or holds a number of it."""
    reason = one_line(text, "reason", MOST_REASON)
    plain = _numbers(reason)
    squeezed = "".join(one for one in plain.casefold() if one.isalnum())
    names = {application.child.name, application.guardian.name, application.receipt}
    words = {"".join(one for one in _numbers(name).casefold() if one.isalnum()) for name in names}
    if LONG_NUMBER.search(plain) or TRAVEL_DOCUMENT.search(plain) or any(word and word in squeezed for word in words):
        refusal = _("Everybody reads the reason: leave out names, receipt, telephone and document numbers.")
        raise Refused(refusal, code="personal", field="reason")
    return reason


def correction_propose(
    *, official: Account, round_id: int, receipt: str, school_code: str, reason: str, token: str
) -> Correction:
    """Propose one more seat for one child of a published round, with a public reason. Raises NotAllowed, Refused."""
    look = partial(_check_proposal, official, round_id, receipt, school_code, reason)
    with WithPassword(look, person=official, token=token) as (application, school, text):
        made = Correction.objects.create(
            round=application.round,
            application=application,
            school=school,
            reason=text,
            proposed_by=official,
            proposed_at=clock.now(),
        )
        _audit(made, official, "correction.propose")
        return made


def _check_proposal(
    official: Account, round_id: int, receipt: str, school_code: str, reason: str
) -> tuple[Application, School, str]:
    round_ = locked_round(official, round_id, Ability.ROUND_CONFIRM)
    published_run(round_)
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    application = rows.filter(round=round_, receipt=receipt.strip().upper()).first()
    if application is None:
        raise Refused(_("There is no application with this receipt number in the round."), field="receipt")
    school = School.objects.filter(pk=school_code, district=round_.season.district_id).first()
    if school is None:
        raise Refused(_("Please choose a school."), code="school", field="school")
    _check_correctable(application, school)
    return application, school, public_reason(reason, application)


def _check_correctable(application: Application, school: School) -> None:
    if application.offers.filter(kind=Offer.Kind.CORRECTION).exists():
        raise Refused(_("The result of this child was corrected already."), code="twice")
    if application.state not in CORRECTED_FROM:
        raise Refused(_("The result of this application cannot be corrected any more."), code="illegal_step")
    offer = application.offer
    if (
        application.state in (ApplicationState.OFFERED, ApplicationState.ACCEPTED)
        and offer is not None
        and offer.school_id == school.pk
    ):
        raise Refused(_("The child has a place at this school already."), code="same", field="school")


def correction_approve(*, official: Account, correction_id: int, token: str) -> Correction:
    """Approve another person's proposal: the child gets the added seat. Raises NotAllowed, Refused.

    No other child's place is touched. A child that had accepted a place keeps "accepted", at the corrected school; its
    old place becomes free.
    """
    with WithPassword(lambda: _proposal_to_approve(official, correction_id), person=official, token=token) as made:
        application, old = made.application, made.application.offer
        offer = offer_again(
            application=application,
            school=made.school_id,
            kind=Offer.Kind.CORRECTION,
            run_id=published_run(made.round).pk,
            event=ApplicationEvent.CORRECT,
            actor=official,
            answer_by=answer_until(made.round.seat_days),
            reason=made.reason,
        )
        note_freed_place(application, old, SeatEvent.Cause.MOVED)
        SeatOffer.objects.filter(application=application, state=SeatOffer.State.OPEN).update(
            state=SeatOffer.State.DECLINED, answered_at=clock.now()
        )
        CorrectionApproval.objects.create(correction=made, approved_by=official, approved_at=clock.now(), offer=offer)
        _audit(made, official, "correction.approve")
        tell(
            application=application,
            key=f"corrected:{made.pk}",
            template="corrected",
            params={"child": application.child.name, "receipt": application.receipt, "school": made.school.name},
        )
        return made


def _proposal_to_approve(official: Account, correction_id: int) -> Correction:
    round_id = Correction.objects.filter(pk=correction_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such correction in your care."))
    round_: Round = locked_round(official, round_id, Ability.ROUND_CONFIRM)
    made = Correction.objects.select_related("school").get(pk=correction_id)
    made.round = round_
    if made.proposed_by_id == official.pk:
        raise Refused(
            _("You proposed this correction. A second, different person must approve it."), code="same_person"
        )
    if CorrectionApproval.objects.filter(correction=made).exists():
        raise Refused(_("This correction is approved already."), code="approved")
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    made.application = rows.get(pk=made.application_id)
    _check_correctable(made.application, made.school)
    return made


def _audit(made: Correction, official: Account, action: str) -> None:
    record(
        actor=official,
        action=action,
        object_type="correction",
        object_id=made.pk,
        district=made.application.district_code,
        details={"application": str(made.application_id), "school": made.school_id},
    )

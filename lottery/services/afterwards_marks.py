"""Check-in at school, and corrections of a published result: who came, who did not, and what was put right."""

import re
import unicodedata
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from accounts.services import totp_confirm
from audit.services import record
from enrollment.models import Application, Offer, Round
from enrollment.services.offers import offer_again
from enrollment.services.telling import tell
from enrollment.services.transitions import application_step
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.models import CheckIn, Correction, CorrectionApproval, SeatEvent, SeatOffer
from lottery.services.afterwards import place_ended, seats_left, seats_lock
from lottery.services.afterwards_fill import SEAT_ANSWER_DAYS, locked_round, published_run
from lottery.services.common import one_line
from schools.models import School

CHECK_IN = "classes.run"  # whoever runs a school's classes notes who came
MOST_REASON = 300
# telephone and document numbers, also when they are broken up; a date has eight digits at most
LONG_NUMBER = re.compile(r"\d(?:[\s\-.·/]?\d){8,}")
TRAVEL_DOCUMENT = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,2}\d{7,}")
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


@transaction.atomic
def check_in_mark(*, staff: Account, application_id: UUID, mark: str) -> Application:
    """Note that a child arrived or did not come. Raises NotAllowed, Refused (unknown mark, no accepted place).

    Whoever did not come gives the seat back at once. If the child comes after all it keeps its place, unless the seat
    was given to another child in the meantime. The same mark twice is one mark.
    """
    seen = Application.objects.filter(pk=application_id).select_related("round").first()
    if seen is None:
        raise NotAllowed(_("There is no such child on your check-in list."))
    seats_lock(seen.round)
    application = Application.objects.select_for_update(of=("self",)).select_related("round").get(pk=application_id)
    offer = application.offer
    school = offer.school if offer is not None else None
    if school is None or not scope(staff).may(CHECK_IN, district=school.district_id, school=school.pk):
        raise NotAllowed(_("There is no such child on your check-in list."))
    if mark not in CheckIn.Mark.values:
        raise Refused(_("Please mark: arrived or did not come."), code="mark", field="mark")
    newest = CheckIn.objects.filter(application=application, school=school).order_by("-pk").first()
    if newest is not None and newest.mark == mark:
        return application
    if mark == CheckIn.Mark.ARRIVED:
        _arrived(application, school, staff, newest)
    else:
        application_step(application=application, event="no_show", actor=staff)
        place_ended(application, offer, SeatEvent.Cause.NO_SHOW)
    now = clock.now()
    CheckIn.objects.create(application=application, school=school, mark=mark, on=clock.today(), by=staff, at=now)
    return application


def _arrived(application: Application, school: School, staff: Account, newest: CheckIn | None) -> None:
    if application.state != "lapsed":
        application_step(application=application, event="enrol", actor=staff)
    elif newest is None:
        raise Refused(_("This child has no accepted place at the school."), code="illegal_step")
    elif not seats_left(application.round).get(school.pk):
        text = _("The seat was given to another child in the meantime. Please call the bureau.")
        raise Refused(text, code="given_away")
    else:
        application_step(application=application, event="arrive", actor=staff)
    # who has arrived stays: a move that was still offered ends here
    SeatOffer.objects.filter(application=application, state=SeatOffer.State.OPEN).update(
        state=SeatOffer.State.DECLINED, answered_at=clock.now()
    )


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
    with transaction.atomic():
        _proposable(official, round_id, receipt, school_code, reason)
    totp_confirm(account=official, token=token)
    with transaction.atomic():
        application, school, text = _proposable(official, round_id, receipt, school_code, reason)
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


def _proposable(
    official: Account, round_id: int, receipt: str, school_code: str, reason: str
) -> tuple[Application, School, str]:
    round_ = locked_round(official, round_id, "round.confirm")
    published_run(round_)
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    application = rows.filter(round=round_, receipt=receipt.strip().upper()).first()
    if application is None:
        raise Refused(_("There is no application with this receipt number in the round."), field="receipt")
    school = School.objects.filter(pk=school_code, district=round_.season.district_id).first()
    if school is None:
        raise Refused(_("Please choose a school."), code="school", field="school")
    _correctable(application, school)
    return application, school, public_reason(reason, application)


def _correctable(application: Application, school: School) -> None:
    if application.offers.filter(kind=Offer.Kind.CORRECTION).exists():
        raise Refused(_("The result of this child was corrected already."), code="twice")
    if application.state not in ("waiting", "offered", "accepted", "declined", "lapsed"):
        raise Refused(_("The result of this application cannot be corrected any more."), code="illegal_step")
    offer = application.offer
    if application.state in ("offered", "accepted") and offer is not None and offer.school_id == school.pk:
        raise Refused(_("The child has a place at this school already."), code="same", field="school")


def correction_approve(*, official: Account, correction_id: int, token: str) -> Correction:
    """Approve another person's proposal: the child gets the added seat. Raises NotAllowed, Refused.

    No other child's place is touched. A child that had accepted a place keeps "accepted", at the corrected school; its
    old place becomes free.
    """
    with transaction.atomic():
        _approvable(official, correction_id)
    totp_confirm(account=official, token=token)
    with transaction.atomic():
        made = _approvable(official, correction_id)
        application, old = made.application, made.application.offer
        offer = offer_again(
            application=application,
            school=made.school_id,
            kind=Offer.Kind.CORRECTION,
            run_id=published_run(made.round).pk,
            event="correct",
            actor=official,
            answer_by=clock.now() + timedelta(days=SEAT_ANSWER_DAYS),
            reason=made.reason,
        )
        place_ended(application, old, SeatEvent.Cause.MOVED)
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


def _approvable(official: Account, correction_id: int) -> Correction:
    round_id = Correction.objects.filter(pk=correction_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such correction in your care."))
    round_: Round = locked_round(official, round_id, "round.confirm")
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
    _correctable(made.application, made.school)
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

"""Check-in at school: who came, who did not, and what becomes of the seat."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.seasons.days.calendar import check_in_days
from enrollment.seasons.models import Application, ApplicationState
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from enrollment.used_seats.services import seat_use_note
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.wording import content_language
from lottery.afterwards.models import CheckIn, FollowUp, SeatEvent, SeatOffer
from lottery.afterwards.seats import seats_left, seats_lock
from lottery.afterwards.services.waiting import note_freed_place
from policy.words import day_words
from schools.models import School

SHORTEST, LONGEST = 2, 1000  # of what is written down
ASKED = (FollowUp.Way.CALL, FollowUp.Way.VISIT)  # a letter may lie unread
CHECK_IN = Ability.CLASSES_RUN  # the ability to run a school's classes includes noting who came


@transaction.atomic
def check_in_mark(*, staff: Account, application_id: UUID, mark: str) -> Application:
    """Note that a child arrived, is not here yet, or did not come. Raises NotAllowed, Refused (unknown mark, no
    accepted place, before check-in, a seat given back without asking after the child).

    A seat is given back in three steps: the child is noted as not here on a day of check-in, the school calls or visits
    the family and writes down what came of it, and when the last day is over somebody says that the child did not come.
    If it comes after all it keeps its place, unless the seat was given to another child in the meantime. The same mark
    twice is one mark.
    """
    application, school = _child(staff, application_id)
    offer = application.offer
    if mark not in CheckIn.Mark.values:
        raise Refused(_("Please mark: arrived or did not come."), code="mark", field="mark")
    newest = CheckIn.objects.filter(application=application, school=school).order_by("-pk").first()
    if newest is not None and newest.mark == mark:
        return application
    _not_too_early(application)
    if mark == CheckIn.Mark.ARRIVED:
        _note_arrival(application, school, staff, newest)
    elif mark == CheckIn.Mark.MISSED:
        if newest is not None or application.state != ApplicationState.ACCEPTED:
            raise Refused(_("This child has no accepted place at the school."), code="illegal_step")
    else:
        _asked_after(application, newest)
        application_step(application=application, event=ApplicationEvent.NO_SHOW, actor=staff)
        note_freed_place(application, offer, SeatEvent.Cause.NO_SHOW)
    now = clock.now()
    CheckIn.objects.create(application=application, school=school, mark=mark, on=clock.today(), by=staff, at=now)
    return application


@transaction.atomic
def follow_up(*, staff: Account, application_id: UUID, way: str, words: str) -> FollowUp:
    """Write down how the school asked after a child that was not there. Raises NotAllowed, Refused."""
    application, school = _child(staff, application_id)
    newest = CheckIn.objects.filter(application=application, school=school).order_by("-pk").first()
    if newest is None or newest.mark != CheckIn.Mark.MISSED:
        raise Refused(_("First note that the child is not here."), code="not_missed")
    if way not in FollowUp.Way.values:
        raise Refused(_("Please say whether you called, visited or wrote."), code="way", field="way")
    said = words.replace("\0", "").strip()
    if not SHORTEST <= len(said) <= LONGEST:
        raise Refused(_("Please write in a few words what came of it."), code="words", field="words")
    made = FollowUp.objects.create(
        application=application, school=school, way=way, words=said, by=staff, at=clock.now()
    )
    record(
        actor=staff,
        action="check_in.follow_up",
        object_type="application",
        object_id=application.pk,
        district=school.district_id,
        details={"way": way},
    )
    return made


def _child(staff: Account, application_id: UUID) -> tuple[Application, School]:
    """A child on a list of this person's care and its school, locked. Raises NotAllowed."""
    seen = Application.objects.filter(pk=application_id).select_related("round").first()
    if seen is None:
        raise NotAllowed(_("There is no such child on your check-in list."))
    seats_lock(seen.round)
    rows = Application.objects.select_for_update(of=("self",)).select_related("round__season")
    application = rows.get(pk=application_id)
    offer = application.offer
    school = offer.school if offer is not None else None
    if school is None or not scope(staff).may(CHECK_IN, district=school.district_id, school=school.pk):
        raise NotAllowed(_("There is no such child on your check-in list."))
    return application, school


def _said(day: date) -> str:
    return day_words(day).of(content_language())


def _not_too_early(application: Application) -> None:
    days = check_in_days(application.round.season)
    if days and clock.today() < days[0][0]:
        text = _("Check-in begins on %(day)s. Nothing is noted before.")
        raise Refused(text % {"day": _said(days[0][0])}, code="early")


def _asked_after(application: Application, newest: CheckIn | None) -> None:
    """Whether a seat may be given back: missed, asked after by call or visit, and the last day is over."""
    if newest is None or newest.mark != CheckIn.Mark.MISSED:
        raise Refused(_("First note that the child is not here, and ask after it."), code="not_missed")
    if not application.follow_ups.filter(way__in=ASKED).exists():
        text = _("Nobody has called or visited the family yet. Do that first and write down what came of it.")
        raise Refused(text, code="not_asked")
    days = check_in_days(application.round.season)
    if days and clock.today() <= days[-1][1]:
        text = _("The child can still come until %(day)s. The seat is given back after that.")
        raise Refused(text % {"day": _said(days[-1][1])}, code="early")


def _note_arrival(application: Application, school: School, staff: Account, newest: CheckIn | None) -> None:
    if application.state != ApplicationState.LAPSED:
        application_step(application=application, event=ApplicationEvent.ENROL, actor=staff)
    elif newest is None:
        raise Refused(_("This child has no accepted place at the school."), code="illegal_step")
    elif not seats_left(application.round).get(school.pk):
        text = _("The seat was given to another child in the meantime. Please call the bureau.")
        raise Refused(text, code="given_away")
    else:
        application_step(application=application, event=ApplicationEvent.ARRIVE, actor=staff)
    seat_use_note(application=application)
    # A child that has arrived keeps this place: a seat elsewhere that still waits for an answer is declined.
    SeatOffer.objects.filter(application=application, state=SeatOffer.State.OPEN).update(
        state=SeatOffer.State.DECLINED, answered_at=clock.now()
    )

"""After publication: what the family answers, and what happens when it does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.guardians.selectors import acts_for
from enrollment.outcome.models import Attendance, PlaceLook
from enrollment.outcome.selectors import attendance_of
from enrollment.seasons.days.calendar import check_in_over
from enrollment.seasons.models import Application, ApplicationState, Offer
from enrollment.seasons.selectors import no_such_application
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.bulk import copy_in
from foundation.errors import Refused

ANSWERS = frozenset({ApplicationEvent.ACCEPT, ApplicationEvent.DECLINE})


REPEATED = frozenset(
    {(ApplicationState.ACCEPTED, ApplicationEvent.ACCEPT), (ApplicationState.DECLINED, ApplicationEvent.DECLINE)}
)


@transaction.atomic
def offer_answer(*, guardian: Account, application_id: UUID, answer: str) -> Application:
    """Accept or decline the published place. Raises NotAllowed, Refused (no offer, too late, unknown answer)."""
    application = (
        Application.objects.select_for_update(of=("self",)).filter(acts_for(guardian), pk=application_id).first()
    )
    if application is None:
        raise no_such_application()
    if answer not in ANSWERS:
        raise Refused(_("Please accept or decline."), code="answer", field="answer")
    if (application.state, answer) in REPEATED:
        return application  # the same answer pressed twice
    offer = application.offer
    if application.state == ApplicationState.OFFERED and offer is not None and clock.deadline_passed(offer.answer_by):
        raise Refused(_("The time to answer is over. Please call the bureau."), code="late")
    return application_step(application=application, event=ApplicationEvent(answer), actor=guardian)


@transaction.atomic
def attendance_say(*, guardian: Account, application_id: UUID, coming: bool) -> Attendance:
    """Say whether the child comes on check-in day; the mind may be changed until its end. Raises NotAllowed, Refused.

    It tells the school how many to expect. It frees no seat: that is the school's mark on the day, or "decline".
    """
    rows = Application.objects.select_for_update(of=("self",)).select_related("round__season")
    application = rows.filter(acts_for(guardian), pk=application_id).first()
    if application is None:
        raise no_such_application()
    offer = application.offer
    if application.state != ApplicationState.ACCEPTED or offer is None:
        raise Refused(_("This can be said once the place is accepted and until the school has noted it."), code="state")
    if check_in_over(application.round.season):
        raise Refused(_("Check-in day is over. Please call the school."), code="late")
    newest = attendance_of(application)
    if newest is not None and newest.coming == coming:
        return newest
    said = Attendance.objects.create(application=application, offer=offer, coming=coming, by=guardian, at=clock.now())
    record(
        actor=guardian,
        action="attendance.say",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"coming": coming},
    )
    return said


def offer_again(
    *,
    application: Application,
    school: str,
    kind: Offer.Kind,
    run_id: int,
    event: ApplicationEvent,
    actor: Account,
    answer_by: datetime | None = None,
    reason: str = "",
) -> Offer:
    """Publish one more place of one application, inside the caller's transaction; ``answer_by`` None means it is taken.

    The caller has locked the application and checked who may do this. Raises Refused, and nothing has changed, when
    the step is not legal, the child had a place of this kind before, or it holds a place in another round by now.
    """
    now = clock.now()
    try:
        with transaction.atomic():
            application_step(application=application, event=event, actor=actor, reason=reason, next_step_by=answer_by)
            return Offer.objects.create(
                application=application,
                school_id=school,
                kind=kind,
                run_id=run_id,
                published_at=now,
                answer_by=answer_by or now,
            )
    except IntegrityError:
        text = _("This child has another application or such a place already. Nothing was changed.")
        raise Refused(text, code="elsewhere") from None


def lapse_sweep(limit: int = 1000) -> int:
    """Let overdue offers lapse that a person has looked at, and hand overdue corrections to a person; how many."""
    minute, changed = clock.running_minute(), 0
    looked = Exists(PlaceLook.objects.filter(offer__application=OuterRef("pk")))
    for state, event in (
        (ApplicationState.OFFERED, ApplicationEvent.LAPSE),
        (ApplicationState.RETURNED, ApplicationEvent.LAPSE_RETURN),
    ):
        due = Application.objects.filter(state=state, next_step_by__lt=minute).order_by("next_step_by")
        due = due.filter(looked) if event == ApplicationEvent.LAPSE else due
        for pk in list(due.values_list("pk", flat=True)[:limit]):
            with transaction.atomic():
                application = Application.objects.select_for_update(skip_locked=True).filter(pk=pk, state=state).first()
                if application is None or application.next_step_by is None:
                    continue
                if event == ApplicationEvent.LAPSE and not PlaceLook.objects.filter(offer=application.offer).exists():
                    continue  # somebody looked at an earlier place of this child, not at this one
                if clock.deadline_passed(application.next_step_by):
                    application_step(application=application, event=event, actor=None)
                    changed += 1
    return changed


@dataclass(frozen=True, slots=True)
class NewOffer:
    """What one application gets: a school and the kind of offer, or no school ("")."""

    application: str
    school: str
    kind: str


NEW_OFFERS = """
CREATE TEMP TABLE new_offer (application uuid PRIMARY KEY, school varchar(20), kind varchar(14)) ON COMMIT DROP
"""


OFFERED = """
UPDATE enrollment_application AS one
SET state = CASE WHEN new.school = '' THEN %(waiting)s ELSE %(offered)s END, state_at = %(at)s,
    next_step_by = CASE WHEN new.school = '' THEN NULL ELSE %(answer_by)s::timestamptz END
FROM new_offer AS new WHERE one.id = new.application AND one.round_id = %(round)s AND one.state = %(pool)s
"""


OFFERS = """
INSERT INTO enrollment_offer (application_id, school_id, kind, run_id, published_at, answer_by)
SELECT application, nullif(school, ''), kind, %(run)s, %(at)s, %(answer_by)s FROM new_offer
"""


TRANSITIONS = """
INSERT INTO enrollment_transition (application_id, source, event, target, actor_id, reason, at)
SELECT application, %(pool)s, CASE WHEN school = '' THEN %(wait)s ELSE %(offer)s END,
       CASE WHEN school = '' THEN %(waiting)s ELSE %(offered)s END, %(actor)s, '', %(at)s FROM new_offer
"""


def offers_publish(
    *, round_id: int, run_id: int, official: Account, offers: Iterable[NewOffer], at: datetime, answer_by: datetime
) -> int:
    """Offer a whole round at once, inside the caller's transaction: states, offers and a row for every step.

    The caller has checked who may do this. Set by set, because a city has hundreds of thousands of children. Returns
    how many. Raises Refused, and nothing has changed, when an application is no longer in the pool.
    """
    values: dict[str, int | str | datetime] = {
        "pool": ApplicationState.IN_POOL,
        "offered": ApplicationState.OFFERED,
        "waiting": ApplicationState.WAITING,
        "offer": ApplicationEvent.OFFER,
        "wait": ApplicationEvent.WAIT,
        "round": round_id,
        "run": run_id,
        "actor": official.pk,
        "at": at,
        "answer_by": answer_by,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEW_OFFERS)
        count = copy_in(
            "new_offer", "application, school, kind", ((one.application, one.school, one.kind) for one in offers)
        )
        cursor.execute("ANALYZE new_offer")
        cursor.execute(OFFERED, values)
        moved = cursor.rowcount
        if moved != count:
            text = _("An application on the roll is no longer in the pool. Nothing is published.")
            raise Refused(text, code="changed")
        cursor.execute(OFFERS, values)
        cursor.execute(TRANSITIONS, values)
        cursor.execute("DROP TABLE new_offer")
    return count

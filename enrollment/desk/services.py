"""Writes of the desk: a case is held by one person at a time, given to somebody, noted, and has errands."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.desk.models import CaseDesk, CaseNote, Errand, ReasonText, SavedView
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import no_application_in_care
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.models import District

HELD: Final = timedelta(minutes=10)  # without a sign of life; every page of the case begins it anew
LONGEST_ERRAND: Final = timedelta(days=60)
SHORTEST, LONGEST, LONGEST_REASON = 2, 2000, 300
MOST_VIEWS: Final = 20


@dataclass(frozen=True, slots=True)
class Hold:
    """Who has a case open; ``mine``: whoever asked may decide it."""

    by: Account
    until: datetime
    mine: bool


def reviewed(reviewer: Account, application_id: UUID) -> Application:
    """An application that this person may decide, its row locked. Raises NotAllowed."""
    rows = scope(reviewer).rows(
        Application.objects.all(), Ability.APPLICATION_REVIEW, district="district_code", school="review_school_id"
    )
    found = rows.select_for_update(of=("self",)).filter(pk=application_id).first()
    if found is None:
        raise no_application_in_care()
    return found


def case_words(text: str, *, field: str, longest: int = LONGEST) -> str:
    """What was typed, without what no column holds. Raises Refused where it is too short or too long."""
    words = text.replace("\0", "").strip()
    if len(words) < SHORTEST:
        raise Refused(_("Please write a few words."), code="words", field=field)
    if len(words) > longest:
        said = _("Please shorten it to %(most)s characters; it has %(many)s.")
        raise Refused(said % {"most": longest, "many": len(words)}, code="words", field=field)
    return words


FREE: Final = """
INSERT INTO enrollment_casedesk (application_id, held_by_id, held_until) VALUES (%(case)s, %(who)s, %(until)s)
ON CONFLICT (application_id) DO UPDATE SET held_by_id = %(who)s, held_until = %(until)s
WHERE enrollment_casedesk.held_by_id IS NULL OR enrollment_casedesk.held_by_id = %(who)s
   OR enrollment_casedesk.held_until IS NULL OR enrollment_casedesk.held_until <= %(now)s
"""


def case_hold(*, reviewer: Account, application: Application) -> Hold:
    """Have a case that is on the screen for oneself for ten minutes, or learn who has it. Raises NotAllowed.

    Every page of a case does this: by one statement where nobody else has it.
    """
    school = application.review_school_id or ""
    if not scope(reviewer).may(Ability.APPLICATION_REVIEW, district=application.district_code, school=school):
        raise no_application_in_care()
    while True:
        now = clock.now()
        values: dict[str, Any] = {"case": application.pk, "who": reviewer.pk, "now": now, "until": now + HELD}
        with connection.cursor() as cursor:
            cursor.execute(FREE, values)
            if cursor.rowcount:
                return Hold(reviewer, now + HELD, mine=True)
        desk = CaseDesk.objects.select_related("held_by").filter(pk=application.pk, held_until__gt=now).first()
        if desk is not None and desk.held_by is not None and desk.held_until is not None:
            return Hold(desk.held_by, desk.held_until, mine=desk.held_by_id == reviewer.pk)
        # let go between the two statements: it is free now


@transaction.atomic
def case_take_over(*, reviewer: Account, application_id: UUID) -> Hold:
    """Take a case from whoever has it open, which the log says. Raises NotAllowed."""
    application = reviewed(reviewer, application_id)
    desk, _made = CaseDesk.objects.get_or_create(application=application)
    now = clock.now()
    if desk.held_by_id not in {None, reviewer.pk} and desk.held_until and desk.held_until > now:
        case_log(reviewer, application, "desk.take_over", **{"from": desk.held_by_id})
    desk.held_by, desk.held_until = reviewer, now + HELD
    desk.save(update_fields=["held_by", "held_until"])
    return Hold(reviewer, now + HELD, mine=True)


def held_by_another(application: Application, reviewer: Account) -> str:
    """Why this person may not decide now: a colleague has the case open. "" where nobody has."""
    desk = CaseDesk.objects.select_related("held_by").filter(pk=application.pk, held_until__gt=clock.now()).first()
    if desk is None or desk.held_by is None or desk.held_by_id == reviewer.pk:
        return ""
    return _("%(name)s has this case open. Take it over first, or look at the next one.") % {"name": desk.held_by}


def case_release(application: Application) -> None:
    """A decided case is nobody's; to whom it was given stays."""
    CaseDesk.objects.filter(pk=application.pk).update(held_by=None, held_until=None)


@transaction.atomic
def case_give(*, reviewer: Account, application_id: UUID, username: str) -> Account | None:
    """Give a case to somebody who may decide it, or with "" back to everybody. Raises NotAllowed, Refused."""
    application = reviewed(reviewer, application_id)
    whom = _able(username, application, field="username") if username else None
    CaseDesk.objects.update_or_create(application=application, defaults={"given_to": whom})
    case_log(reviewer, application, "desk.give", to=whom.pk if whom else None)
    return whom


@transaction.atomic
def case_note(*, reviewer: Account, application_id: UUID, text: str) -> CaseNote:
    """Write down something for colleagues. Raises NotAllowed, Refused."""
    application = reviewed(reviewer, application_id)
    words = case_words(text, field="note")
    made = CaseNote.objects.create(application=application, by=reviewer, at=clock.now(), text=words)
    case_log(reviewer, application, "desk.note", note=made.pk)
    return made


@transaction.atomic
def errand_add(
    *, reviewer: Account, application_id: UUID, kind: str, what: str, due_on: date | None, username: str = ""
) -> Errand:
    """Something to do about a case until a day, for oneself or a colleague. Raises NotAllowed, Refused."""
    application = reviewed(reviewer, application_id)
    if kind not in Errand.Kind.values:
        raise Refused(_("Please pick what is to be done."), code="kind", field="errand_kind")
    if due_on is None or not clock.today() <= due_on <= clock.today() + LONGEST_ERRAND:
        raise Refused(_("Please give a day within the next two months."), code="due", field="errand_due")
    own = username in {"", reviewer.username}
    whom = reviewer if own else _able(username, application, field="errand_for")
    made = Errand.objects.create(
        application=application,
        kind=kind,
        what=case_words(what, field="errand_what"),
        due_on=due_on,
        for_whom=whom,
        made_by=reviewer,
        made_at=clock.now(),
    )
    case_log(reviewer, application, "desk.errand", errand=made.pk, kind=kind)
    return made


@transaction.atomic
def errand_finish(*, reviewer: Account, errand_id: UUID, result: str) -> Errand:
    """Say what came of it; done twice is done once. Raises NotAllowed, Refused."""
    errand = Errand.objects.select_for_update().filter(public_id=errand_id).first()
    if errand is None:
        raise NotAllowed(_("There is no such errand in your care."))
    application = reviewed(reviewer, errand.application_id)
    if errand.done_at is None:
        errand.result = case_words(result, field="result")
        errand.done_at, errand.done_by = clock.now(), reviewer
        errand.save(update_fields=["result", "done_at", "done_by"])
        case_log(reviewer, application, "desk.errand_done", errand=errand.pk)
    return errand


@transaction.atomic
def reason_add(*, official: Account, district: District, decision: str, zh: str, en: str) -> ReasonText:
    """Word a reason for the reviewers of a district. Raises NotAllowed, Refused."""
    if not scope(official).may(Ability.SEASON_EDIT, district=district.code):
        raise NotAllowed(_("You may not do this here."))
    if decision not in ReasonText.Decision.values:
        raise Refused(_("Please pick a decision."), code="decision", field="decision")
    made = ReasonText.objects.create(
        district=district,
        decision=decision,
        zh=case_words(zh, field="zh", longest=LONGEST_REASON),
        en=case_words(en, field="en", longest=LONGEST_REASON) if en.strip() else "",
        made_by=official,
        made_at=clock.now(),
    )
    record(
        actor=official,
        action="desk.reason",
        object_type="reason_text",
        object_id=made.pk,
        district=district.code,
        details={"decision": decision, "zh": made.zh, "en": made.en},
    )
    return made


@transaction.atomic
def reason_end(*, official: Account, reason_id: int) -> None:
    """Offer a wording no longer; what was decided with it stays as it is. Raises NotAllowed."""
    found = ReasonText.objects.filter(pk=reason_id, ended_at__isnull=True).first()
    if found is None or not scope(official).may(Ability.SEASON_EDIT, district=found.district_id):
        raise NotAllowed(_("You may not do this here."))
    ReasonText.objects.filter(pk=found.pk).update(ended_at=clock.now())
    record(
        actor=official,
        action="desk.reason_end",
        object_type="reason_text",
        object_id=found.pk,
        district=found.district_id,
        details={"zh": found.zh},
    )


def view_save(*, account: Account, name: str, query: str) -> SavedView:
    """Keep a filter under a name; a name that is there is replaced. Raises Refused."""
    words = case_words(name, field="view", longest=40)
    there = SavedView.objects.filter(account=account, name=words).exists()
    if not there and SavedView.objects.filter(account=account).count() >= MOST_VIEWS:
        raise Refused(_("You keep 20 views already. Delete one first."), code="views", field="view")
    try:
        kept, _made = SavedView.objects.update_or_create(account=account, name=words, defaults={"query": query[:500]})
    except IntegrityError:  # pressed twice at once: the same is there
        kept = SavedView.objects.get(account=account, name=words)
    return kept


def view_delete(*, account: Account, view_id: int) -> None:
    SavedView.objects.filter(account=account, pk=view_id).delete()


def _able(username: str, application: Application, *, field: str) -> Account:
    """The colleague of this name who may decide the case. Raises Refused."""
    found = Account.objects.filter(username=username, is_staff=True, is_active=True).first()
    school = application.review_school_id or ""
    if found is None or not scope(found).may(
        Ability.APPLICATION_REVIEW, district=application.district_code, school=school
    ):
        raise Refused(_("Nobody of this name may decide this case."), code="given", field=field)
    return found


def case_log(reviewer: Account, application: Application, action: str, **details: object) -> None:
    """Write down what a reviewer did about a case, in the caller's transaction."""
    record(
        actor=reviewer,
        action=action,
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details=details,
    )

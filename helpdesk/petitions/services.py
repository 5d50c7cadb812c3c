"""What is done about a petition: entered, taken up or handed on, talks, a longer time, the answer, a review, the end.

Every step is a row with its words, a line of the log and, where the family is to know, a text; the words themselves are
read in the portal by whoever signs in with the number that was given, or on paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from accounts.services import phone_checked
from audit.services import record
from enrollment.filing.submission.services import normal_receipt
from enrollment.seasons.models import Application
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from foundation.posted import one_line
from foundation.steps import make_step
from helpdesk.models import Petition, PetitionMeeting, PetitionStep
from helpdesk.petitions.states import (
    ANSWERED_WITHIN,
    LONGER_BY,
    OPEN,
    PETITION,
    REVIEW_WITHIN,
    TOLD_WITHIN,
    PetitionEvent,
)
from notifications.services import message_queue, text_check
from schools.models import District

ABILITY: Final = Ability.PETITION_HANDLE
SHORTEST: Final = 4
LONGEST: Final = 2000
OLDEST: Final = timedelta(days=365)  # a letter that came in before it is a mistyped day
TOLD: Final[Mapping[str, str]] = {  # which text a step sends
    PetitionEvent.ACCEPT: "petition_accepted",
    PetitionEvent.PASS_ON: "petition_passed",
    PetitionEvent.INVITE: "petition_meeting",
    PetitionEvent.EXTEND: "petition_extended",
    PetitionEvent.ANSWER: "petition_answered",
}


@dataclass(frozen=True, slots=True)
class Brought:
    """What is entered about a new petition, as it was typed; ``receipt`` is of the application it is about, or ""."""

    district: str
    way: str
    topic: str
    name: str
    phone: str
    what: str
    received_on: date | None
    outside_number: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk to be arranged: when, where, and which offices are asked to come."""

    kind: str
    at: datetime | None
    place: str
    people: str


def _line(text: str, longest: int, field: str, words: str) -> str:
    line = one_line(text)
    if not line or len(line) > longest:
        raise Refused(words, code="line", field=field)
    return line


def _words(text: str, field: str = "note") -> str:
    words = text.replace("\0", "").strip()
    if not SHORTEST <= len(words) <= LONGEST:
        raise Refused(_("Please write it in 4 to 2,000 characters."), code="words", field=field)
    return words


def _one_of(value: str, allowed: list[str], field: str) -> str:
    if value not in allowed:
        raise Refused(_("Please choose one of the answers."), code="choice", field=field)
    return value


@transaction.atomic
def petition_enter(*, official: Account, brought: Brought) -> Petition:
    """Enter what somebody brought before the bureau. Raises NotAllowed, Refused (a field)."""
    if not scope(official).may(ABILITY, district=brought.district):
        raise NotAllowed(_("You may not do this here."))
    district = District.objects.get(code=brought.district)
    way = _one_of(brought.way, Petition.Way.values, "way")
    topic = _one_of(brought.topic, Petition.Topic.values, "topic")
    name = _line(brought.name, 60, "name", _("Please give the name of who brings it."))
    phone = phone_checked(brought.phone)
    what = _words(brought.what, "what")
    day = brought.received_on
    if day is None or not clock.today() - OLDEST <= day <= clock.today():
        raise Refused(_("Please give the day it came in, today or before."), code="day", field="received_on")
    outside = one_line(brought.outside_number)[:40]
    petition = Petition.objects.create(
        district=district,
        number=_next_number(district.code, day.year),
        outside_number=outside,
        way=way,
        topic=topic,
        name=name,
        phone=phone,
        phone_index=blind_index("phone", phone),
        application=_about(official, brought.receipt, district.code),
        what=what,
        received_on=day,
        entered_by=official,
        due_on=day + TOLD_WITHIN,
    )
    _note(petition, PetitionEvent.ENTER, official, "")
    return petition


def _next_number(district: str, year: int) -> str:
    """The next number of this county and year; counted behind a lock, so that none is given twice."""
    lock(f"petition-number:{district}:{year}")
    head = f"XF{district}-{year}-"
    last = Petition.objects.filter(number__startswith=head).order_by("-number").values_list("number", flat=True).first()
    return f"{head}{int(last.rpartition('-')[2]) + 1 if last else 1:05d}"


def _about(official: Account, receipt: str, district: str) -> Application | None:
    if not receipt.strip():
        return None
    rows = scope(official).rows(Application.objects.all(), ABILITY, district="district_code")
    found = rows.filter(receipt=normal_receipt(receipt), district_code=district).first()
    if found is None:
        text = _("There is no application with this receipt number in your care.")
        raise Refused(text, code="receipt", field="receipt")
    return found


def _theirs(official: Account, petition_id: UUID) -> Petition:
    petition = Petition.objects.select_for_update(of=("self",)).filter(public_id=petition_id).first()
    if petition is None or not scope(official).may(ABILITY, district=petition.district_id):
        raise NotAllowed(_("There is no such petition in your care."))
    return petition


def _step(petition: Petition, event: PetitionEvent, official: Account, note: str, **changed: Any) -> Petition:
    """One legal step with its row; nothing has changed where it raises Refused."""

    def illegal() -> Refused:
        text = _("This petition is “%(state)s”: this is not possible now.") % {"state": petition.get_state_display()}
        return Refused(text, code="illegal_step")

    def overtaken() -> str:
        return _("A colleague has just changed this petition. Please look at it again.")

    make_step(petition, PETITION, event, illegal=illegal, overtaken=overtaken, **changed)
    _note(petition, event, official, note)
    return petition


def _note(petition: Petition, event: PetitionEvent, official: Account, note: str) -> None:
    row = PetitionStep.objects.create(
        petition=petition, event=event, target=petition.state, actor=official, note=note, at=clock.now()
    )
    record(
        actor=official,
        action=f"petition.{event}",
        object_type="petition",
        object_id=petition.public_id,
        district=petition.district_id,
        details={"to": petition.state},
    )
    if template := TOLD.get(event):
        _tell(petition, template, f"petition:{row.pk}")


def _tell(petition: Petition, template: str, key: str) -> None:
    day = petition.due_on.isoformat() if petition.due_on else ""
    params = {"number": petition.number, "day": day, "when": "", "place": ""}
    if template == "petition_meeting":
        talk = arranged(petition)
        params |= {"when": clock.written(talk.at), "place": talk.place} if talk else {}
    account = Account.objects.filter(phone_index=petition.phone_index, kind=Account.Kind.GUARDIAN).first()
    language = account.language if account else "zh-hans"
    text_check(template=template, params=params, language=language, field="place")
    message_queue(
        key=key,
        template=template,
        params=params,
        account=account,
        phone=petition.phone,
        district=petition.district_id,
    )


def arranged(petition: Petition) -> PetitionMeeting | None:
    """The talk that is to come, or was not put on record yet."""
    return petition.meetings.filter(result="", moved=False).last()


def hindrance(petition: Petition, event: str, official: Account) -> Refused | None:
    """Why this person, or this hour, may not make a step that the table allows; None for nothing."""
    due, answered = petition.due_on, petition.state == Petition.State.ANSWERED
    over = due is not None and clock.today() > due
    if event == PetitionEvent.HEAR:
        talk = arranged(petition)
        if talk is None:
            return Refused(_("No talk is arranged."), code="illegal_step")
        if clock.now() < talk.at:
            return Refused(_("The talk has not taken place yet."), code="early")
    elif event == PetitionEvent.EXTEND:
        if petition.extended or due is None:
            return Refused(_("The time was made longer once; the law allows no second time."), code="illegal_step")
        if petition.handled_by_id == official.pk:
            text = _("You handle this petition. A different person must grant more time.")
            return Refused(text, code="same_person")
    elif event == PetitionEvent.REVIEW and answered and over:
        return Refused(_("The thirty days for a review are over."), code="late")
    elif event == PetitionEvent.CLOSE and answered and due is not None and not over:
        text = _("The family can ask for a review until %(day)s. Close it after that day.")
        return Refused(text % {"day": due.isoformat()}, code="early")
    return None


def _unhindered(petition: Petition, event: str, official: Account) -> None:
    if hindered := hindrance(petition, event, official):
        raise hindered


@transaction.atomic
def petition_accept(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """Take a petition up: from now on it is this person's, and its answer is due. Raises NotAllowed, Refused."""
    petition = _theirs(official, petition_id)
    due = clock.today() + ANSWERED_WITHIN
    return _step(petition, PetitionEvent.ACCEPT, official, _words(note), handled_by=official, due_on=due)


@transaction.atomic
def petition_pass_on(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """Hand on what belongs to another authority; ``note`` names it and why. Raises NotAllowed, Refused."""
    return _step(_theirs(official, petition_id), PetitionEvent.PASS_ON, official, _words(note), due_on=None)


@transaction.atomic
def meeting_arrange(*, official: Account, petition_id: UUID, talk: Talk) -> PetitionMeeting:
    """Arrange a talk or a mediation, or another day for the one that is arranged. Raises NotAllowed, Refused."""
    petition = _theirs(official, petition_id)
    kind = _one_of(talk.kind, PetitionMeeting.Kind.values, "kind")
    if talk.at is None or talk.at <= clock.now():
        raise Refused(_("Please give a day and time that is still to come."), code="at", field="at")
    place = _line(talk.place, 120, "place", _("Please say where, in at most 120 characters."))
    people = _line(talk.people, 200, "people", _("Please say which offices take part, in at most 200 characters."))
    petition.meetings.filter(result="", moved=False).update(moved=True)
    made = PetitionMeeting.objects.create(
        petition=petition, kind=kind, at=talk.at, place=place, people=people, arranged_by=official
    )
    _step(petition, PetitionEvent.INVITE, official, f"{clock.written(talk.at)} {place} · {people}")
    return made


@transaction.atomic
def meeting_hold(*, official: Account, petition_id: UUID, result: str, text: str) -> PetitionMeeting:
    """Put down what came of the talk, after it; an agreement with its text. Raises NotAllowed, Refused."""
    petition = _theirs(official, petition_id)
    _unhindered(petition, "hear", official)
    talk = petition.meetings.filter(result="", moved=False).latest("at", "pk")
    talk.result = _one_of(result, PetitionMeeting.Result.values, "result")
    if talk.result == PetitionMeeting.Result.AGREED and talk.kind != PetitionMeeting.Kind.MEDIATION:
        raise Refused(_("Only a mediation ends in an agreement."), code="choice", field="result")
    talk.record = _words(text, "record")
    talk.save(update_fields=["result", "record"])
    _step(petition, PetitionEvent.HEAR, official, f"{talk.get_result_display()}: {talk.record}")
    return talk


@transaction.atomic
def petition_extend(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """Thirty days more, once, by somebody else than who handles it. Raises NotAllowed, Refused (same person)."""
    petition = _theirs(official, petition_id)
    _unhindered(petition, "extend", official)
    until = (petition.due_on or clock.today()) + LONGER_BY
    return _step(petition, PetitionEvent.EXTEND, official, _words(note), extended=True, due_on=until)


@transaction.atomic
def petition_answer(*, official: Account, petition_id: UUID, outcome: str, note: str) -> Petition:
    """Answer a petition in writing. "Both sides agreed" needs a mediation that ended so. Raises NotAllowed, Refused."""
    petition = _theirs(official, petition_id)
    chosen = _one_of(outcome, Petition.Outcome.values, "outcome")
    agreed = petition.meetings.filter(result=PetitionMeeting.Result.AGREED).exists()
    if chosen == Petition.Outcome.AGREED and not agreed:
        raise Refused(_("No mediation has ended in an agreement."), code="choice", field="outcome")
    due = clock.today() + REVIEW_WITHIN
    return _step(petition, PetitionEvent.ANSWER, official, _words(note), outcome=chosen, due_on=due)


@transaction.atomic
def petition_review(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """Put down that the family asked the authority above for a review, in time. Raises NotAllowed, Refused (late)."""
    petition = _theirs(official, petition_id)
    _unhindered(petition, "review", official)
    return _step(petition, PetitionEvent.REVIEW, official, _words(note), due_on=clock.today() + REVIEW_WITHIN)


@transaction.atomic
def petition_close(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """End it: after the days for a review, or with what the authority above decided. Raises NotAllowed, Refused."""
    petition = _theirs(official, petition_id)
    _unhindered(petition, "close", official)
    return _step(petition, PetitionEvent.CLOSE, official, _words(note), due_on=None)


@transaction.atomic
def petition_withdraw(*, official: Account, petition_id: UUID, note: str) -> Petition:
    """Put down that the family took it back, with how it said so. Raises NotAllowed, Refused."""
    return _step(_theirs(official, petition_id), PetitionEvent.WITHDRAW, official, _words(note), due_on=None)


def is_late(petition: Petition) -> bool:
    """Whether the next day by law is over."""
    return petition.state in OPEN and petition.due_on is not None and petition.due_on < clock.today()

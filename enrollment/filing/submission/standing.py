"""Where an application stands, in the family's words: what happened, what comes next, what was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from accounts.models import Account
from accounts.services import person_of
from enrollment.appeals.models import Appeal
from enrollment.guardians.selectors import masked_person
from enrollment.seasons.days.calendar import CHECK_IN, after_working_days, check_in_days, dated, rules_of
from enrollment.seasons.days.deadlines import remaining
from enrollment.seasons.models import AfterRules, Application, ApplicationState, Transition
from enrollment.seasons.states import BEFORE_CLOSING, INNER, RoundState
from foundation import clock
from foundation.days import moment_in_full
from notifications.models import Message

FAMILY, BUREAU, SCHOOL, NOBODY = "family", "bureau", "school", "nobody"
# what an application's state means to the family, and who acts next
STEPS: Final[Mapping[str, tuple[Promise, str]]] = {
    ApplicationState.DRAFT: (lazy("It is not submitted yet. Go on where you stopped."), FAMILY),
    ApplicationState.SUBMITTED: (lazy("We have it and begin to check your statements. You need do nothing."), BUREAU),
    ApplicationState.VERIFYING: (lazy("We check your statements with the agencies. You need do nothing."), BUREAU),
    ApplicationState.VERIFIED: (lazy("The checks are done; a person takes a last look. You need do nothing."), BUREAU),
    ApplicationState.ATTENTION: (
        lazy(
            "Something could not be confirmed automatically, so a person looks at it. You need do nothing; nobody is "
            "refused because an agency did not answer."
        ),
        BUREAU,
    ),
    ApplicationState.IN_REVIEW: (lazy("A person is looking at your application. You need do nothing."), BUREAU),
    ApplicationState.RETURNED: (lazy("Something must be corrected. Please correct the named items in time."), FAMILY),
    ApplicationState.APPROVED: (
        lazy("All is in order. Places are given after applications close; you need do nothing."),
        BUREAU,
    ),
    ApplicationState.NOT_ELIGIBLE: (
        lazy("It cannot be accepted; the reason is below. If you see it otherwise, appeal."),
        FAMILY,
    ),
    ApplicationState.APPEALED: (lazy("Your appeal is being decided by another person. We send a message."), BUREAU),
    ApplicationState.IN_POOL: (
        lazy("Places are being given now. We send a message as soon as the result is published."),
        BUREAU,
    ),
    ApplicationState.WAITING: (
        lazy("There is no place yet. The bureau arranges one nearby; your place on the waiting lists is kept."),
        BUREAU,
    ),
    ApplicationState.OFFERED: (lazy("Your child has a place. Please accept or decline it in time."), FAMILY),
    ApplicationState.ACCEPTED: (
        lazy("The place is yours. Please say that you come on check-in day, and read the letter."),
        FAMILY,
    ),
    ApplicationState.DECLINED: (
        lazy("You gave the place back. If your child still needs one, please call the bureau or apply again."),
        NOBODY,
    ),
    ApplicationState.LAPSED: (
        lazy("The place was given back. If your child still needs one, please call the bureau."),
        FAMILY,
    ),
    ApplicationState.ENROLLED: (lazy("Your child is enrolled. Welcome to school!"), SCHOOL),
    ApplicationState.WITHDRAWN: (
        lazy("It was withdrawn and takes no further part. While a round is open you can apply in it."),
        NOBODY,
    ),
}
ACTORS: Final = {
    FAMILY: lazy("You"),
    BUREAU: lazy("The bureau"),
    SCHOOL: lazy("The school"),
    NOBODY: lazy("Nobody: it is finished"),
}


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: one sentence, who acts, until when, and how long that is by the server's clock."""

    sentence: str
    actor: str
    actor_words: str
    by: datetime | None
    by_words: str
    left: str


def next_step(application: Application) -> Next:
    """The next step of an application in the active language."""
    sentence, actor = STEPS[application.state]
    by = _by(application)
    words = moment_in_full(by) if by else ""
    return Next(str(sentence), actor, str(ACTORS[actor]), by, words, remaining(by) if by else "")


def _by(application: Application) -> datetime | None:
    if application.state == ApplicationState.APPEALED:
        appeal = application.appeals.filter(state__in=Appeal.OPEN).first()
        return appeal.answer_by if appeal else None
    if application.state in {ApplicationState.APPROVED, ApplicationState.IN_POOL}:
        return application.round.results_at if application.round.state != RoundState.PUBLISHED else None
    if application.state == ApplicationState.ACCEPTED:
        days = check_in_days(application.round.season)
        return datetime.combine(days[-1][1], time(23, 59), tzinfo=clock.SHANGHAI) if days else None
    if application.state == ApplicationState.WAITING:
        by = placed_by(application)
        return None if by is None or clock.deadline_passed(by) else by
    return (
        application.next_step_by
        if application.state in {ApplicationState.RETURNED, ApplicationState.OFFERED, ApplicationState.NOT_ELIGIBLE}
        else None
    )


def placed_by(application: Application) -> datetime | None:
    """Until when the bureau finds a place for a child that the run gave none, by the season's own rule; None where it
    promises no day.
    """
    offer = application.offer
    return place_due(offer.published_at if offer else None, rules_of(application.round.season))


def place_due(published_at: datetime | None, rules: AfterRules) -> datetime | None:
    """The same from when the result was published."""
    if published_at is None or rules.place_days is None:
        return None
    return after_working_days(published_at, rules.place_days, rules)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A dated step that is still to come."""

    label: str
    first: date
    last: date


def ahead(application: Application) -> list[Ahead]:
    """What the calendar still holds for this application, soonest first; nothing for one that has ended."""
    if application.state in {ApplicationState.WITHDRAWN, ApplicationState.DECLINED}:
        return []
    round_, today = application.round, clock.today()
    closes, results = (clock.day_of(at) for at in (round_.closes_at, round_.results_at))
    steps = []
    later = {CHECK_IN, "classes"} if application.state != ApplicationState.ENROLLED else {"classes"}
    if round_.state in BEFORE_CLOSING:
        steps.append(Ahead(_("Applications close"), closes, closes))
    if round_.state != RoundState.PUBLISHED:
        steps.append(Ahead(_("Results are published"), results, results))
        later |= {"draw"}
    steps += [Ahead(label, first, last) for key, label, first, last in dated(round_.season) if key in later]
    return sorted((step for step in steps if step.last >= today), key=lambda step: (step.last, step.first))


def masked_phone(phone: str) -> str:
    """A phone number as a page may show it."""
    return identifiers.mask("mobile", phone) if phone else ""


def messages_to(application: Application) -> str:
    """Whom we tell and how, in words."""
    phone = application.guardian.phone
    return _("Text message to %(phone)s") % {"phone": masked_phone(phone)} if phone else _("This portal only")


@dataclass(frozen=True, slots=True)
class Told:
    """One message that was sent to the family."""

    at: datetime
    phone: str
    text: str
    state: str
    good: bool


def told(application: Application, most: int = 50) -> list[Told]:
    """The messages about one application, newest first; codes for signing in are never among them."""
    rows = Message.objects.filter(account=application.guardian_id, secret=False).order_by("-pk")[:200]
    mine = [row for row in rows if application.receipt in row.body or application.child.name in row.body]
    good = {Message.State.SENT, Message.State.DELIVERED, Message.State.TOLD}
    return [
        Told(
            row.sent_at or row.created_at, masked_phone(row.phone), row.body, row.get_state_display(), row.state in good
        )
        for row in mine[:most]
    ]


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    state: str
    reason: str
    helped: str = ""  # who filed it with the family, and where
    by: str = ""  # which other guardian did it, masked; "" for the reader and for the office


def helped_by(step: Transition) -> str:
    """Who did a step for the family, and where; "" when the family did it itself."""
    visit = step.visit
    if visit is None:
        return ""
    words = {"operator": visit.operator.name or visit.operator.username, "place": visit.place}
    return _("Done with you by %(operator)s at %(place)s") % words


def done_beside(actor: Account | None, application: Application) -> str:
    """Which other guardian did a step, masked; "" when who applied, the office or the portal did it."""
    if actor is None or actor.kind != Account.Kind.GUARDIAN or person_of(actor).pk == application.guardian_id:
        return ""
    return masked_person(person_of(actor))


def timeline(application: Application) -> list[Moment]:
    """What happened, newest first, in the family's words."""
    labels = dict(ApplicationState.choices)
    return [
        Moment(step.at, str(labels[step.target]), step.reason, helped_by(step), done_beside(step.actor, application))
        for step in application.transitions.select_related("visit__operator", "actor__merged_into").order_by("-id")
        if step.event not in INNER
    ]

"""Reads of what follows a submission: where it stands, what comes next, what was told, what is printed."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from enrollment.models import AfterRules, Appeal, Application, Attendance, Letter, Season
from foundation import clock
from foundation.wording import tongue
from notifications.models import Message

FAMILY, BUREAU, SCHOOL, NOBODY = "family", "bureau", "school", "nobody"
CHECK_IN: Final = "checkin"
# what an application's state means to the family, and who acts next
STEPS: Final = {
    "draft": (lazy("It is not submitted yet. Go on where you stopped."), FAMILY),
    "submitted": (lazy("We have it and begin to check your statements. You need do nothing."), BUREAU),
    "verifying": (lazy("We check your statements with the agencies. You need do nothing."), BUREAU),
    "verified": (lazy("The checks are done; a person takes a last look. You need do nothing."), BUREAU),
    "attention": (
        lazy(
            "Something could not be confirmed automatically, so a person looks at it. You need do nothing; nobody is "
            "refused because an agency did not answer."
        ),
        BUREAU,
    ),
    "in_review": (lazy("A person is looking at your application. You need do nothing."), BUREAU),
    "returned": (lazy("Something must be corrected. Please correct the named items in time."), FAMILY),
    "approved": (lazy("All is in order. Places are given after applications close; you need do nothing."), BUREAU),
    "not_eligible": (lazy("It cannot be accepted; the reason is below. If you see it otherwise, appeal."), FAMILY),
    "appealed": (lazy("Your appeal is being decided by another person. We send a message."), BUREAU),
    "in_pool": (
        lazy("Places are being given now. We send a message as soon as the result is published."),
        BUREAU,
    ),
    "waiting": (
        lazy("There is no place yet. The bureau arranges one nearby; your place on the waiting lists is kept."),
        BUREAU,
    ),
    "offered": (lazy("Your child has a place. Please accept or decline it in time."), FAMILY),
    "accepted": (lazy("The place is yours. Please say that you come on check-in day, and read the letter."), FAMILY),
    "declined": (
        lazy("You gave the place back. If your child still needs one, please call the bureau or apply again."),
        NOBODY,
    ),
    "lapsed": (
        lazy("The place was given back. If your child still needs one, please call the bureau."),
        FAMILY,
    ),
    "enrolled": (lazy("Your child is enrolled. Welcome to school!"), SCHOOL),
    "withdrawn": (
        lazy("It was withdrawn and takes no further part. You can apply again while the round is open."),
        NOBODY,
    ),
}
ACTORS: Final = {
    FAMILY: lazy("You"),
    BUREAU: lazy("The bureau"),
    SCHOOL: lazy("The school"),
    NOBODY: lazy("Nobody: it is finished"),
}


def rules_of(season: Season) -> AfterRules:
    """What the district laid down, or the defaults."""
    return AfterRules.objects.filter(season=season).first() or AfterRules(season=season)


def working_day(day: date, rules: AfterRules) -> bool:
    """Monday to Friday, without the district's holidays and with the weekends that are worked instead."""
    iso = day.isoformat()
    return iso in rules.extra_days or (day.weekday() < 5 and iso not in rules.days_off)


def after_working_days(start: datetime, days: int, rules: AfterRules) -> datetime:
    """The end (23:59, Beijing time) of the n-th working day after `start`."""
    day, left = start.astimezone(clock.SHANGHAI).date(), days
    while left:
        day += timedelta(days=1)
        left -= working_day(day, rules)
    return datetime.combine(day, time(23, 59), tzinfo=clock.SHANGHAI)


def dated(season: Season) -> Iterable[tuple[str, str, date, date]]:
    """Key, words in the active language, first and last day of each line of a season's calendar that has its days."""
    language = tongue()
    for row in season.calendar:
        try:
            first, last = (date.fromisoformat(str(row[name])[:10]) for name in ("starts", "ends"))
        except (KeyError, ValueError):
            continue
        yield str(row.get("key", "")), str(row.get(language, "")), first, last


def check_in_days(season: Season) -> tuple[tuple[date, date], ...]:
    """The days of check-in in the season's calendar; empty while none is fixed."""
    return tuple((first, last) for key, _label, first, last in dated(season) if key == CHECK_IN)


def check_in_over(season: Season) -> bool:
    """Whether the last day of check-in has gone by; not while none is fixed."""
    days = check_in_days(season)
    return bool(days) and clock.today() > days[-1][1]


BRING: Final = (
    {"zh": "录取通知书（手机出示或打印均可）", "en": "the letter, on the phone or printed"},
    {"zh": "户口簿或其他身份证件原件", "en": "the household register or other identity document"},
)


def bring_words(season: Season) -> list[str]:
    """What to bring on check-in day, in the active language."""
    language = tongue()
    return [str(one[language]) for one in rules_of(season).bring or BRING]


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
    words = clock.written(by) if by else ""
    return Next(str(sentence), actor, str(ACTORS[actor]), by, words, time_left(by) if by else "")


def _by(application: Application) -> datetime | None:
    if application.state == "appealed":
        appeal = application.appeals.filter(state__in=Appeal.OPEN).first()
        return appeal.answer_by if appeal else None
    if application.state in {"approved", "in_pool"}:
        return application.round.results_at
    if application.state == "accepted":
        days = check_in_days(application.round.season)
        return datetime.combine(days[-1][1], time(23, 59), tzinfo=clock.SHANGHAI) if days else None
    return application.next_step_by if application.state in {"returned", "offered", "not_eligible"} else None


def time_left(by: datetime) -> str:
    """How long until a deadline, in days, or hours, or minutes; a deadline lasts to the end of its minute."""
    if clock.deadline_passed(by):
        return _("This time is over.")
    minutes = int((by - clock.now()).total_seconds() // 60) + 1
    if minutes >= 2 * 24 * 60:
        return _("%(days)d days left") % {"days": minutes // (24 * 60)}
    if minutes >= 120:
        return _("%(hours)d hours left") % {"hours": minutes // 60}
    return _("%(minutes)d minutes left") % {"minutes": minutes}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A dated step that is still to come."""

    label: str
    first: date
    last: date


def ahead(application: Application) -> list[Ahead]:
    """What the calendar still holds for this application, soonest first; nothing for one that has ended."""
    if application.state in {"withdrawn", "declined"}:
        return []
    round_, today = application.round, clock.today()
    closes, results = (at.astimezone(clock.SHANGHAI).date() for at in (round_.closes_at, round_.results_at))
    steps = [Ahead(_("Applications close"), closes, closes), Ahead(_("Results are published"), results, results)]
    later = {CHECK_IN, "classes"} if application.state != "enrolled" else {"classes"}
    if round_.state == "published":
        steps = []
    else:
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


def attendance_of(application: Application) -> Attendance | None:
    """The family's newest word about check-in day for the place it has now."""
    offer = application.offer
    rows = Attendance.objects.filter(application=application, offer=offer).select_related("by__merged_into")
    return rows.order_by("-pk").first() if offer else None


@dataclass(frozen=True, slots=True)
class Checked:
    """What everybody may know of a paper: its kind, whether it counts, its day, round and - of a letter - school."""

    kind: str
    status: str  # genuine, replaced, withdrawn
    on: datetime
    season: str
    stage: str
    round: str
    school: str
    synthetic: bool


def paper_checked(kind: str, number: str, code: str, expected: str) -> Checked | None:
    """What the public page says of a paper; None for anything but a right code.

    A wrong code is answered before the database is asked, so neither the answer nor its time tells whether a number
    exists; a right code cannot be guessed.
    """
    if not hmac.compare_digest(code.encode(), expected.encode()):
        return None
    if kind == "letter":
        rows = Letter.objects.select_related("application__round__season__district", "offer__school")
        letter = rows.filter(number=number).first()
        return _letter_checked(letter) if letter else None
    found = Application.objects.select_related("round__season__district").filter(receipt=number).first()
    return _shown(found, "receipt", "genuine", found.submitted_at, "") if found else None


def _letter_checked(letter: Letter) -> Checked:
    school = letter.offer.school.name if letter.offer.school else ""
    return _shown(letter.application, letter.kind, letter_status(letter), letter.issued_at, school)


def letter_status(letter: Letter) -> str:
    """genuine; replaced by a newer letter or place; withdrawn when the child has no such place any more."""
    application, offer = letter.application, letter.application.offer
    newer = Letter.objects.filter(application=application, pk__gt=letter.pk).exists()
    if newer or (offer is not None and offer.pk != letter.offer_id and offer.school_id is not None):
        return "replaced"
    holding = {"accepted", "enrolled"} | ({"offered"} if letter.kind == Letter.Kind.OFFER else set())
    return "genuine" if application.state in holding else "withdrawn"


def _shown(application: Application, kind: str, status: str, on: datetime, school: str) -> Checked:
    season = application.round.season
    return Checked(
        kind=kind,
        status=status,
        on=on,
        season=f"{season.district.name} {season.year}",
        stage=application.get_stage_display(),
        round=application.round.get_kind_display(),
        school=school,
        synthetic=season.synthetic,
    )

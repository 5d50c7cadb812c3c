"""Closing a round before its announced end, and freezing its roll: two different officials, each with a one-time
password, who see the announced date beside today and how many families it concerns.

What is confirmed is named in the confirmation: a step, the day, and for the freeze how many children. If another number
or another day is confirmed second, that is a first confirmation of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import totp_confirm
from audit.models import Entry
from enrollment.models import Application, Draft, Round
from enrollment.services import round_step
from enrollment.services.rounds import closes_early, refuse_unsettled, round_for
from enrollment.services.transitions import round_lock
from foundation import clock
from foundation.errors import Refused
from foundation.locks import lock
from lottery.models import Confirmation, Draw
from lottery.services.common import confirm
from lottery.services.roll import roll_freeze

CLOSING = {"open": "close", "paused": "close", "closed": "freeze"}  # by the state of the round


@dataclass(frozen=True, slots=True)
class Closing:
    """What the two officials look at. ``step`` is close or freeze. ``families`` have applied, ``drafts`` are begun and
    not sent, ``children`` would be on the roll. ``alone``: one official may do it, for the announced end has passed.
    """

    step: str
    announced: datetime
    today: date
    days_left: int
    families: int
    drafts: int
    children: int
    alone: bool
    subject: str
    confirmations: tuple[Confirmation, ...]


def closing_of(round_: Round) -> Closing | None:
    """What comes next for a round that has no roll yet; None when it is neither open nor closed."""
    step = CLOSING.get(round_.state)
    if step is None:
        return None
    found = Application.objects.filter(round=round_).aggregate(
        families=Count("guardian", distinct=True, filter=~Q(state="withdrawn")),
        children=Count("pk", filter=Q(state="approved")),
    )
    children = found["children"]
    announced, today = round_.closes_at.astimezone(clock.SHANGHAI), clock.today()
    subject = _subject(round_, step, children)
    given = Confirmation.objects.filter(round=round_, step=step, subject=subject)
    return Closing(
        step=step,
        announced=announced,
        today=today,
        days_left=max(0, (announced.date() - today).days),
        families=found["families"],
        drafts=Draft.objects.filter(round=round_).exclude(child__applications__round=round_).count(),
        children=children,
        alone=step == "close" and not closes_early(round_),
        subject=subject,
        confirmations=tuple(given.select_related("official").order_by("at")),
    )


def _subject(round_: Round, step: str, children: int) -> str:
    """What is confirmed, in at most 80 characters. A round that was opened again is confirmed anew."""
    times = Entry.objects.filter(object_type="round", object_id=str(round_.pk), action="round.close").count()
    counted = f" {children} children" if step == "freeze" else ""
    return f"{round_.closes_at:%Y-%m-%dT%H:%M%z} on {clock.today()} after {times}{counted}"


def round_close_confirm(*, official: Account, round_id: int, token: str = "") -> Round:
    """Close a round: after its announced end at once; before it, the second official's confirmation closes it.

    Raises NotAllowed, Refused (a wrong one-time password, the same person twice, not open).
    """
    with transaction.atomic():
        round_, closing = _at(official, round_id, "close")
        if closing.alone:
            return round_step(official=official, round_id=round_id, event="close")
    totp_confirm(account=official, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        round_, closing = _at(official, round_id, "close")
        first = _confirmed(round_, closing, official)
        if first is None:
            return round_
        return round_step(official=official, round_id=round_id, event="close", second=first)


def roll_freeze_confirm(*, official: Account, round_id: int, token: str) -> Draw | None:
    """Confirm the freeze of the roll; the second, different official's confirmation makes it. None after the first.

    Raises NotAllowed, Refused (undecided applications, a wrong one-time password, the same person twice, see
    ``roll_freeze``).
    """
    with transaction.atomic():
        _at(official, round_id, "freeze")
    totp_confirm(account=official, token=token)
    with transaction.atomic():
        round_, closing = _at(official, round_id, "freeze")
        first = _confirmed(round_, closing, official)
        return roll_freeze(official=official, round_id=round_id, second=first) if first else None


def _at(official: Account, round_id: int, step: str) -> tuple[Round, Closing]:
    """The round, alone under its lock, and what would be confirmed. Raises NotAllowed, Refused."""
    lock(round_lock(round_id))  # before the row: submissions take them in this order, too
    round_ = round_for(official, round_id, "round.run")
    closing = closing_of(round_)
    if closing is None or closing.step != step:
        text = _("The round is “%(state)s”: this step is not possible now.")
        raise Refused(text % {"state": round_.state}, code="illegal_step")
    if step == "freeze":
        refuse_unsettled(round_)
        if not closing.children:
            raise Refused(_("There is no approved application in this round: the roll would be empty."), code="empty")
    return round_, closing


def _confirmed(round_: Round, closing: Closing, official: Account) -> Account | None:
    """Record the confirmation; the other person when both have confirmed."""
    if not confirm(round_=round_, step=closing.step, subject=closing.subject, official=official):
        return None
    return next(one.official for one in closing.confirmations if one.official_id != official.pk)

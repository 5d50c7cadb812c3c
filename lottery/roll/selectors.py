"""What two officials look at before they close a round or freeze its roll."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q

from audit.models import Entry
from enrollment.false_declarations.selectors import open_receipts
from enrollment.seasons.models import Application, ApplicationState, Draft, Round
from enrollment.seasons.services.rounds import closes_early
from enrollment.seasons.states import RoundState
from foundation import clock
from lottery.ceremony.models import Confirmation
from lottery.ceremony.states import FinalStep

# by the state of the round
CLOSING: Final[Mapping[str, FinalStep]] = {
    RoundState.OPEN: FinalStep.CLOSE,
    RoundState.PAUSED: FinalStep.CLOSE,
    RoundState.CLOSED: FinalStep.FREEZE,
}


@dataclass(frozen=True, slots=True)
class Closing:
    """What the two officials look at. ``step`` is close or freeze. ``families`` have applied, ``drafts`` are begun and
    not sent, ``children`` would be on the roll. ``alone``: one official may do it, for the announced end has passed.
    """

    step: FinalStep
    announced: datetime
    today: date
    days_left: int
    families: int
    drafts: int
    children: int
    alone: bool
    subject: str
    confirmations: tuple[Confirmation, ...]
    accused: tuple[str, ...] = ()  # receipts about which a case of false declaration is open


def closing_of(round_: Round) -> Closing | None:
    """What comes next for a round that has no roll yet; None when it is neither open nor closed."""
    step = CLOSING.get(round_.state)
    if step is None:
        return None
    found = Application.objects.filter(round=round_).aggregate(
        families=Count("guardian", distinct=True, filter=~Q(state=ApplicationState.WITHDRAWN)),
        children=Count("pk", filter=Q(state=ApplicationState.APPROVED)),
    )
    children = found["children"]
    announced, today = round_.closes_at.astimezone(clock.SHANGHAI), clock.today()
    subject = _subject(round_, step, children)
    given = Confirmation.objects.filter(round=round_, step=step, subject=subject)
    return Closing(
        step=step,
        announced=announced,
        today=today,
        days_left=max(0, clock.days_until(announced)),
        families=found["families"],
        drafts=Draft.objects.filter(round=round_).exclude(child__applications__round=round_).count(),
        children=children,
        alone=step == FinalStep.CLOSE and not closes_early(round_),
        subject=subject,
        confirmations=tuple(given.select_related("official").order_by("at")),
        accused=tuple(open_receipts(round_)) if step == FinalStep.FREEZE else (),
    )


def _subject(round_: Round, step: FinalStep, children: int) -> str:
    """What is confirmed, in at most 80 characters. A round that was opened again is confirmed anew."""
    times = Entry.objects.filter(object_type="round", object_id=str(round_.pk), action="round.close").count()
    counted = f" {children} children" if step == FinalStep.FREEZE else ""
    return f"{round_.closes_at:%Y-%m-%dT%H:%M%z} on {clock.today()} after {times}{counted}"

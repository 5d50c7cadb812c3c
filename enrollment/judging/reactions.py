"""What is judged when something happens below."""

from collections.abc import Sequence
from uuid import UUID

from enrollment.judging.later.again import refuse_in_doubt
from enrollment.judging.later.recovery import day_ask_again
from enrollment.judging.services import applications_assess, facts_now
from enrollment.seasons.happenings import ROUND_FREEZES
from enrollment.seasons.models import Round
from enrollment.setup.services.rules import unjudged_by
from verification.happenings import ASK_AGAIN, CHECKS_DONE, AskAgain

unjudged_by(facts_now)


@CHECKS_DONE.reaction
def judge(version_ids: Sequence[UUID]) -> None:
    """Judge the versions whose last checks are done."""
    applications_assess(version_ids=version_ids)


@ROUND_FREEZES.reaction
def refuse(round_: Round) -> None:
    """Nothing that is in doubt is frozen."""
    refuse_in_doubt(round_)


@ASK_AGAIN.reaction
def ask_again(wish: AskAgain) -> None:
    """Ask an agency again about the cases of one day."""
    day_ask_again(official=wish.official, agency=wish.agency, day=wish.day, division=wish.division)

"""What people read in place of the names of a round's states and events; an application's states name themselves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.seasons.days.dates import Wrong
from enrollment.seasons.states import RoundEvent, RoundState
from foundation.days import day_said, moment_said

ROUND_STATES: Final[Mapping[str, Promise]] = {
    RoundState.PLANNED: _("Not yet open"),
    RoundState.OPEN: _("Open"),
    RoundState.PAUSED: _("Paused"),
    RoundState.CLOSED: _("Closed"),
    RoundState.FROZEN: _("Roll frozen"),
    RoundState.DRAWN: _("Drawn"),
    RoundState.ADMITTED: _("Places computed"),
    RoundState.PUBLISHED: _("Results published"),
}
ROUND_EVENTS: Final[Mapping[str, Promise]] = {
    RoundEvent.OPEN: pgettext_lazy("round event", "Open the round"),
    RoundEvent.PAUSE: pgettext_lazy("round event", "Pause"),
    RoundEvent.RESUME: pgettext_lazy("round event", "Resume"),
    RoundEvent.CLOSE: pgettext_lazy("round event", "Close"),
    RoundEvent.REOPEN: pgettext_lazy("round event", "Reopen"),
    RoundEvent.FREEZE: pgettext_lazy("round event", "Freeze the roll"),
    RoundEvent.DRAW: pgettext_lazy("round event", "Draw"),
    RoundEvent.ADMIT: pgettext_lazy("round event", "Compute the places"),
    RoundEvent.PUBLISH: pgettext_lazy("round event", "Publish"),
}
DATE_WRONG: Final[Mapping[str, Promise]] = {
    "twice": _("There is such a round of this stage already."),
    "other_year": _("This day is not in %(against)s."),
    "closes_first": _("Applications must close after they open (%(against)s)."),
    "results_first": _("Results must come after applications close (%(against)s)."),
    "check_late": _("Documents must be valid on a day before the results (%(against)s)."),
    "days": _("From 1 to %(against)s days."),
    "past": _("This moment has passed: it is %(against)s now."),
    "overlap": _("A supplementary round opens after the results of the other rounds (%(against)s)."),
    "ends_first": _("The last day is before the first (%(against)s)."),
    "draw_first": _("The draw must come after applications close (%(against)s)."),
    "results_before_draw": _("Results must not come before the draw (%(against)s)."),
    "check_in_early": _("Check-in must begin after the last place can be answered (%(against)s)."),
    "fixed": _("This cannot change any more: the round has gone further."),
    "judged": _("%(against)s applications were judged by this day: it cannot change any more."),
}


def wrong_words(wrong: Wrong) -> str:
    """A contradiction of dates in words."""
    against = wrong.against
    if isinstance(against, datetime):
        said = moment_said(against)
    else:
        said = day_said(against) if isinstance(against, date) else str(against)
    return str(DATE_WRONG[wrong.code]) % {"against": said}

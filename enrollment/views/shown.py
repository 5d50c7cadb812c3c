"""A question as a template shows it: translated, with what was typed and what is wrong; and the time that is left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment import form
from enrollment.models import Round
from enrollment.selectors import answer_words
from enrollment.services.submission import error_text
from foundation import clock

MODES = {"mobile": "tel", "percent": "decimal", "number": "numeric"}
ROWS = {"address": 2, "certificate": 2, "contract": 2, "text": 4}  # longer than a phone is wide: shown whole


@dataclass(frozen=True, slots=True)
class ShownOption:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What ``components/field.html`` needs.

    ``known`` is an answer of a register in words: it stands there as text, and the control is behind "this is wrong".
    """

    name: str
    label: str
    value: str = ""
    help: str = ""
    error: str = ""
    options: tuple[ShownOption, ...] = ()
    when: str = ""
    required: bool = True
    type: str = "text"
    mode: str = ""
    css: str = ""
    source: str = ""
    autocomplete: str = "off"
    rows: int = 0  # of a text area; 0 is a single line
    known: str = ""
    differs: bool = False  # the family has said that the register is wrong
    several: bool = False

    @property
    def picked(self) -> list[str]:
        return self.value.split(",") if self.several else [self.value]


def shown(
    question: form.Field,
    answers: Mapping[str, str],
    errors: Mapping[str, form.FieldError],
    source: str = "",
    known: str = "",
) -> Shown:
    """A question of the form with its answer and error; ``known`` is what a register said, as stored."""
    problem = errors.get(question.name)
    return Shown(
        name=question.name,
        label=_(question.label),
        value=answers.get(question.name, "") or question.default,
        help=_(question.help) if question.help else "",
        error=error_text(problem) if problem else "",
        options=tuple(ShownOption(option.value, _(option.label)) for option in question.options),
        when=json.dumps({name: list(values) for name, values in question.when.items()}) if question.when else "",
        required=question.required,
        mode=MODES.get(question.kind, ""),
        rows=ROWS.get(question.kind, 0),
        source=source,
        autocomplete=question.autocomplete,
        known=answer_words(question, known) if known else "",
        differs=bool(known) and answers.get(question.name, "") not in {"", known},
        several=question.kind == "several",
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a round is still open, by the server's clock: a phone's own clock may be wrong.

    ``ends`` is the first instant after the deadline's minute; both moments are milliseconds since 1970 for the script.
    """

    closes_at: datetime
    now_ms: int
    ends_ms: int
    text: str
    urgent: bool


def deadline(round_: Round) -> Deadline:
    now = clock.now()
    ends = round_.closes_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    left = max(timedelta(), ends - now)
    return Deadline(
        closes_at=round_.closes_at,
        now_ms=int(now.timestamp() * 1000),
        ends_ms=int(ends.timestamp() * 1000),
        text=remaining(left),
        urgent=left < timedelta(days=1),
    )


def remaining(left: timedelta) -> str:
    """The time left in the two largest units that matter, as a person would say it."""
    minutes = int(left.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 3:
        return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    if days:
        return _("%(days)d d %(hours)d h left") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min left") % {"minutes": minutes} if minutes else _("less than a minute left")

"""The page of dates as fields: each with its words, its value, its mistake, and whether it can still change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.days.dates import FREE
from enrollment.seasons.models import Round
from enrollment.seasons.states import RoundState
from enrollment.setup.bodies import DAYS, LABELS, MOMENTS, Body, name_of
from schools.models import Stage

Choices = Sequence[tuple[str, str | Promise]]
HELP: Mapping[str, Promise] = {
    "opens_at": _("The round opens by itself at this minute."),
    "closes_at": _("It closes by itself at the end of this minute."),
    "results_at": _("Nothing is published before this day."),
    "check_on": _("Empty: the day on which the family applies."),
    "reminders": _(
        "Days before the end: by text, by text, by call, for example 4, 2, 1. Empty: when four, two and one seventh of "
        "the time are left."
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One input of the page."""

    name: str
    label: str | Promise
    type: str
    value: str
    error: str = ""
    help: str | Promise = ""
    fixed: bool = False
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class RoundForm:
    """The fields of one round; of an announced one stage and kind are fixed."""

    number: int
    name: str
    announced: bool
    over: bool  # its results are published: folded away
    error: str
    hidden: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line of the calendar."""

    number: int
    name: str
    error: str
    hidden: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class DatesForm:
    rounds: tuple[RoundForm, ...]
    lines: tuple[LineForm, ...]


def dates_form(
    body: Body, states: Mapping[tuple[str, str], str], policies: Choices, wrong: Mapping[str, str]
) -> DatesForm:
    """``states`` are those of the announced rounds, by stage and kind."""
    rounds = [
        _round(number, row, states.get((row["stage"], row["kind"]), ""), policies, wrong)
        for number, row in enumerate(body["rounds"])
    ]
    return DatesForm(tuple(rounds), tuple(_line(number, row, wrong) for number, row in enumerate(body["calendar"])))


def _round(number: int, row: Mapping[str, str], state: str, policies: Choices, wrong: Mapping[str, str]) -> RoundForm:
    free = FREE[state or RoundState.PLANNED]

    def field(name: str, kind: str, choices: Choices = ()) -> Field:
        place = f"rounds.{number}.{name}"
        fixed = name not in free and (name != "policy" or state not in {"", RoundState.PLANNED})
        return Field(place, LABELS[name], kind, row[name], wrong.get(place, ""), HELP.get(name, ""), fixed, choices)

    place = f"rounds.{number}"
    said = row.get("reminders", ""), wrong.get(f"{place}.reminders", "")
    fields = [
        field("policy", "select", [("", _("Choose rules")), *policies]),
        *(field(name, "datetime-local") for name in MOMENTS),
        field("check_on", "date"),
        *(field(name, "text") for name in DAYS),
        Field(f"{place}.reminders", LABELS["reminders"], "text", *said, HELP["reminders"]),
    ]
    return RoundForm(
        number,
        name_of(row),
        bool(state),
        state == RoundState.PUBLISHED and not any(name.startswith(f"{place}.") for name in wrong),
        wrong.get(f"{place}.stage", "") or wrong.get(f"{place}.kind", ""),
        tuple((f"{place}.{name}", row[name]) for name in ("stage", "kind")),
        tuple(fields),
    )


def _line(number: int, row: Mapping[str, str], wrong: Mapping[str, str]) -> LineForm:
    place = f"calendar.{number}"
    fields = [
        Field(f"{place}.{name}", LABELS[name], "date", row[name], wrong.get(f"{place}.{name}", ""))
        for name in ("starts", "ends")
    ]
    hidden = tuple((f"{place}.{name}", row[name]) for name in ("key", "zh", "en"))
    return LineForm(number, row["zh"], wrong.get(f"{place}.zh", ""), hidden, tuple(fields))


STAGES: Choices = Stage.choices
KINDS: Choices = Round.Kind.choices

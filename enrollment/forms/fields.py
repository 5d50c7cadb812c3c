"""A question as a template shows it: translated, with what was typed and what is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

import identifiers
from enrollment.forms.questions import Field, FieldError
from foundation.wording import content_language, joined, say

MODES = {"mobile": "tel", "percent": "decimal", "number": "numeric", "whole": "numeric"}


ROWS = {"address": 2, "certificate": 2, "contract": 2, "text": 4}  # longer than a phone is wide: shown whole


@dataclass(frozen=True, slots=True)
class FieldOption:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """What ``components/field.html`` needs.

    ``known`` is an answer of a register in words: it stands there as text, and the control is behind "this is wrong".
    """

    name: str
    label: str
    value: str = ""
    help: str = ""
    error: str = ""
    options: tuple[FieldOption, ...] = ()
    when: str = ""
    required: bool = True
    type: str = "text"
    mode: str = ""
    css: str = ""
    source: str = ""
    autocomplete: str = "off"
    rows: int = 0  # of a text area; 0 is a single line
    known: str = ""
    known_note: str = ""  # what else the register says of it
    differs: bool = False  # the family has said that the register is wrong
    several: bool = False
    purpose: str = ""
    basis: str = ""

    @property
    def picked(self) -> list[str]:
        return self.value.split(",") if self.several else [self.value]


@dataclass(frozen=True, slots=True)
class Known:
    """An answer of a register: as stored, the badge that says whose it is and of which day, and what else it says."""

    said: str
    source: str
    note: str = ""


def form_field(
    question: Field,
    answers: Mapping[str, str],
    errors: Mapping[str, FieldError],
    known: Known | None = None,
) -> FormField:
    """A question of the form with its answer and error; ``known`` is what a register said."""
    problem = errors.get(question.name)
    said = known.said if known else ""
    return FormField(
        name=question.name,
        label=_(question.label),
        value=answers.get(question.name, "") or question.default,
        help=_(question.help) if question.help else "",
        error=error_text(problem) if problem else "",
        options=tuple(FieldOption(option.value, _(option.label)) for option in question.options),
        when=json.dumps({name: list(values) for name, values in question.when.items()}) if question.when else "",
        required=question.required,
        mode=MODES.get(question.kind, ""),
        rows=0 if question.describes else ROWS.get(question.kind, 0),
        source=known.source if known else "",
        autocomplete=question.autocomplete,
        known=answer_words(question, said) if said else "",
        known_note=known.note if known else "",
        differs=bool(said) and answers.get(question.name, "") not in {"", said},
        several=question.kind == "several",
        purpose=question.purpose,
        basis=question.basis,
    )


def answer_words(field: Field, value: str) -> str:
    """An answer as a person reads it: the words of what was picked, or what was typed."""
    if not field.options:
        return value
    labels = {option.value: _(option.label) for option in field.options}
    separator = "、" if content_language() == "zh" else ", "
    return separator.join(labels.get(part, part) for part in value.split(",") if part)


def error_text(error: FieldError) -> str:
    """Why an answer is not taken, what to do, and where to look."""
    where = (say(identifiers.MESSAGES[item.code], item.params) for item in error.more)
    return joined(say(error.message, error.params), *where)

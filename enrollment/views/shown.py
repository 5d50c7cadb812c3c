"""A question as a template shows it: translated, with what was typed and what is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment import form
from foundation.wording import say

MODES = {"mobile": "tel", "percent": "decimal", "number": "numeric"}
ROWS = {"address": 2, "certificate": 2, "contract": 2}  # longer than a phone is wide: shown whole, not cut off


@dataclass(frozen=True, slots=True)
class ShownOption:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What ``components/field.html`` needs."""

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


def shown(
    question: form.Field, answers: Mapping[str, str], errors: Mapping[str, form.FieldError], source: str = ""
) -> Shown:
    """A question of the form with its answer and error."""
    problem = errors.get(question.name)
    return Shown(
        name=question.name,
        label=_(question.label),
        value=answers.get(question.name, ""),
        help=_(question.help) if question.help else "",
        error=say(problem.message, problem.params) if problem else "",
        options=tuple(ShownOption(option.value, _(option.label)) for option in question.options),
        when=json.dumps({name: list(values) for name, values in question.when.items()}) if question.when else "",
        required=question.required,
        mode=MODES.get(question.kind, ""),
        rows=ROWS.get(question.kind, 0),
        source=source,
        autocomplete=question.autocomplete,
    )

"""Everything that is wrong on a page, at its top, each with the way to its field."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _

from enrollment.forms.fields import FormField

register = template.Library()


@dataclass(frozen=True, slots=True)
class Wrong:
    """One field that needs another look: where it stands, what it is called, what is wrong."""

    target: str
    label: str
    text: str


@register.inclusion_tag("components/wrong_fields.html")
def error_summary(fields: Iterable[FormField], **others: str) -> dict[str, list[Wrong]]:
    """``others`` are errors of what is no field of the usual kind, by the id of its place: ``choices=...``."""
    places = {
        "choices": ("school-1", _("Schools")),
        "birth": ("birth-field", _("When was the child born?")),
        "agree": ("agree", _("Your consent")),
        "home_pick": ("home_pick-field", _("The home")),
    }
    first = [Wrong(*places[name], text) for name, text in others.items() if text]
    return {"wrong": first + [Wrong(_place(one), one.label, one.error) for one in fields if one.error]}


def _place(field: FormField) -> str:
    """The control itself, or the whole question where it is several boxes."""
    return f"{field.name}-field" if field.options else field.name

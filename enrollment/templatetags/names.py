"""Names of places and schools in the page's language. Known to every template (settings: builtins)."""

from collections.abc import Iterable
from typing import Any

from django import template

from schools.models import District, School
from schools.naming import named as in_language
from schools.naming import several as joined

register = template.Library()


@register.filter
def named(value: Any) -> str:
    """A school, a district, or a name; nothing for nothing."""
    if isinstance(value, School):
        return in_language(value.name, value.english)
    if isinstance(value, District):
        return in_language(value.name)
    return in_language(str(value)) if value else ""


@register.filter
def several(names: Iterable[str]) -> str:
    """Names of schools or places one after the other."""
    return joined(names)

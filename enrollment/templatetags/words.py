"""Texts of the pure rooms, which carry both languages, on a page."""

from django import template
from django.utils.translation import get_language

from enrollment.policy.words import Text

register = template.Library()


@register.filter
def said(text: Text) -> str:
    """The text in the page's language."""
    return text.of(get_language() or "")

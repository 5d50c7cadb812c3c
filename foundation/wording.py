"""Saying in the active language what a pure room found."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import identifiers


def content_language() -> str:
    """ "zh" or "en": which of the two languages of stored texts is read now; what is not English reads Chinese."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def joined(*sentences: str) -> str:
    """Sentences in the active language one after the other: with a space between them, in Chinese with none."""
    return ("" if content_language() == "zh" else " ").join(sentences)


def say(template: str, params: Mapping[str, object]) -> str:
    """Translate a pure room's message (English, named braces) and fill it in."""
    return str(_(template)).format(**params) if template else ""


def refusal(checked: identifiers.Checked) -> str:
    """Why a value was refused, and what to do."""
    return say(identifiers.MESSAGES[checked.code], checked.params)

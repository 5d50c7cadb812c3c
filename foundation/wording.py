"""Saying in the active language what a pure room found."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

import identifiers


def say(template: str, params: Mapping[str, object]) -> str:
    """Translate a pure room's message (English, named braces) and fill it in."""
    return str(_(template)).format(**params) if template else ""


def refusal(checked: identifiers.Checked) -> str:
    """Why a value was refused, and what to do."""
    return say(identifiers.MESSAGES[checked.code], checked.params)

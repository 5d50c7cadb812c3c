"""Mobile numbers a text message can reach, in E.164 (+8613...), of China when no country code is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from identifiers import text
from identifiers.result import Checked, Context, accept, refuse

if TYPE_CHECKING:  # its tables are read where a number is, not at every start
    from phonenumbers import PhoneNumber

KIND = "mobile"
_PUNCTUATION = re.compile(r"[\s().\-]+")
_PLAIN = re.compile(r"\+?[0-9]+")


def _fold(raw: str) -> str:
    folded = _PUNCTUATION.sub("", text.dashes(text.width(text.visible(raw))))
    return "+" + folded[2:] if folded.startswith("00") else folded


def _parse(folded: str) -> PhoneNumber | None:
    import phonenumbers

    try:
        return phonenumbers.parse(folded, "CN")
    except phonenumbers.NumberParseException:
        return None


def normalise(raw: str) -> str:
    """E.164 for a number that exists, otherwise what was typed without punctuation."""
    import phonenumbers

    folded = _fold(raw)
    number = _parse(folded) if _PLAIN.fullmatch(folded) else None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        return folded
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check(raw: str, context: Context) -> Checked:  # noqa: ARG001 - one signature for every kind
    """Check that the number exists, is mobile and has no extension; ``country`` is the fact it yields."""
    from phonenumbers import PhoneNumberType, is_valid_number, number_type, region_code_for_number

    folded, value = _fold(raw), normalise(raw)
    number = _parse(folded)
    if number is not None and number.extension:
        return refuse(KIND, raw, value, "phone_extension")
    if number is None or not _PLAIN.fullmatch(folded) or not is_valid_number(number):
        return refuse(KIND, raw, value, "phone_format")
    if number_type(number) not in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}:
        return refuse(KIND, raw, value, "phone_not_mobile")
    return accept(KIND, raw, value, facts={"country": region_code_for_number(number) or ""})


def mask(value: str) -> str:
    """First three and last four digits of a Chinese number without its country code; of others + and the last four."""
    if value.startswith("+86"):
        return text.stars(value.removeprefix("+86"), 3, 4)
    return text.stars(value, 3 if len(value) == 11 and value.isdigit() else 1, 4)

"""Mobile numbers a text message can reach, in E.164 (+8613...), of China when no country code is typed."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from identifiers import text
from identifiers.result import Checked, Context, accept, refuse

KIND = "mobile"
_REACHABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_PUNCTUATION = re.compile(r"[\s().\-]+")
_PLAIN = re.compile(r"\+?[0-9]+")


def _fold(raw: str) -> str:
    folded = _PUNCTUATION.sub("", text.dashes(text.width(text.visible(raw))))
    return "+" + folded[2:] if folded.startswith("00") else folded


def _parse(folded: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(folded, "CN")
    except NumberParseException:
        return None


def normalise(raw: str) -> str:
    """E.164 for a number that exists, otherwise what was typed without punctuation."""
    folded = _fold(raw)
    number = _parse(folded) if _PLAIN.fullmatch(folded) else None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        return folded
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def check(raw: str, context: Context) -> Checked:  # noqa: ARG001 - one signature for every kind
    """Check that the number exists, is mobile and has no extension; ``country`` is the fact it yields."""
    folded, value = _fold(raw), normalise(raw)
    number = _parse(folded)
    if number is not None and number.extension:
        return refuse(KIND, raw, value, "phone_extension")
    if number is None or not _PLAIN.fullmatch(folded) or not phonenumbers.is_valid_number(number):
        return refuse(KIND, raw, value, "phone_format")
    if phonenumbers.number_type(number) not in _REACHABLE:
        return refuse(KIND, raw, value, "phone_not_mobile")
    return accept(KIND, raw, value, facts={"country": phonenumbers.region_code_for_number(number) or ""})


def mask(value: str) -> str:
    """First three and last four digits of a Chinese number without its country code; of others + and the last four."""
    if value.startswith("+86"):
        return text.stars(value.removeprefix("+86"), 3, 4)
    return text.stars(value, 3 if len(value) == 11 and value.isdigit() else 1, 4)

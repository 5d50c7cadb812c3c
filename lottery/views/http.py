"""In which of the two stored languages a page of the lottery speaks."""

from django.http import HttpRequest


def language_of(request: HttpRequest) -> str:
    """ "zh" or "en": the two languages in which results are stored."""
    return "en" if (request.LANGUAGE_CODE or "").startswith("en") else "zh"

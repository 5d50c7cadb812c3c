"""Texts of the pure rooms, which carry both languages, on a page; and sentences that follow one another."""

import re
from typing import Any

from django import template
from django.utils.translation import get_language

from foundation.wording import tongue
from policy.words import Text

register = template.Library()
AFTER_A_STOP = re.compile(r"(?<=[。！？；])\s+")


@register.filter
def said(text: Text) -> str:
    """The text in the page's language."""
    return text.of(get_language() or "")


class SentencesNode(template.Node):
    """What stands between the two tags; in Chinese no space follows the end of a sentence."""

    def __init__(self, inner: template.base.NodeList) -> None:
        self.inner = inner

    def render(self, context: Any) -> str:
        text = self.inner.render(context)
        return AFTER_A_STOP.sub("", text) if tongue() == "zh" else text


@register.tag
def sentences(parser: template.base.Parser, token: template.base.Token) -> SentencesNode:  # noqa: ARG001
    """{% sentences %} texts that follow one another {% endsentences %}: never around what a person typed."""
    inner = parser.parse(("endsentences",))
    parser.delete_first_token()
    return SentencesNode(inner)

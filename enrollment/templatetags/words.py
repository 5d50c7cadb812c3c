"""Texts of the pure rooms, which carry both languages, on a page; and sentences that follow one another."""

import re
from typing import Any

from django import template
from django.utils.translation import gettext

from foundation.wording import content_language
from policy.words import Text
from schools.maps.walking import Walk

register = template.Library()
AFTER_A_STOP = re.compile(r"(?<=[。！？；])\s+")


@register.filter
def said(text: Text) -> str:
    """The text in the page's language."""
    return text.of(content_language())


@register.filter
def on_foot(walk: Walk) -> str:
    """A way on foot: minutes first, metres beside them, kilometres from one on."""
    if walk.metres < 1000:
        far = gettext("%(metres)d m") % {"metres": walk.metres}
    else:
        far = gettext("%(kilometres)s km") % {"kilometres": f"{walk.metres / 1000:.1f}"}
    return gettext("about %(minutes)d min on foot (%(far)s)") % {"minutes": walk.minutes, "far": far}


class SentencesNode(template.Node):
    """What stands between the two tags; in Chinese no space follows the end of a sentence."""

    def __init__(self, inner: template.base.NodeList) -> None:
        self.inner = inner

    def render(self, context: Any) -> str:
        text = self.inner.render(context)
        return AFTER_A_STOP.sub("", text) if content_language() == "zh" else text


@register.tag
def sentences(parser: template.base.Parser, token: template.base.Token) -> SentencesNode:  # noqa: ARG001
    """{% sentences %} texts that follow one another {% endsentences %}: never around what a person typed."""
    inner = parser.parse(("endsentences",))
    parser.delete_first_token()
    return SentencesNode(inner)

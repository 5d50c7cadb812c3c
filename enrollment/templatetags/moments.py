"""Dates as families read them: Beijing time, in the page's language, never broken over two lines."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from enrollment.abroad import local_time
from foundation.wording import tongue
from policy.words import day_words

register = template.Library()


def _written(at: date) -> str:
    return day_words(at).of(tongue())


def _to_the_minute(at: datetime) -> str:
    return f"{_written(at)} {at:%H:%M}"


@register.filter
def day(value: date | datetime | None) -> str | SafeString:
    """A day: 2026年6月20日, or 20 Jun 2026. Nothing for nothing."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html('<span class="nowrap">{}</span>', _written(local))


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A day with its time of day, to the minute."""
    if value is None:
        return ""
    return format_html('<span class="nowrap">{}</span>', _to_the_minute(timezone.localtime(value)))


@register.simple_tag(takes_context=True)
def abroad(context: Mapping[str, Any], value: datetime | None) -> str | SafeString:
    """The same moment where the reader's own phone is at home: only for a number abroad, else nothing."""
    user = getattr(context.get("request"), "user", None)
    there = local_time(value, getattr(user, "phone", "") or "") if value else None
    if there is None:
        return ""
    text = _("%(time)s where your phone is from") % {"time": _to_the_minute(there)}
    return format_html('<span class="soft nowrap">{}</span>', text)

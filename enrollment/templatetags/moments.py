"""Dates as families read them: Beijing time, in the page's language, never broken over two lines."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from enrollment.guardians.abroad import local_time
from foundation import days
from foundation.days import clocked, day_said, moment_said

register = template.Library()


def _here(value: date | datetime) -> date:
    """The day in Beijing; what carries no zone is a day already (a source that states days only)."""
    aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if aware else value  # type: ignore[arg-type] # an aware one is a datetime


@register.filter
def day(value: date | datetime | None) -> str | SafeString:
    """A day: 6月20日（周六）, or Sat 20 Jun; of another year 2027年6月20日, or 20 Jun 2027. Nothing for nothing."""
    if value is None:
        return ""
    local = _here(value)
    return format_html('<span class="nowrap">{}</span>', day_said(local))


@register.filter
def day_in_full(value: date | datetime) -> SafeString:
    """A day with its year, as a letter is signed: 2026年7月26日, or 26 Jul 2026."""
    local = _here(value)
    return format_html('<span class="nowrap">{}</span>', days.day_in_full(local))


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A day with its time of day, to the minute."""
    if value is None:
        return ""
    return format_html('<span class="nowrap">{}</span>', moment_said(value))


@register.simple_tag(takes_context=True)
def abroad(context: Mapping[str, Any], value: datetime | None) -> str | SafeString:
    """The same moment where the reader's own phone is at home: only for a number abroad, else nothing."""
    user = getattr(context.get("request"), "user", None)
    there = local_time(value, getattr(user, "phone", "") or "") if value else None
    if there is None:
        return ""
    text = _("%(time)s where your phone is from") % {"time": clocked(day_said(there), there)}
    return format_html('<span class="soft nowrap">{}</span>', text)

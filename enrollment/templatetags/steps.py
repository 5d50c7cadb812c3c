"""What comes next for an application, on any page."""

from django import template

from enrollment.models import Application
from enrollment.selectors import after

register = template.Library()


@register.simple_tag
def next_step(application: Application) -> after.Next:
    """One sentence, who acts, until when: see `enrollment.selectors.after.next_step`."""
    return after.next_step(application)

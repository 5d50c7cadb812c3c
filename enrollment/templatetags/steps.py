"""What comes next for an application, on any page."""

from django import template

from enrollment.filing.submission import standing
from enrollment.filing.submission.standing import Next
from enrollment.seasons.models import Application

register = template.Library()


@register.simple_tag
def next_step(application: Application) -> Next:
    """One sentence, who acts, until when: see `enrollment.filing.submission.standing.next_step`."""
    return standing.next_step(application)

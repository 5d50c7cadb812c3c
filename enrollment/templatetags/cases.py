"""The cases with others of one application, on the page of whoever decides it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from accounts.models import Account
from enrollment.cases.models import JointCase
from enrollment.cases.register import Line, lines_of
from enrollment.cases.selectors import may_act
from enrollment.cases.words import title_of
from enrollment.seasons.models import Application

register = template.Library()


@register.simple_tag
def joint_cases(application: Application) -> list[tuple[Line, str]]:
    """Each case with what it is about; the newest first."""
    rows = JointCase.objects.filter(application=application).prefetch_related("enquiries").select_related("application")
    return [(line, title_of(line.case)) for line in lines_of(rows)]


@register.simple_tag
def joint_states(applications: Iterable[Application]) -> dict[Any, str]:
    """Where departments stand with each of these: "answered" where every answer of a case is in, else "asked"."""
    asked = [one.pk for one in applications]
    rows = JointCase.objects.filter(
        application__in=asked, state__in=(JointCase.State.ASKED, JointCase.State.ANSWERED)
    ).order_by("-state")
    return dict(rows.values_list("application_id", "state"))  # "answered" comes last and stays: somebody can go on


@register.filter
def of_application(states: Mapping[Any, str], application: Application) -> str:
    """The state of one of the applications; "" where nobody is asked about it."""
    return states.get(application.pk, "")


@register.simple_tag
def may_ask_others(application: Application, person: Any) -> bool:
    """Whether the person may put a question about it to departments."""
    return isinstance(person, Account) and may_act(person, application)

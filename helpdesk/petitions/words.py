"""What the steps of a petition are called, for staff and for who brought it."""

from typing import Final

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

EVENTS: Final = {
    "enter": pgettext_lazy("petition", "Received"),
    "accept": lazy("Taken up"),
    "pass_on": pgettext_lazy("petition", "Handed on"),
    "invite": lazy("Talk arranged"),
    "hear": lazy("Talk held"),
    "extend": lazy("More time granted"),
    "answer": pgettext_lazy("petition", "Answered"),
    "review": lazy("Review asked for"),
    "close": pgettext_lazy("petition", "Closed"),
    "withdraw": lazy("Withdrawn"),
}


def step_words(event: str) -> str:
    """A step in words."""
    return str(EVENTS[event])

"""What the steps of a petition are called, for staff and for who brought it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from helpdesk.petitions.states import PetitionEvent

EVENTS: Final[Mapping[str, Promise]] = {
    PetitionEvent.ENTER: pgettext_lazy("petition", "Received"),
    PetitionEvent.ACCEPT: lazy("Taken up"),
    PetitionEvent.PASS_ON: pgettext_lazy("petition", "Handed on"),
    PetitionEvent.INVITE: lazy("Talk arranged"),
    PetitionEvent.HEAR: lazy("Talk held"),
    PetitionEvent.EXTEND: lazy("More time granted"),
    PetitionEvent.ANSWER: pgettext_lazy("petition", "Answered"),
    PetitionEvent.REVIEW: lazy("Review asked for"),
    PetitionEvent.CLOSE: pgettext_lazy("petition", "Closed"),
    PetitionEvent.WITHDRAW: lazy("Withdrawn"),
}


def step_words(event: str) -> str:
    """A step in words."""
    return str(EVENTS[event])

"""What staff call each kind of message; its text is in ``templates``."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NAMES: Final[Mapping[str, Promise]] = {
    "sign_in_code": pgettext_lazy("message", "Sign-in code"),
    "received": pgettext_lazy("message", "Application received"),
    "approved": pgettext_lazy("message", "Approved"),
    "attention": pgettext_lazy("message", "A person looks at it"),
    "returned": pgettext_lazy("message", "Please correct"),
    "name_settled": pgettext_lazy("message", "Name settled"),
    "not_eligible": pgettext_lazy("message", "Not eligible"),
    "offered": pgettext_lazy("message", "Place offered"),
    "answer_reminder": pgettext_lazy("message", "Reminder of a place"),
    "waiting": pgettext_lazy("message", "No place yet"),
    "waiting_offer": pgettext_lazy("message", "Place from the waiting list"),
    "corrected": pgettext_lazy("message", "Result corrected"),
    "class_result": pgettext_lazy("message", "Class"),
    "appeal_filed": pgettext_lazy("message", "Appeal received"),
    "appeal_hearing": pgettext_lazy("message", "Hearing"),
    "appeal_upheld": pgettext_lazy("message", "Appeal upheld"),
    "appeal_dismissed": pgettext_lazy("message", "Appeal dismissed"),
    "assist_code": pgettext_lazy("message", "Code for assisted filing"),
    "assist_opened": pgettext_lazy("message", "Assisted filing begun"),
    "guardian_invited": pgettext_lazy("message", "Second guardian invited"),
    "guardian_asked": pgettext_lazy("message", "Asks to be a guardian"),
    "guardian_joined": pgettext_lazy("message", "Invitation accepted"),
    "guardian_ended": pgettext_lazy("message", "Access ended"),
    "accounts_joined": pgettext_lazy("message", "Accounts joined"),
    "binding_asked": pgettext_lazy("message", "Children together: asked"),
    "binding_agreed": pgettext_lazy("message", "Children together: agreed"),
    "binding_refused": pgettext_lazy("message", "Children together: not agreed"),
    "binding_apart": pgettext_lazy("message", "Children together: no answer in time"),
    "lead_asked": pgettext_lazy("message", "Who gets decisions: asked"),
    "lead_changed": pgettext_lazy("message", "Who gets decisions: changed"),
    "withdrawn": pgettext_lazy("message", "Withdrawn"),
    "petition_accepted": pgettext_lazy("message", "Petition taken up"),
    "petition_passed": pgettext_lazy("message", "Petition handed on"),
    "petition_meeting": pgettext_lazy("message", "Talk about a petition"),
    "petition_extended": pgettext_lazy("message", "Petition takes longer"),
    "petition_answered": pgettext_lazy("message", "Petition answered"),
    "declaration_noticed": pgettext_lazy("message", "False declaration: notice"),
    "declaration_hearing": pgettext_lazy("message", "False declaration: hearing"),
    "declaration_found": pgettext_lazy("message", "False declaration: found"),
    "declaration_cleared": pgettext_lazy("message", "False declaration: not found"),
    "declaration_final": pgettext_lazy("message", "False declaration: final"),
    "taken_back": pgettext_lazy("message", "Place taken back"),
    "points_asked": pgettext_lazy("message", "Points in another town: asked"),
    "points_given": pgettext_lazy("message", "Points in another town: counted in full"),
    "points_refused": pgettext_lazy("message", "Points in another town: transfer refused"),
    "case_reminder": pgettext_lazy("message", "Department reminded of a question"),
    "twins_parted": pgettext_lazy("message", "Twins on both sides of the age limit"),
}


def message_name(template: str) -> str:
    """The kind of a message in the reader's language; a kind of an older release under its own name."""
    return str(NAMES.get(template, template))

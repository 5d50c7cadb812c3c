"""What was done with an application, as the log of access names it and as the family reads it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accounts.abilities import Ability
from enrollment.seasons.states import ApplicationEvent

STEPS: Final[Mapping[str, Promise]] = {  # the events of enrollment.seasons.states
    ApplicationEvent.SUBMIT: pgettext_lazy("access", "Submitted"),
    ApplicationEvent.START_CHECKS: pgettext_lazy("access", "Checks begun"),
    ApplicationEvent.CONFIRM: pgettext_lazy("access", "Checks confirmed"),
    ApplicationEvent.NEEDS_PERSON: pgettext_lazy("access", "Put before a person"),
    ApplicationEvent.ASK_AGAIN: pgettext_lazy("access", "An agency asked again that had not answered"),
    ApplicationEvent.APPROVE: pgettext_lazy("access", "Approved"),
    ApplicationEvent.OPEN_REVIEW: pgettext_lazy("access", "Taken up by a reviewer"),
    ApplicationEvent.RETURN: pgettext_lazy("access", "Sent back for correction"),
    ApplicationEvent.REFUSE: pgettext_lazy("access", "Refused"),
    ApplicationEvent.SETTLE_NAME: pgettext_lazy("access", "Settled a character of a name"),
    ApplicationEvent.RESUBMIT: pgettext_lazy("access", "Corrected"),
    ApplicationEvent.AMEND: pgettext_lazy("access", "Changed by the family before the deadline"),
    ApplicationEvent.LAPSE_RETURN: pgettext_lazy("access", "The time for the correction is over"),
    ApplicationEvent.APPEAL: pgettext_lazy("access", "Appeal filed"),
    ApplicationEvent.UPHOLD: pgettext_lazy("access", "Appeal upheld"),
    ApplicationEvent.DISMISS: pgettext_lazy("access", "Appeal dismissed"),
    ApplicationEvent.DROP_APPEAL: pgettext_lazy("access", "Appeal taken back"),
    ApplicationEvent.WITHDRAW: pgettext_lazy("access", "Withdrawn"),
    ApplicationEvent.FREEZE: pgettext_lazy("access", "Put on the roll"),
    ApplicationEvent.OFFER: pgettext_lazy("access", "Place offered"),
    ApplicationEvent.WAIT: pgettext_lazy("access", "Put on the waiting list"),
    ApplicationEvent.ACCEPT: pgettext_lazy("access", "Place accepted"),
    ApplicationEvent.DECLINE: pgettext_lazy("access", "Place declined"),
    ApplicationEvent.LAPSE: pgettext_lazy("access", "The time for the answer is over"),
    ApplicationEvent.ENROL: pgettext_lazy("access", "Checked in at the school"),
    ApplicationEvent.TAKE: pgettext_lazy("access", "Place from the waiting list taken"),
    ApplicationEvent.NO_SHOW: pgettext_lazy("access", "Did not come to check-in"),
    ApplicationEvent.ARRIVE: pgettext_lazy("access", "Came to check-in late"),
    ApplicationEvent.CORRECT: pgettext_lazy("access", "Result corrected"),
    ApplicationEvent.REOPEN: pgettext_lazy("access", "Back to review"),
    ApplicationEvent.TAKE_BACK: pgettext_lazy("access", "Place taken back"),
}
ACCESSES: Final[Mapping[str, Promise]] = {
    **{f"application.{event}": words for event, words in STEPS.items()},
    Ability.APPLICATION_VIEW: lazy("Opened the application"),
    "application.list": lazy("Saw it in a list"),
    "application.registry": lazy("Exported it for the student registry"),
    "attendance.say": lazy("Said whether the child comes"),
    "binding.agree": lazy("Agreed that the children stay together"),
    "binding.refuse": lazy("Did not agree that the children stay together"),
    "on_site.record": lazy("Recorded a visit on the spot"),
    "on_site.view": lazy("Opened the page of a visit on the spot"),
    "on_site.photo": lazy("Saw the photo of a visit on the spot"),
    "check_in.follow_up": lazy("The school asked after the child"),
    "desk.errand": lazy("Noted something to do about it"),
    "desk.errand_done": lazy("Noted what came of it"),
    "desk.give": lazy("Gave it to a colleague"),
    "desk.note": lazy("Wrote a note for colleagues"),
    "desk.take_over": lazy("Took it over from a colleague"),
    "review.given_back": lazy("A decision could not be carried out"),
    "review.hold": lazy("Decided; it counts a moment later"),
    "review.second_reading": lazy("Read a colleague's decision a second time"),
    "review.take_back": lazy("Took a decision back before it counted"),
    "letter.issue": lazy("Issued the letter"),
    "letter.read": lazy("Read the letter"),
    "place.look": lazy("Looked at the place that nobody answered"),
    "place.number": lazy("Saw the number, to call about the place"),
    "protection.order.on": lazy("Ordered that the address is kept from others"),
    "protection.order.off": lazy("Ended the order that keeps the address from others"),
    "receipt.read": lazy("Read the receipt"),
    "registry.save": lazy("Answered questions for the student registry"),
    "statements.read": lazy("Read what was stated"),
}


def access_words(action: str) -> str:
    """An action of the log in the reader's language."""
    return str(ACCESSES.get(action, lazy("Another access")))

"""What was done with an application, as the log of access names it and as the family reads it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accounts.abilities import Ability

STEPS: Final[Mapping[str, Promise]] = {  # the events of enrollment.seasons.states
    "submit": pgettext_lazy("access", "Submitted"),
    "start_checks": pgettext_lazy("access", "Checks begun"),
    "confirm": pgettext_lazy("access", "Checks confirmed"),
    "needs_person": pgettext_lazy("access", "Put before a person"),
    "ask_again": pgettext_lazy("access", "An agency asked again that had not answered"),
    "approve": pgettext_lazy("access", "Approved"),
    "open_review": pgettext_lazy("access", "Taken up by a reviewer"),
    "return": pgettext_lazy("access", "Sent back for correction"),
    "refuse": pgettext_lazy("access", "Refused"),
    "settle_name": pgettext_lazy("access", "Settled a character of a name"),
    "resubmit": pgettext_lazy("access", "Corrected"),
    "amend": pgettext_lazy("access", "Changed by the family before the deadline"),
    "lapse_return": pgettext_lazy("access", "The time for the correction is over"),
    "appeal": pgettext_lazy("access", "Appeal filed"),
    "uphold": pgettext_lazy("access", "Appeal upheld"),
    "dismiss": pgettext_lazy("access", "Appeal dismissed"),
    "drop_appeal": pgettext_lazy("access", "Appeal taken back"),
    "withdraw": pgettext_lazy("access", "Withdrawn"),
    "freeze": pgettext_lazy("access", "Put on the roll"),
    "offer": pgettext_lazy("access", "Place offered"),
    "wait": pgettext_lazy("access", "Put on the waiting list"),
    "accept": pgettext_lazy("access", "Place accepted"),
    "decline": pgettext_lazy("access", "Place declined"),
    "lapse": pgettext_lazy("access", "The time for the answer is over"),
    "enrol": pgettext_lazy("access", "Checked in at the school"),
    "take": pgettext_lazy("access", "Place from the waiting list taken"),
    "no_show": pgettext_lazy("access", "Did not come to check-in"),
    "arrive": pgettext_lazy("access", "Came to check-in late"),
    "correct": pgettext_lazy("access", "Result corrected"),
    "reopen": pgettext_lazy("access", "Back to review"),
    "take_back": pgettext_lazy("access", "Place taken back"),
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

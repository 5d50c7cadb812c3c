"""Every ability in words: what somebody can do, as the page of people says it; and that there is no such page."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.abilities import Ability
from foundation.errors import NotAllowed


def no_such_page() -> NotAllowed:
    """What somebody hears who asks for a page of people beyond their reach: the same as for one that is not there."""
    return NotAllowed(_("There is no such page for you."))


ABILITY_WORDS: Final[Mapping[Ability, Promise]] = {
    Ability.APPLICATION_VIEW: pgettext_lazy("ability", "Read applications and documents"),
    Ability.APPLICATION_REVIEW: pgettext_lazy("ability", "Decide on applications"),
    Ability.APPLICATION_ASSIST: pgettext_lazy("ability", "Fill in with a family at the counter or at home"),
    Ability.ASSIST_MANAGE: pgettext_lazy("ability", "Train helpers, look at signed papers, set up terminals"),
    Ability.HELP_GIVE: pgettext_lazy("ability", "Call families back and help by telephone"),
    Ability.CASE_ANSWER: pgettext_lazy("ability", "Answer a department's questions about a case"),
    Ability.PETITION_HANDLE: pgettext_lazy("ability", "Take up petitions, arrange talks, answer them"),
    Ability.ROUND_VIEW: pgettext_lazy("ability", "See where a round stands"),
    Ability.ROUND_RUN: pgettext_lazy("ability", "Open, close, freeze and compute a round"),
    Ability.ROUND_CONFIRM: pgettext_lazy("ability", "Confirm what is final: draw, publication, correction"),
    Ability.ROUND_WITNESS: pgettext_lazy("ability", "Witness a draw and sign its minutes"),
    Ability.CLASSES_RUN: pgettext_lazy("ability", "Check-in and classes of a school"),
    Ability.SEASON_VIEW: pgettext_lazy("ability", "See seasons, schools, plans and policies"),
    Ability.SEASON_EDIT: pgettext_lazy("ability", "Change seasons, schools, plans and policies"),
    Ability.LISTS_IMPORT: pgettext_lazy("ability", "Bring in lists and points, or take another person's"),
    Ability.LISTS_OWN: pgettext_lazy("ability", "Bring in the lists that the own department keeps"),
    Ability.STAFF_MANAGE: pgettext_lazy("ability", "Appoint staff and switch them off"),
    Ability.AGENCY_SWITCH: pgettext_lazy("ability", "See the agencies and switch one off"),
    Ability.FIGURES_VIEW: pgettext_lazy("ability", "Read the figures of the data items"),
    Ability.AUDIT_VIEW: pgettext_lazy("ability", "Read the log of access"),
}
# how many different people a place needs for it: what is final takes two
NEEDED: Final[Mapping[Ability, int]] = {Ability.ROUND_CONFIRM: 2, Ability.ROUND_RUN: 2, Ability.STAFF_MANAGE: 2}

"""Everything that staff may be allowed to do, and which role may do it. ``accounts.scopes`` says where."""

from enum import StrEnum
from typing import Final

from accounts.models import Role


class Ability(StrEnum):
    """One thing a role opens; a page, a service and a list that ask for it ask with the same word."""

    APPLICATION_VIEW = "application.view"  # read families' applications, messages and documents
    APPLICATION_REVIEW = "application.review"  # decide on them, ask for corrections, call families
    APPLICATION_ASSIST = "application.assist"  # fill in with a family, in an open visit with its consent
    ASSIST_MANAGE = "assist.manage"  # train helpers, look at signed papers, set up terminals
    HELP_GIVE = "help.give"  # call back, help from afar
    CASE_ANSWER = "case.answer"  # answer what a department is asked about one case
    PETITION_HANDLE = "petition.handle"  # take up what families bring before the bureau, arrange talks, answer
    ROUND_VIEW = "round.view"  # see that a round is there and where it stands
    ROUND_RUN = "round.run"  # open, pause, close, freeze, compute
    ROUND_CONFIRM = "round.confirm"  # be one of the two for what is final
    ROUND_WITNESS = "round.witness"  # add randomness, sign, object
    CLASSES_RUN = "classes.run"  # check-in and class assignment of a school
    SEASON_VIEW = "season.view"  # see seasons, schools, plans, policies
    SEASON_EDIT = "season.edit"  # change them
    LISTS_IMPORT = "lists.import"  # bring in the bureau's lists and points, or take another person's
    LISTS_OWN = "lists.own"  # the same for the lists that one's own department keeps
    STAFF_MANAGE = "staff.manage"  # appoint staff, switch them off, reset their way in
    AGENCY_SWITCH = "agency.switch"  # see the agencies, switch one off
    FIGURES_VIEW = "figures.view"  # read the figures of the data items: a department those of its own
    AUDIT_VIEW = "audit.view"  # read the log of access


# no page and no service asks for these yet; a test compares this with the code
UNASKED: Final[frozenset[Ability]] = frozenset()
EVERY_ROLE: Final = frozenset({Ability.ROUND_VIEW, Ability.SEASON_VIEW})
OF_ROLE: Final[dict[str, frozenset[Ability]]] = {
    Role.Name.REVIEWER: frozenset({Ability.APPLICATION_VIEW, Ability.APPLICATION_REVIEW, Ability.CLASSES_RUN}),
    Role.Name.OFFICIAL: frozenset(
        {
            Ability.APPLICATION_VIEW,
            Ability.APPLICATION_REVIEW,
            Ability.ROUND_RUN,
            Ability.ROUND_CONFIRM,
            Ability.SEASON_EDIT,
            Ability.LISTS_IMPORT,
            Ability.STAFF_MANAGE,
            Ability.AGENCY_SWITCH,
            Ability.FIGURES_VIEW,
            Ability.CLASSES_RUN,
            Ability.ASSIST_MANAGE,
            Ability.PETITION_HANDLE,
        }
    ),
    Role.Name.CITY: frozenset(
        {
            Ability.APPLICATION_VIEW,
            Ability.ROUND_CONFIRM,
            Ability.SEASON_EDIT,
            Ability.LISTS_IMPORT,
            Ability.STAFF_MANAGE,
            Ability.AGENCY_SWITCH,
            Ability.FIGURES_VIEW,
            Ability.AUDIT_VIEW,
        }
    ),
    Role.Name.NOTARY: frozenset({Ability.ROUND_CONFIRM, Ability.ROUND_WITNESS}),
    Role.Name.WITNESS: frozenset({Ability.ROUND_WITNESS}),
    Role.Name.CLERK: frozenset({Ability.APPLICATION_ASSIST, Ability.HELP_GIVE}),
    Role.Name.HELPER: frozenset({Ability.APPLICATION_ASSIST, Ability.HELP_GIVE}),
    Role.Name.DEPARTMENT: frozenset({Ability.CASE_ANSWER, Ability.FIGURES_VIEW, Ability.LISTS_OWN}),
    Role.Name.SUPERVISOR: frozenset({Ability.APPLICATION_VIEW, Ability.AUDIT_VIEW, Ability.FIGURES_VIEW}),
}


def opens(role: str) -> frozenset[Ability]:
    """What a role lets somebody do beyond what every role does; of one that opens nothing, or is none, nothing."""
    return OF_ROLE.get(role, EVERY_ROLE) - EVERY_ROLE - UNASKED

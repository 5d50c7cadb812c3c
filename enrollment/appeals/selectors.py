"""Reads of appeals: those of an application with their documents, and in whose care one is."""

from typing import Final

from accounts.abilities import Ability
from accounts.scopes import Scope
from enrollment.appeals.models import Appeal
from enrollment.seasons.models import Application

# a result concerns every school of a round, so a school's own reviewer does not decide on it
ABILITY: Final = {Appeal.Subject.NOT_ELIGIBLE: Ability.APPLICATION_REVIEW, Appeal.Subject.RESULT: Ability.ROUND_CONFIRM}


def appeals_of(application: Application) -> list[Appeal]:
    """The appeals of an application, newest first, each with its steps and its documents."""
    return list(application.appeals.order_by("-pk").prefetch_related("events", "documents"))


def may_decide(reach: Scope, appeal: Appeal) -> bool:
    """Whether the appeal is in this person's care."""
    application = appeal.application
    return reach.may(
        ABILITY[Appeal.Subject(appeal.subject)],
        district=application.district_code,
        school=application.review_school_id or "",
    )

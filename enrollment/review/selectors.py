"""Reads of reviewers beside the queue: the special needs of a child for the district's own reviewers."""

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.filing import form
from enrollment.filing.selectors import AnswerRow, answer_rows
from enrollment.seasons.models import ApplicationVersion


def needs_rows(version: ApplicationVersion, reviewer: Account) -> list[AnswerRow]:
    """The special needs of a child, for the district's own reviewers only: a school learns of them after admission."""
    application = version.application
    if not scope(reviewer).may(Ability.APPLICATION_REVIEW, district=application.district_code):
        return []
    return [row for row in answer_rows(version.claims.get("needs", {})) if row.name in form.NEEDS]

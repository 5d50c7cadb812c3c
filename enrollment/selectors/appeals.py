"""Reads of appeals: those of an application with their papers, and in whose care one is."""

from typing import Final

from django.db.models import Prefetch

from accounts.scopes import Scope
from enrollment.models import Appeal, Application, Document

# a result concerns every school of a round, so a school's own reviewer does not decide on it
ABILITY: Final = {Appeal.Subject.NOT_ELIGIBLE: "application.review", Appeal.Subject.RESULT: "round.confirm"}


def appeals_of(application: Application) -> list[Appeal]:
    """The appeals of an application, newest first, each with its steps and its papers in the order given."""
    papers = Prefetch("documents", Document.objects.order_by("pk"))
    return list(application.appeals.order_by("-pk").prefetch_related("events", papers))


def may_decide(reach: Scope, appeal: Appeal) -> bool:
    """Whether the appeal is in this person's care."""
    application = appeal.application
    return reach.may(
        ABILITY[Appeal.Subject(appeal.subject)],
        district=application.district_code,
        school=application.review_school_id or "",
    )

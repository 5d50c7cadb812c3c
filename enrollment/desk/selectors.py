"""Reads of the desk."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.desk.models import Errand, ReasonText
from enrollment.seasons.models import Application


def reasons_in_use(district: str) -> QuerySet[ReasonText]:
    """The wordings of a district that are offered, the newest first."""
    return ReasonText.objects.filter(district=district, ended_at__isnull=True).order_by("-pk")


def worded(rows: Iterable[ReasonText], language: str) -> dict[str, list[str]]:
    """Wordings by decision, in the language of the family; each once."""
    found: dict[str, list[str]] = {decision: [] for decision in ReasonText.Decision.values}
    for one in rows:
        words = (one.en or one.zh) if language == "en" else one.zh
        if words not in found[one.decision]:
            found[one.decision].append(words)
    return found


def reasons_of(application: Application) -> dict[str, list[str]]:
    """How the district words its reasons, by decision, in the language of the family, the newest first."""
    return worded(reasons_in_use(application.district_code), application.guardian.language)


def errands_of(reviewer: Account) -> QuerySet[Errand]:
    """What this person, or nobody in particular, still has to do in the own care, by the day it is due."""
    rows = scope(reviewer).rows(
        Errand.objects.filter(done_at__isnull=True),
        Ability.APPLICATION_REVIEW,
        district="application__district_code",
        school="application__review_school_id",
    )
    mine = rows.filter(Q(for_whom=reviewer) | Q(for_whom__isnull=True) | Q(made_by=reviewer))
    return mine.select_related("application__child", "made_by", "for_whom")

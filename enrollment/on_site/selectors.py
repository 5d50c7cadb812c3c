"""Reads of visits on the spot: what waits for one, what was seen, and what is still missing before an approval."""

from collections import defaultdict
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.on_site.models import OnSiteVisit
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import WITH_A_PERSON, Application, ApplicationVersion
from enrollment.seasons.selectors import no_application_in_care
from foundation.days import moment_said
from foundation.errors import NotAllowed

ABILITY = Ability.APPLICATION_REVIEW
MOST = 100


def in_care(staff: Account) -> QuerySet[Application]:
    """The applications this person may visit for."""
    return scope(staff).rows(Application.objects.all(), ABILITY, district="district_code", school="review_school_id")


def to_visit(staff: Account) -> list[Application]:
    """What waits for a visit in a person's care, oldest first."""
    rows = in_care(staff).filter(needs_offline_check=True, state__in=WITH_A_PERSON)
    rows = rows.select_related("child", "guardian", "round__season__district").order_by("state_at")[: MOST * 2]
    seasons = {one.round.season_id: one.round.season for one in rows}
    sends = {pk for pk, season in seasons.items() if rules_of(season).on_site_visits}
    asked = [one for one in rows if one.round.season_id in sends]
    seen: dict[UUID, list[OnSiteVisit]] = defaultdict(list)  # as the model orders them, the last one first
    for visit in OnSiteVisit.objects.filter(application__in=asked, result__in=OnSiteVisit.SEEN):
        seen[visit.application_id].append(visit)
    return [one for one in asked if _missing(one, next(iter(seen[one.pk]), None))][:MOST]


def visit_case(staff: Account, application_id: UUID) -> Application:
    """One application in a person's care: a decision may lead to a visit for any of them. Raises NotAllowed."""
    rows = in_care(staff).select_related("child", "guardian", "round__season__district")
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise no_application_in_care()
    return found


def asks_visit(application: Application) -> bool:
    """Whether the district sends somebody; one that checks the fifth class by data alone switched it off."""
    return rules_of(application.round.season).on_site_visits


def address_of(application: Application, number: int) -> str:
    """Where the family of a version says it lives; its home first."""
    version = ApplicationVersion.objects.filter(application=application, number=number).first()
    answers = version.claims.get("answers", {}) if version else {}
    return str(answers.get("home_address") or answers.get("household_address") or "")


def missing_visit(application: Application) -> str:
    """What is missing before an application may be approved, in words for the reviewer; "" when nothing is."""
    return _missing(application, application.on_site_visits.filter(result__in=OnSiteVisit.SEEN).first())


def _missing(application: Application, visit: OnSiteVisit | None) -> str:
    """What is missing where this is the last visit on which somebody was met."""
    if visit is None:
        return _(
            "The policy has this group checked on the spot, and no visit is on record. Missing: who went, on which "
            "day, a photo or the number of the signed record, and what was found."
        )
    day = {"day": moment_said(visit.visited_at)}
    if visit.version != application.version and address_of(application, visit.version) != address_of(
        application, application.version
    ):
        return (
            _("The family changed its address after the visit of %(day)s. Missing: a visit to the new address.") % day
        )
    if visit.result != OnSiteVisit.Result.CONFIRMED:
        return (
            _(
                "The visit of %(day)s found that it is not as declared. "
                "Return the application, refuse it, or visit again."
            )
            % day
        )
    return ""


def photo_of(staff: Account, visit_id: UUID) -> OnSiteVisit:
    """A visit with a photo, for somebody in whose care the application is. Raises NotAllowed."""
    visit = OnSiteVisit.objects.filter(public_id=visit_id).exclude(photo_sha256="").first()
    if visit is None or not in_care(staff).filter(pk=visit.application_id).exists():
        raise NotAllowed(_("There is no such photo in your care."))
    return visit

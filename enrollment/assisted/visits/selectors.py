"""Reads of assisted filing: the open visit of a request, a desk, a family's visits, the counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.abilities import Ability
from accounts.acting import Acting
from accounts.models import Account, Role
from accounts.scopes import scope
from enrollment.assisted.models import AssistConsent, AssistEvent, AssistVisit, HelperTraining, PaperLook
from enrollment.assisted.visits.paper_look import may_look
from enrollment.assisted.visits.services import no_such_visit, over, visit_touch
from enrollment.seasons.models import Application, Transition
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.acting import AssistContext
from foundation.errors import NotAllowed
from schools.models import District

# which of the family's pages each part of a consent opens; what is not named here is the family's alone
PAGES: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"home", "application", "receipt"}),
    "file": frozenset({"child-add", "register", "start", "page", "check"}),
    "upload": frozenset(
        {
            "documents",
            "documents-add",
            "documents-reuse",
            "documents-card",
            "document-turn",
            "document-remove",
            "upload-create",
            "upload",
        }
    ),
    "correct": frozenset({"correct"}),
}


ENDS: Final = {
    "clerk": lazy("ended by the person who helped"),
    "idle": lazy("ended by itself after 30 minutes without a step"),
    "closing": lazy("ended at closing time"),
    "objected": lazy("ended by the family"),
    "refused": lazy("ended: a second person did not accept the signed paper"),
    "locked": lazy("ended after too many wrong codes"),
    "scope": lazy("ended because the person who helped is no longer responsible here"),
    "new": lazy("ended by another visit"),
}


MOST_WAITING: Final = 200  # papers of all counties that are looked through for one person


def end_words(reason: str) -> str:
    """Why a visit ended, in words; "" while it is open."""
    return str(ENDS[reason]) if reason else ""


def acting_in(operator: Account, visit_id: UUID) -> tuple[Acting | None, str]:
    """The operator's open visit as a request carries it, or None and why it is over; its idle time begins anew."""
    visit, over = visit_touch(operator=operator, visit_id=visit_id)
    if visit is None:
        return None, over
    names = PAGES[""].union(*(PAGES[part] for part in visit.consent.covers))
    acting = Acting(
        guardian=visit.guardian,
        operator=operator,
        assist=AssistContext(
            operator.pk,
            operator.username,
            visit.pk,
            visit.channel,
            visit.district_id,
            visit.guardian_id,
            (visit.named["name"], visit.named["id_number"]),
        ),
        visit_id=visit.public_id,
        number=visit.number,
        place=visit.place,
        ends_at=visit.closes_at,
        pages=frozenset(f"enrollment:{name}" for name in names),
    )
    return acting, ""


def own_visit(operator: Account, visit_id: UUID) -> AssistVisit:
    """A visit of this operator. Raises NotAllowed."""
    rows = AssistVisit.objects.select_related("guardian", "operator", "district")
    visit = rows.filter(public_id=visit_id, operator=operator).first()
    if visit is None:
        raise no_such_visit()
    return visit


def filed_in(visit: AssistVisit) -> list[Application]:
    """What was submitted in this visit, oldest first."""
    steps = Transition.objects.filter(
        visit=visit, event__in=(ApplicationEvent.SUBMIT, ApplicationEvent.RESUBMIT)
    ).values("application_id")
    return list(Application.objects.filter(pk__in=steps).select_related("child", "round").order_by("submitted_at"))


def desk_visits(operator: Account) -> list[AssistVisit]:
    """The operator's visits of today, newest first."""
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return list(AssistVisit.objects.filter(operator=operator, started_at__gte=start).order_by("-started_at"))


def waits_for_look(visit: AssistVisit) -> bool:
    """Whether a signed paper is added and nobody has looked at it yet."""
    return visit.opened_at is None and visit.ended_at is None and AssistConsent.objects.filter(visit=visit).exists()


def look_note(visit: AssistVisit) -> str:
    """What the second person said of a paper that did not pass."""
    look = PaperLook.objects.filter(visit=visit, passed=False).first()
    return str(look.note) if look else ""


def papers_waiting(looker: Account) -> list[AssistVisit]:
    """The signed papers that wait for this person's second look, oldest first."""
    rows = AssistVisit.objects.filter(consent__way="paper", look=None, opened_at=None, ended_at=None)
    rows = rows.exclude(operator=looker).select_related("operator", "district", "consent").order_by("touched_at")
    return [one for one in rows[:MOST_WAITING] if over(one) == "" and may_look(looker, one.district_id)]


def looks_at_papers(account: Account) -> bool:
    """Whether the account is one of those who look at papers at all."""
    return any(may_look(account, code) for code in account.roles.in_force().values_list("district_code", flat=True))


def districts_of(operator: Account, ability: Ability) -> QuerySet[District]:
    """The counties in which the person has the ability."""
    counties = District.objects.exclude(code__endswith="00")
    return scope(operator).rows(counties, ability, district="code").order_by("code")


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit as its family sees it."""

    visit: AssistVisit
    filed: list[Application]
    ended: str
    objected: str
    can_object: bool


def visits_to(guardian: Account) -> list[VisitView]:
    """Everybody who acted for this guardian, newest first."""
    rows = AssistVisit.objects.filter(guardian=guardian, opened_at__isnull=False).select_related("operator", "consent")
    views = []
    for visit in rows.order_by("-started_at"):
        objection = visit.events.filter(kind=AssistEvent.Kind.OBJECTED).first()
        said = objection.note if objection else ""
        views.append(VisitView(visit, filed_in(visit), end_words(visit.end_reason), said, objection is None))
    return views


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of a person's places: visits with consent, applications filed in them, and how many needed one visit."""

    visits: int
    applications: int
    per_application: float
    single_percent: int
    ways: dict[str, int]
    channels: dict[str, int]
    objections: tuple[AssistEvent, ...]


def report(viewer: Account) -> Report:
    """How often families had to come: once should be enough. Raises NotAllowed."""
    reach = scope(viewer)
    if not reach.any(Ability.APPLICATION_ASSIST) and not reach.any(Ability.ASSIST_MANAGE):
        raise NotAllowed(_("You may not do this here."))
    mine = AssistVisit.objects.filter(opened_at__isnull=False)
    rows = reach.rows(mine, Ability.APPLICATION_ASSIST, district="district__code") | reach.rows(
        mine, Ability.ASSIST_MANAGE, district="district__code"
    )
    filed = Transition.objects.filter(visit__in=rows, event=ApplicationEvent.SUBMIT).values_list(
        "application__guardian_id", flat=True
    )
    families = Counter(rows.values_list("guardian_id", flat=True))
    done = {family for family in filed if family}
    visits_of_done = [families[family] for family in done]
    applications = Transition.objects.filter(visit__in=rows, event=ApplicationEvent.SUBMIT).count()
    ways = dict(rows.values_list("consent__way").annotate(n=Count("pk")).order_by())
    channels = dict(rows.values_list("channel").annotate(n=Count("pk")).order_by())
    objections = AssistEvent.objects.filter(visit__in=rows, kind=AssistEvent.Kind.OBJECTED)
    return Report(
        visits=rows.count(),
        applications=applications,
        per_application=round(sum(visits_of_done) / applications, 2) if applications else 0.0,
        single_percent=round(100 * visits_of_done.count(1) / len(visits_of_done)) if visits_of_done else 0,
        ways=ways,
        channels=channels,
        objections=tuple(objections.select_related("visit__operator").order_by("-at")[:50]),
    )


@dataclass(frozen=True, slots=True)
class Helper:
    """A clerk or helper, with the newest training on record."""

    account: Account
    roles: str
    trained_on: date | None


def helpers_of(official: Account) -> list[Helper]:
    """The clerks and helpers in a person's places, those without a training first."""
    reach = scope(official)
    roles = Role.objects.in_force().filter(name__in=("clerk", "helper"), account__is_active=True)
    roles = roles.select_related("account")
    people: dict[int, list[Role]] = {}
    for role in roles.order_by("account__username"):
        if reach.may(Ability.ASSIST_MANAGE, district=role.district_code):
            people.setdefault(role.account_id, []).append(role)
    newest = HelperTraining.objects.filter(account__in=people).values("account_id").annotate(day=Max("trained_on"))
    trained = {row["account_id"]: row["day"] for row in newest}
    found = [
        Helper(mine[0].account, "、".join(str(role.get_name_display()) for role in mine), trained.get(pk))
        for pk, mine in people.items()
    ]
    return sorted(found, key=lambda one: (one.trained_on is not None, one.account.username))

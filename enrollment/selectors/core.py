"""Reads of enrollment, for families and for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment import form
from enrollment.models import Application, ApplicationState, ApplicationVersion, Child, Draft, ReturnRequest, Round
from enrollment.states import APPLICATION
from foundation import clock
from foundation.errors import NotAllowed
from schools.models import School
from schools.selectors import distances, offered_schools, zone_of

NEAR_METRES = 2500


def open_rounds() -> QuerySet[Round]:
    """Rounds that take applications now."""
    now = clock.now()
    return (
        Round.objects.filter(state="open", opens_at__lte=now, closes_at__gt=now)
        .select_related("season__district", "policy")
        .order_by("closes_at")
    )


def visible_rounds() -> QuerySet[Round]:
    """All rounds the public may know of, soonest deadline first."""
    return Round.objects.select_related("season__district", "policy").order_by("closes_at", "stage")


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child on the guardian's first page: what was filed, what is begun, what could be filed."""

    child: Child
    applications: tuple[Application, ...]
    drafts: tuple[Draft, ...]
    rounds: tuple[Round, ...]


def children_of(guardian: Account) -> list[ChildView]:
    """The guardian's children with everything that can be done for each."""
    children = Child.objects.filter(guardian=guardian).order_by("created_at")
    rounds = list(open_rounds())
    views = []
    for child in children.prefetch_related("applications__round__season", "drafts__round"):
        applications = tuple(sorted(child.applications.all(), key=lambda a: a.submitted_at, reverse=True))
        live = {a.round_id for a in applications if a.state != ApplicationState.WITHDRAWN}
        drafts = tuple(d for d in child.drafts.all() if d.round_id not in live and d.round in rounds)
        begun = {draft.round_id for draft in drafts}
        views.append(
            ChildView(child, applications, drafts, tuple(r for r in rounds if r.pk not in live and r.pk not in begun))
        )
    return views


def own_draft(guardian: Account, public_id: UUID) -> Draft:
    """The guardian's own draft. Raises NotAllowed."""
    draft = (
        Draft.objects.select_related("child", "round__season__district", "round__policy")
        .defer("round__policy__text")
        .filter(public_id=public_id, child__guardian=guardian)
        .first()
    )
    if draft is None:
        raise NotAllowed(_("There is no such application in your account."))
    return draft


def own_application(guardian: Account, application_id: UUID) -> Application:
    """The guardian's own application. Raises NotAllowed."""
    application = (
        Application.objects.select_related("child", "round__season__district", "round__policy")
        .filter(pk=application_id, guardian=guardian)
        .first()
    )
    if application is None:
        raise NotAllowed(_("There is no such application in your account."))
    return application


def own_receipt(guardian: Account, receipt: str) -> Application:
    """The guardian's own application by receipt number. Raises NotAllowed."""
    application = Application.objects.filter(receipt=receipt, guardian=guardian).first()
    if application is None:
        raise NotAllowed(_("There is no such application in your account."))
    return application


def version_of(application: Application) -> ApplicationVersion:
    """The version that counts now."""
    return ApplicationVersion.objects.select_related("policy").get(application=application, number=application.version)


def open_items(application: Application) -> ReturnRequest | None:
    """The open request for correction, if the application was returned."""
    if application.state != ApplicationState.RETURNED:
        return None
    return application.returns.filter(answered_at__isnull=True).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    state: str
    reason: str


def timeline(application: Application) -> list[Moment]:
    """What happened, newest first, in the family's words."""
    labels = dict(ApplicationState.choices)
    return [
        Moment(step.at, str(labels[step.target]), step.reason)
        for step in application.transitions.order_by("-id")
        if step.event not in {"start_checks", "open_review"}
    ]


def can(application: Application, event: str) -> bool:
    return event in APPLICATION.events(application.state)


@dataclass(frozen=True, slots=True)
class SchoolOption:
    """A school to choose, with what helps to decide."""

    school: School
    in_zone: bool
    metres: int | None


def school_options(draft: Draft) -> list[SchoolOption]:
    """The schools on offer: those of the family's zone first, then by name; the distance is to the zone's school."""
    season, answers = draft.round.season, draft.answers
    zone_schools: list[str] = []
    for name in ("home_address", "household_address"):
        address = str(answers.get(name) or "")
        if address:
            where: Mapping[str, Any] = {
                "district": season.district_id,
                "year": season.year,
                "stage": draft.round.stage,
            }
            zone_schools += [code for code in zone_of(address, **where).schools if code not in zone_schools]
    offered = offered_schools(season.district_id, season.year, draft.round.stage)
    metres = distances(zone_schools[:1], offered)
    options = [SchoolOption(school, school.code in zone_schools, metres.get(school.code)) for school in offered]
    return sorted(options, key=lambda option: (not option.in_zone, option.metres or 0, option.school.code))


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer on the check-your-answers page."""

    name: str
    page: str
    label: str
    value: str


def answer_rows(answers: Mapping[str, str]) -> list[AnswerRow]:
    """The questions that were asked, with their answers in words."""
    rows = []
    for field in form.FIELDS:
        if not form.asked(field, answers):
            continue
        value = answers.get(field.name, "")
        label = next((option.label for option in field.options if option.value == value), None)
        rows.append(AnswerRow(field.name, field.page, _(field.label), _(label) if label else value))
    return rows


def explanation(application: Application) -> dict[str, Any] | None:
    """How the current version was judged (facts, trace, zone), or None before that."""
    version = version_of(application)
    return version.evaluation if version.assessed_at else None


def review_queue(reviewer: Account) -> QuerySet[Application]:
    """The applications a reviewer may see, those that need a person first."""
    rows = scope(reviewer).rows(
        Application.objects.all(), "application.view", district="district_code", school="review_school_id"
    )
    return rows.select_related("child", "round__season", "review_school", "guardian")

"""Reads of enrollment, for families and for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from accounts.services import person_of
from enrollment import form
from enrollment.models import (
    Application,
    ApplicationState,
    ApplicationVersion,
    AssistVisit,
    Child,
    Draft,
    Offer,
    PolicyVersion,
    ReturnRequest,
    Round,
    Season,
)
from enrollment.policies import compiled
from enrollment.selectors.drafts import DRAFT, in_reach
from enrollment.selectors.guardians import masked_person
from enrollment.states import APPLICATION
from foundation import clock
from foundation.errors import NotAllowed
from foundation.prepared import Prepared
from foundation.wording import tongue
from schools.models import School
from schools.selectors import distances, offered_plans, seat_plan, zone_of

NEAR_METRES = 2500


def open_rounds() -> QuerySet[Round]:
    """Rounds that take applications now."""
    now = clock.now()
    return (
        Round.objects.filter(state="open", opens_at__lte=now, closes_at__gt=now)
        .select_related("season__district", "policy")
        .order_by("closes_at")
    )


ROUND = Prepared(lambda pk: Round.objects.select_related("season__district").filter(pk=pk), 1)


def round_by_id(pk: int) -> Round | None:
    """A round with its season and district, or None."""
    return ROUND.first(pk)


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
    draft = DRAFT.first(public_id, guardian.pk)
    if draft is None or not in_reach(draft.round.season.district_id):
        raise NotAllowed(_("There is no such application in your account."))
    return draft


OWN = Prepared(
    lambda pk, guardian: (
        Application.objects.select_related("child", "round__season__district", "round__policy")
        .defer("round__policy__text")
        .filter(pk=pk, guardian=guardian)
    ),
    2,
)
VERSION = Prepared(
    lambda application, number: (
        ApplicationVersion.objects.select_related("policy")
        .defer("policy__text")
        .filter(application=application, number=number)
    ),
    2,
)


def own_application(guardian: Account, application_id: UUID) -> Application:
    """The guardian's own application. Raises NotAllowed."""
    application = OWN.first(application_id, guardian.pk)
    if application is None or not in_reach(application.district_code):
        raise NotAllowed(_("There is no such application in your account."))
    return application


def own_receipt(guardian: Account, receipt: str) -> Application:
    """The guardian's own application by receipt number. Raises NotAllowed."""
    application = Application.objects.filter(receipt=receipt, guardian=guardian).first()
    if application is None or not in_reach(application.district_code):
        raise NotAllowed(_("There is no such application in your account."))
    return application


def version_of(application: Application) -> ApplicationVersion:
    """The version that counts now."""
    found = VERSION.first(application.pk, application.version)
    if found is None:
        raise ApplicationVersion.DoesNotExist
    return found


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
    helped: str = ""  # who filed it with the family, and where
    by: str = ""  # which other guardian did it, masked; "" for the reader and for the office


def helped_by(visit: AssistVisit | None) -> str:
    """Who did a step for the family, and where; "" when the family did it itself."""
    if visit is None:
        return ""
    words = {"operator": visit.operator.name or visit.operator.username, "place": visit.place}
    return _("Done with you by %(operator)s at %(place)s") % words


def done_beside(actor: Account | None, application: Application) -> str:
    """Which other guardian did a step, masked; "" when who applied, the office or the portal did it."""
    if actor is None or actor.kind != Account.Kind.GUARDIAN or person_of(actor).pk == application.guardian_id:
        return ""
    return masked_person(person_of(actor))


def timeline(application: Application) -> list[Moment]:
    """What happened, newest first, in the family's words."""
    labels = dict(ApplicationState.choices)
    return [
        Moment(
            step.at, str(labels[step.target]), step.reason, helped_by(step.visit), done_beside(step.actor, application)
        )
        for step in application.transitions.select_related("visit__operator", "actor__merged_into").order_by("-id")
        if step.event not in {"start_checks", "open_review"}
    ]


def can(application: Application, event: str) -> bool:
    return event in APPLICATION.events(application.state)


@dataclass(frozen=True, slots=True)
class LastYear:
    """What the published results of the year before say of a school: how many came by choice, and who came last."""

    admitted: int
    full: bool
    last_group: str


@dataclass(frozen=True, slots=True)
class SchoolOption:
    """A school to choose, with what helps to decide. ``last_year`` is None where no results are stored."""

    school: School
    in_zone: bool
    metres: int | None
    seats: int = 0
    last_year: LastYear | None = None


def last_year(season: Season, stage: str) -> dict[str, LastYear]:
    """The results of the year before by school; empty where there are none."""
    return results_of(season.district_id, season.year - 1, stage, rehearsal=season.rehearsal)


def results_of(district: str, year: int, stage: str, *, rehearsal: bool = False) -> dict[str, LastYear]:
    """The results of a year's main round by school, from published offers by choice; empty where there are none."""
    places = Offer.objects.filter(
        kind=Offer.Kind.CHOICE,
        application__district_code=district,
        application__season_year=year,
        application__stage=stage,
        application__rehearsal=rehearsal,
        application__round__kind="main",
    )
    rows = list(places.values("school_id").annotate(count=Count("pk"), last=Max("application__tier")))
    if not rows:
        return {}
    plan = seat_plan(district, year, stage)
    groups: dict[int, str] = {}
    for policy in PolicyVersion.objects.filter(
        rounds__season__district=district,
        rounds__season__year=year,
        rounds__stage=stage,
        rounds__kind="main",
        rounds__season__rehearsal=rehearsal,
    ).defer("text"):
        language = tongue()
        groups |= {group.tier: group.name.of(language) for group in compiled(policy).groups}
    return {
        row["school_id"]: LastYear(
            row["count"], row["count"] >= plan.get(row["school_id"], row["count"] + 1), groups.get(row["last"], "")
        )
        for row in rows
        if row["school_id"]
    }


def school_options(draft: Draft, *, near: bool = True) -> list[SchoolOption]:
    """The schools on offer: those of the family's zone first, then by name; the distance is to the zone's school.

    Without ``near`` nothing is said that leads to the home: neither zone nor distances.
    """
    season, answers = draft.round.season, draft.answers
    zone_schools: list[str] = []
    for name in ("home_address", "household_address") if near else ():
        address = str(answers.get(name) or "")
        if address:
            where: Mapping[str, Any] = {
                "district": season.district_id,
                "year": season.year,
                "stage": draft.round.stage,
            }
            zone_schools += [code for code in zone_of(address, **where).schools if code not in zone_schools]
    plans = offered_plans(season.district_id, season.year, draft.round.stage)
    offered = [plan.school for plan in plans]
    metres = distances(zone_schools[:1], offered)
    before = last_year(season, draft.round.stage)
    options = [
        SchoolOption(
            plan.school,
            plan.school_id in zone_schools,
            metres.get(plan.school_id),
            plan.seats,
            before.get(plan.school_id),
        )
        for plan in plans
    ]
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
        value = answers.get(field.name, "") or field.default
        if field.name in form.NEEDS and not value:
            continue
        rows.append(AnswerRow(field.name, field.page, _(field.label), answer_words(field, value)))
    return rows


def answer_words(field: form.Field, value: str) -> str:
    """An answer as a person reads it: the words of what was picked, or what was typed."""
    if not field.options:
        return value
    labels = {option.value: _(option.label) for option in field.options}
    separator = "、" if (get_language() or "").startswith("zh") else ", "
    return separator.join(labels.get(part, part) for part in value.split(",") if part)


def needs_rows(version: ApplicationVersion, reviewer: Account) -> list[AnswerRow]:
    """The special needs of a child, for the district's own reviewers only: a school learns of them after admission."""
    application = version.application
    if not scope(reviewer).may("application.review", district=application.district_code):
        return []
    return [row for row in answer_rows(version.claims.get("needs", {})) if row.name in form.NEEDS]


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

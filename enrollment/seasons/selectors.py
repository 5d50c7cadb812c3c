"""Reads every subject stands on: rounds, a family's own child, draft and application, and how a round stands."""

from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import (
    Application,
    ApplicationState,
    ApplicationVersion,
    Child,
    Draft,
    ReturnRequest,
    Round,
)
from enrollment.seasons.states import APPLICATION, RUNNING, ApplicationEvent, RoundState
from foundation import acting, clock
from foundation.errors import NotAllowed
from foundation.prepared import Prepared
from schools.models import Stage
from verification.rounds import RoundName


def no_such_application() -> NotAllowed:
    """What somebody hears who asks for an application of others: the same as for one that does not exist."""
    return NotAllowed(_("There is no such application in your account."))


def no_such_child() -> NotAllowed:
    """The same of a child."""
    return NotAllowed(_("There is no such child in your account."))


def no_application_in_care() -> NotAllowed:
    """What staff hear who ask for an application beyond their reach: the same as for one that does not exist."""
    return NotAllowed(_("There is no such application in your care."))


def no_round_in_care() -> NotAllowed:
    """The same of a round."""
    return NotAllowed(_("There is no such round in your care."))


def open_rounds() -> QuerySet[Round]:
    """Rounds that take applications now."""
    return (
        Round.objects.filter(state=RoundState.OPEN, opens_at__lte=clock.now(), closes_at__gte=clock.running_minute())
        .select_related("season__district", "policy")
        .order_by("closes_at")
    )


ROUND = Prepared(
    lambda pk: Round.objects.select_related("season__district", "policy").defer("policy__text").filter(pk=pk), 1
)


def round_by_id(pk: int) -> Round | None:
    """A round with its season, district and policy (whose text is read when it is asked for), or None."""
    return ROUND.first(pk)


def visible_rounds() -> QuerySet[Round]:
    """All rounds the public may know of, soonest deadline first; of one deadline by the children's age."""
    by_age = Case(*(When(stage=stage, then=at) for at, stage in enumerate(Stage.values)))
    return Round.objects.select_related("season__district", "policy").order_by("closes_at", by_age)


def round_names(account: object) -> list[RoundName]:
    """The rounds in a member of staff's reach, as a page of figures lets somebody choose one; the newest first."""
    rows = scope(account).rows(Round.objects.all(), Ability.ROUND_VIEW, district="season__district__code")
    newest = rows.select_related("season__district").order_by("-season__year", "season__district_id", "opens_at", "pk")
    return [
        RoundName(
            one.pk,
            f"{one.season.year} {one.season.district} · {one.get_stage_display()} · {one.get_kind_display()}"
            + (f" · {_('Rehearsal')}" if one.season.rehearsal else ""),
            one.season.district_id,
            one.season.district.name,
        )
        for one in newest
    ]


def own_draft(guardian: Account, public_id: UUID) -> Draft:
    """The guardian's own draft. Raises NotAllowed."""
    draft = DRAFT.first(public_id, guardian.pk)
    if draft is None or not in_reach(draft.round.season.district_id):
        raise no_such_application()
    return draft


def own_draft_locked(guardian: Account, public_id: UUID) -> Draft:
    """``own_draft``, locked: what is done with it is done one after the other. Raises NotAllowed."""
    draft = DRAFT_LOCKED.first(public_id, guardian.pk)
    if draft is None or not in_reach(draft.round.season.district_id):
        raise no_such_application()
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
        raise no_such_application()
    return application


def own_receipt(guardian: Account, receipt: str) -> Application:
    """The guardian's own application by receipt number. Raises NotAllowed."""
    application = Application.objects.filter(receipt=receipt, guardian=guardian).first()
    if application is None or not in_reach(application.district_code):
        raise no_such_application()
    return application


def version_of(application: Application) -> ApplicationVersion:
    """The version that counts now."""
    found = VERSION.first(application.pk, application.version)
    if found is None:
        raise ApplicationVersion.DoesNotExist
    found.application = application  # read already: nobody asks for it again
    return found


def open_items(application: Application) -> ReturnRequest | None:
    """The open request for correction, if the application was returned."""
    if application.state != ApplicationState.RETURNED:
        return None
    return application.returns.filter(answered_at__isnull=True).order_by("-id").first()


def can(application: Application, event: str) -> bool:
    return event in APPLICATION.events(application.state)


def explanation(application: Application) -> dict[str, Any] | None:
    """How the current version was judged (facts, trace, zone), or None before that."""
    version = version_of(application)
    return version.evaluation if version.assessed_at else None


def _whole(**which: Any) -> QuerySet[Draft]:
    """Drafts with all that filing needs; a policy's long text is read where it is not compiled yet."""
    related = Draft.objects.select_related("child", "round__season__district", "round__policy")
    return related.defer("round__policy__text").filter(**which)


def _locked(**which: Any) -> QuerySet[Draft]:
    """Only the draft is locked: a lock on its round would make every family of a county wait for every other."""
    return _whole(**which).select_for_update(of=("self",))


# by public id and guardian
DRAFT = Prepared(lambda draft, guardian: _whole(public_id=draft, child__guardian=guardian), 2)


DRAFT_LOCKED = Prepared(lambda draft, guardian: _locked(public_id=draft, child__guardian=guardian), 2)


# by child and round
CHILDS_DRAFT_LOCKED = Prepared(lambda child, round_: _locked(child=child, round=round_), 2)


def in_reach(district: str) -> bool:
    """Whether what a family has in this county may be shown: to a clerk only what belongs to the visit's county."""
    assist = acting.current()
    return assist is None or assist.district == district


def round_standing(round_: Round) -> str:
    """Whether a round takes applications now: ``open``, ``planned``, ``paused`` or ``closed``."""
    now = clock.now()
    if round_.state == RoundState.PLANNED or now < round_.opens_at:
        return RoundState.PLANNED
    if clock.deadline_passed(round_.closes_at, now) or round_.state not in RUNNING:
        return RoundState.CLOSED
    return str(round_.state)


def may_amend(application: Application, round_: Round) -> bool:
    """Whether its family may change what it submitted: until the round closes, while no person has it in hand."""
    return can(application, ApplicationEvent.AMEND) and round_standing(round_) == RoundState.OPEN


FILED = Prepared(
    lambda child, round_: (
        Application.objects.filter(child=child, round=round_)
        .exclude(state=ApplicationState.WITHDRAWN)
        .order_by("pk")[:1]
    ),
    2,
)


def filed_application(draft: Draft) -> Application | None:
    """The application this draft has become, if it has."""
    return FILED.first(draft.child_id, draft.round_id)


def open_return(draft: Draft) -> bool:
    """Whether a correction is asked for: that may be answered after the round is closed."""
    rows = ReturnRequest.objects.filter(application__child=draft.child, application__round=draft.round)
    return rows.filter(application__state=ApplicationState.RETURNED, answered_at__isnull=True).exists()


def owned_child(guardian: Account, public_id: UUID) -> Child:
    """The guardian's own child; somebody else's is answered like one that does not exist. Raises NotAllowed."""
    child = Child.objects.filter(guardian=guardian, public_id=public_id).first()
    if child is None:
        raise no_such_child()
    return child


def judged_by_zones(*, district: str, year: int, stage: str) -> int:
    """How many applications were judged by the zones of a year and stage."""
    rows = Application.objects.filter(district_code=district, season_year=year, stage=stage)
    return rows.filter(versions__assessed_at__isnull=False).distinct().count()


def judged_in(round_: Round) -> int:
    """How many applications of the round were judged."""
    return Application.objects.filter(round=round_, versions__assessed_at__isnull=False).distinct().count()

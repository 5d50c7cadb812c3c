"""Decisions by a person: open, approve with settled facts, return for correction, refuse."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.documents.materials import find_rule
from enrollment.documents.places import ITEM
from enrollment.false_declarations.selectors import hinders_approval
from enrollment.filing.asked import questions_of
from enrollment.forms.questions import Field
from enrollment.guardians.services.decision_messages import tell
from enrollment.judging.judgement import gather, judge
from enrollment.judging.others.beside import beside_names, seen_note
from enrollment.judging.services import store
from enrollment.on_site.selectors import asks_visit, missing_visit
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, ReturnRequest
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_application_in_care, version_of
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import Refused
from foundation.wording import content_language
from notifications.services import text_check

SHORTEST_REASON = 4


LONGEST_RETURN = timedelta(days=30)


CHOICES_ITEM = "choices"


def _locked(reviewer: Account, application_id: UUID) -> Application:
    """The application, locked, if the reviewer's scope reaches it. Raises NotAllowed."""
    rows = scope(reviewer).rows(
        Application.objects.all(), Ability.APPLICATION_REVIEW, district="district_code", school="review_school_id"
    )
    application = (
        rows.select_for_update(of=("self",))
        .select_related("child", "guardian", "round__season")
        .filter(pk=application_id)
        .first()
    )
    if application is None:
        raise no_application_in_care()
    return application


def _reason(text: str) -> str:
    reason = text.replace("\0", "").strip()  # PostgreSQL has no text with a NUL
    if len(reason) < SHORTEST_REASON:
        raise Refused(_("Please give a reason the family will understand."), code="reason", field="reason")
    return reason


def _open_case(application: Application, reviewer: Account) -> None:
    if application.state in {ApplicationState.ATTENTION, ApplicationState.VERIFIED}:
        application_step(application=application, event=ApplicationEvent.OPEN_REVIEW, actor=reviewer)


@transaction.atomic
def review_open(*, reviewer: Account, application_id: UUID) -> Application:
    """Take a case from the queue. Raises NotAllowed, Refused."""
    application = _locked(reviewer, application_id)
    application_step(application=application, event=ApplicationEvent.OPEN_REVIEW, actor=reviewer)
    return application


@transaction.atomic
def review_approve(
    *,
    reviewer: Account,
    application_id: UUID,
    reason: str,
    settled: Mapping[str, object] | None = None,
    beside: Collection[str] | None = None,
) -> Application:
    """Approve; every open question is settled, by ``settled`` (fact name -> value) or else as declared.

    The version is judged again with the settled facts, so that group and order follow from stored inputs. ``beside``
    are the other entries and families that the reviewer was shown (``beside_names``): approving says that these are
    other children, and may ask with the same home. Raises NotAllowed, Refused (not in review, no reason, the policy
    does not admit the child even so, a visit that the policy asks for is missing, one more stands beside it by now).
    """
    application = _locked(reviewer, application_id)
    hindered = hinders_approval(application)
    if hindered:
        raise Refused(hindered, code="false_declaration")
    _open_case(application, reviewer)
    why = _reason(reason)
    version = _current(application)
    known = gather([version])[version.pk]
    if known.names:
        text = _("A character of the name is still open. Settle it first: letters and lists are printed with it.")
        raise Refused(text, code="name")
    before = judge(version, known)
    if beside is not None and not set(beside_names(known.near)) <= set(beside):
        text = _("Another application has come beside this one. Please look at the case again before you decide.")
        raise Refused(text, code="changed")
    seen_note(version=version, children=known.near.doubles, rivals=known.near.rivals, by=reviewer)
    known = replace(known, near=replace(known.near, doubles=(), rivals=()))
    chosen = dict(settled or {})
    for name in before.questions:
        chosen.setdefault(name, before.facts[name].value)
    row = {"by": reviewer.username, "at": clock.now().isoformat(), "reason": why}
    version.settled = {**version.settled, **{name: {"value": value, **row} for name, value in chosen.items()}}
    ApplicationVersion.objects.filter(pk=version.pk).update(settled=version.settled)
    judged = judge(version, known)
    if judged.evaluation.eligible.value is False:
        text = _(
            "By the policy this child is not eligible even with these facts. Refuse with the reason, or return it."
        )
        raise Refused(text, code="not_eligible")
    if judged.evaluation.needs_offline_check and asks_visit(application):
        missing = missing_visit(application)
        if missing:
            raise Refused(missing, code="visit")
    store(version, judged, known)
    results = application.round.results_at
    application_step(
        application=application, event=ApplicationEvent.APPROVE, actor=reviewer, reason=why, next_step_by=results
    )
    _tell(application, "approved", date=results.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d"))
    return application


def item_label(application: Application, item: str) -> str:
    """An item of a request for correction in words: a question, the schools, a material; "" for none such."""
    return item_labels(application, [item])[item]


def item_labels(application: Application, items: Iterable[str]) -> dict[str, str]:
    """The same for several; the form is read once, and only where a question is among them."""
    policy, language, found = compiled(application.round.policy), content_language(), {}
    asked: Mapping[str, Field] | None = None
    for item in items:
        kind = item.removeprefix(ITEM)
        if kind != item:
            material = find_rule(policy, kind)
            found[item] = material.name.of(language) if material else ""
            continue
        if asked is None:
            asked = {field.name: field for field in questions_of(version_of(application).form_id)}
        found[item] = str(_(asked[item].label)) if item in asked else ""
        if item == CHOICES_ITEM:
            found[item] = str(_("Schools"))
    return found


@transaction.atomic
def review_return(
    *, reviewer: Account, application_id: UUID, items: Sequence[str], reason: str, deadline: datetime
) -> Application:
    """Return for correction: only the named items open again, until the deadline. Raises NotAllowed, Refused."""
    application = _locked(reviewer, application_id)
    _open_case(application, reviewer)
    labelled = item_labels(application, items)
    if not items or not all(labelled.values()):
        raise Refused(_("Please name at least one item of the form to correct."), code="items", field="items")
    now = clock.now()
    if not now < deadline <= now + LONGEST_RETURN:
        raise Refused(_("The deadline must lie within the next 30 days."), code="deadline", field="deadline")
    why = _reason(reason)
    request = ReturnRequest.objects.create(
        application=application,
        version=application.version,
        items=list(items),
        reason=why,
        deadline=deadline,
        created_by=reviewer,
        created_at=now,
    )
    application_step(
        application=application, event=ApplicationEvent.RETURN, actor=reviewer, reason=why, next_step_by=deadline
    )
    with translation.override(application.guardian.language):
        named = item_labels(application, items)
        labels = "、".join(named[item] for item in items)
    told = {"deadline": clock.written(deadline), "items": labels}
    _check(application, "returned", "items", **told)
    _tell(application, "returned", key=str(request.pk), until=deadline, **told)
    return application


@transaction.atomic
def review_refuse(*, reviewer: Account, application_id: UUID, reason: str) -> Application:
    """Decide "not eligible" with a reason; the family may appeal. Raises NotAllowed, Refused."""
    application = _locked(reviewer, application_id)
    _open_case(application, reviewer)
    why = _reason(reason)
    _check(application, "not_eligible", "reason", reason=why)
    application_step(application=application, event=ApplicationEvent.REFUSE, actor=reviewer, reason=why)
    _tell(application, "not_eligible", reason=why)
    return application


def _current(application: Application) -> ApplicationVersion:
    return ApplicationVersion.objects.select_related(
        "application__child", "application__round__season__district__parent", "policy"
    ).get(application=application, number=application.version)


def _check(application: Application, template: str, field: str, **params: str) -> None:
    """Whether carriers deliver what was typed into a message. Raises Refused for the field."""
    whole = {"child": application.child.name, "receipt": application.receipt, **params}
    text_check(template=template, params=whole, language=application.guardian.language, field=field)


def _tell(application: Application, template: str, key: str = "", until: datetime | None = None, **params: str) -> None:
    tell(
        application=application,
        key=f"{template}:{application.pk}:{application.version}:{key or 'review'}:{application.transitions.count()}",
        template=template,
        params={"child": application.child.name, "receipt": application.receipt, **params},
        deadline=until,
    )

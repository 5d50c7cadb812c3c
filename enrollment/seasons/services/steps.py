"""Changing the state of an application or a round: by compare-and-set, with a row for every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, DateTimeField, Model, Value, When
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import entry, record, record_all
from enrollment.seasons.days.calendar import review_by
from enrollment.seasons.models import Application, ApplicationState, Round, Transition
from enrollment.seasons.states import APPLICATION, OPEN_FOR_REVIEW, ROUND, ApplicationEvent, RoundEvent
from enrollment.seasons.words import ROUND_EVENTS, ROUND_STATES
from foundation import clock
from foundation.errors import Refused
from foundation.steps import make_step

# what puts a case before a person: it has a day by which it is decided, and keeps it once somebody has taken it up
TO_A_PERSON: Final = frozenset(
    {ApplicationEvent.OPEN_REVIEW, ApplicationEvent.LAPSE_RETURN, ApplicationEvent.UPHOLD, ApplicationEvent.REOPEN}
)


def _overtaken() -> str:
    return _("Somebody has just changed this application. Please look at it again.")


def application_step(
    *,
    application: Application,
    event: ApplicationEvent,
    actor: Account | None,
    reason: str = "",
    next_step_by: datetime | None = None,
) -> Application:
    """Make one legal step, only if the application is still in the state we saw. Call inside a transaction.

    Raises Refused when the step is not legal or somebody else was faster; nothing has changed then.
    """

    def illegal() -> Refused:
        text = _("This is not possible while the application is “%(state)s”.")
        return Refused(text % {"state": application.get_state_display()}, code="illegal_step")

    now = clock.now()
    if next_step_by is None and event in TO_A_PERSON:
        open_already = application.state in OPEN_FOR_REVIEW and application.next_step_by is not None
        next_step_by = application.next_step_by if open_already else review_by(application.round.season)
    source = make_step(
        application,
        APPLICATION,
        event,
        illegal=illegal,
        overtaken=_overtaken,
        state_at=now,
        next_step_by=next_step_by,
    )
    target = application.state
    Transition.objects.create(
        application=application, source=source, event=event, target=target, actor=actor, reason=reason, at=now
    )
    record(
        actor=actor,
        action=f"application.{event}",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"from": source, "to": target},
    )
    return application


@dataclass(frozen=True, slots=True)
class Stepped:
    """One of many steps made together; see ``application_step``."""

    application: Application
    event: ApplicationEvent
    next_step_by: datetime | None = None


def applications_step(steps: Sequence[Stepped]) -> None:
    """Make the same legal step of the system for many locked applications. Call inside a transaction that locked them.

    Raises Refused when one is in another state than we saw; nothing has changed then once the transaction is undone.
    """
    if not steps:
        return
    now = clock.now()
    sources = [step.application.state for step in steps]
    targets = [APPLICATION.target(step.application.state, step.event) for step in steps]
    cases = Application.objects.filter(pk__in=[step.application.pk for step in steps], state__in=set(sources))
    by = Case(
        *(When(pk=step.application.pk, then=Value(step.next_step_by)) for step in steps if step.next_step_by),
        default=None,
        output_field=DateTimeField(null=True),
    )
    if len(set(targets)) != 1 or cases.update(state=targets[0], state_at=now, next_step_by=by) != len(steps):
        raise Refused(_overtaken(), code="changed")
    rows = []
    for step, source, target in zip(steps, sources, targets, strict=True):
        one = step.application
        one.state, one.state_at, one.next_step_by = target, now, step.next_step_by
        rows.append(
            Transition(application=one, source=source, event=step.event, target=target, actor=None, reason="", at=now)
        )
    Transition.objects.bulk_create(rows)
    record_all(
        [
            entry(
                actor=None,
                action=f"application.{step.event}",
                object_type="application",
                object_id=step.application.pk,
                district=step.application.district_code,
                details={"from": source, "to": target},
            )
            for step, source, target in zip(steps, sources, targets, strict=True)
        ]
    )


def first_steps(application: Application, *, actor: Account, details: Mapping[str, Any]) -> list[Model]:
    """The rows of an application that is being stored: it is received, and its checks begin in the same moment.

    Nobody has seen it yet, so there is no state to compare with: the caller stores it in the last of these states.
    """
    rows: list[Model] = []
    source: str = ApplicationState.DRAFT
    for event, who, more in ((ApplicationEvent.SUBMIT, actor, details), (ApplicationEvent.START_CHECKS, None, None)):
        target, at = APPLICATION.target(source, event), application.submitted_at
        rows.append(
            Transition(application=application, source=source, event=event, target=target, actor=who, reason="", at=at)
        )
        rows.append(
            entry(
                actor=who,
                action=f"application.{event}",
                object_type="application",
                object_id=application.pk,
                district=application.district_code,
                details={"from": source, "to": target} if more is None else more,
            )
        )
        source = application.state = target
    return rows


def round_lock(round_id: int) -> str:
    """The name of a round's lock: shared by submissions, held alone by whoever moves the round on."""
    return f"round:{round_id}"


def round_step_locked(
    *, round_: Round, event: RoundEvent, actor: Account | None, details: Mapping[str, Any] | None = None
) -> Round:
    """Make one legal step of a round by compare-and-set, inside a transaction. Raises Refused.

    ``details`` stand in the log of access beside the states.
    """

    def illegal() -> Refused:
        text = _("The round is “%(state)s”: “%(event)s” is not possible now.")
        return Refused(text % {"state": ROUND_STATES[round_.state], "event": ROUND_EVENTS[event]}, code="illegal_step")

    def overtaken() -> str:
        return _("Somebody has just moved this round on. Please look at it again.")

    source = make_step(round_, ROUND, event, illegal=illegal, overtaken=overtaken)
    target = round_.state
    record(
        actor=actor,
        action=f"round.{event}",
        object_type="round",
        object_id=round_.pk,
        district=round_.season.district_id,
        details={"from": source, "to": target, **(details or {})},
    )
    return round_

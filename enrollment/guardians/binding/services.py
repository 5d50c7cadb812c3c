"""Twins stay together by consent of both guardians: asked, answered until the round closes, settled at the freeze."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.guardians.binding.selectors import (
    answerable,
    answers,
    group_rows,
    groups_of,
    must_agree,
    of_one_birth,
    reasons,
)
from enrollment.guardians.models import BindingAnswer, BindingOutcome, Consent
from enrollment.guardians.services.consents import consent_end, consent_give
from enrollment.seasons.models import Application, ApplicationState, Child, Round
from enrollment.seasons.selectors import no_such_child
from enrollment.seasons.states import LIVE_STATES
from foundation import clock
from foundation.errors import Refused
from notifications.services import message_queue


def binding_ask(*, child: Child) -> None:
    """Tell every second guardian who has to agree, once an application, in the caller's transaction."""
    rows = Application.objects.filter(child=child, state__in=LIVE_STATES).exclude(sibling_key="")
    waiting = [one for one in rows.select_related("round") if answerable(one.round)]
    needed = must_agree(waiting)
    for application in waiting:
        deadline = clock.written(application.round.closes_at)
        for agreed in needed.get(application.pk, ()):
            message_queue(
                key=f"binding_asked:{application.pk}:{agreed.pk}",
                template="binding_asked",
                params={"child": child.name, "deadline": deadline},
                account=agreed.guardian,
                district=application.district_code,
            )


@transaction.atomic
def binding_answer(*, guardian: Account, application_id: UUID, together: bool) -> None:
    """A second guardian agrees, or not, for all children of the group they are joined to. The same answer changes
    nothing. Raises NotAllowed (no such child, not asked), Refused (the round is closed).
    """
    found = Application.objects.filter(pk=application_id, state__in=LIVE_STATES).exclude(sibling_key="").first()
    members: list[Application] = []
    if found:
        rows = group_rows(found).select_for_update(of=("self",)).select_related("child", "round", "guardian")
        members = of_one_birth(found, rows.order_by("pk"))
    needed = must_agree(members)
    mine = {one.pk: agreed for one in members for agreed in needed.get(one.pk, ()) if agreed.guardian_id == guardian.pk}
    if found is None or found.pk not in mine:
        raise no_such_child()
    if not answerable(members[0].round):
        text = _("The round is closed: an answer no longer counts. Please call the bureau if you have questions.")
        raise Refused(text, code="late")
    said = answers(mine.values())
    for application in members:
        agreed = mine.get(application.pk)
        if agreed is None or said.get((application.pk, agreed.pk)) is together:
            continue
        _withdraw(application, guardian)
        made = BindingAnswer.objects.create(
            application=application,
            guardianship=agreed,
            together=together,
            consent=_take_consent(application, guardian) if together else None,
            answered_at=clock.now(),
        )
        record(
            actor=guardian,
            action="binding.agree" if together else "binding.refuse",
            object_type="application",
            object_id=application.pk,
            district=application.district_code,
        )
        message_queue(
            key=f"binding:{made.pk}",
            template="binding_agreed" if together else "binding_refused",
            params={"child": application.child.name},
            account=application.guardian,
            district=application.district_code,
        )


def _take_consent(application: Application, guardian: Account) -> Consent:
    return consent_give(account=guardian, kind="siblings.together", child=application.child)


def _withdraw(application: Application, guardian: Account) -> None:
    """End the consent of an earlier yes of this guardian."""
    rows = BindingAnswer.objects.filter(application=application, consent__account=guardian)
    for earlier in rows.filter(consent__withdrawal=None).select_related("consent"):
        if earlier.consent is not None:
            consent_end(account=guardian, consent=earlier.consent)


def binding_settle(*, round_: Round) -> None:
    """Write down how every wish to stay together goes into the roll, and tell the families whose wish does not.

    Part of the freeze: the caller holds the round's lock and has put the applications into the pool.
    """
    rows = (
        Application.objects.filter(round=round_, state=ApplicationState.IN_POOL).exclude(sibling_key="").order_by("pk")
    )
    groups = groups_of(rows.select_related("child", "round", "guardian"))
    found, now = reasons(groups), clock.now()
    BindingOutcome.objects.bulk_create(
        [
            BindingOutcome(
                application=one,
                together=found[key] == BindingOutcome.Reason.AGREED,
                reason=found[key],
                at=now,
            )
            for key, members in groups.items()
            for one in members
        ],
        batch_size=2000,
    )
    for key, members in groups.items():
        if found[key] != BindingOutcome.Reason.AGREED:
            _tell_apart(members)


def _tell_apart(members: list[Application]) -> None:
    """One message to each guardian of the group, naming only the children that person sees."""
    told: dict[int, tuple[Account, list[Application]]] = {}
    needed = must_agree(members)
    for one in members:
        for person in (one.guardian, *(agreed.guardian for agreed in needed.get(one.pk, ()))):
            told.setdefault(person.pk, (person, []))[1].append(one)
    for person, seen in told.values():
        message_queue(
            key=f"binding_apart:{seen[0].pk}:{person.pk}",
            template="binding_apart",
            params={"child": "、".join(one.child.name for one in seen)},
            account=person,
            district=seen[0].district_code,
        )

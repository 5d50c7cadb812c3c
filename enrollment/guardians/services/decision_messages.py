"""Who is told of a decision: the guardian who leads, and the other one where that was wished.

The guardian who entered the child leads until both agree otherwise, and is told unless the lead changed and no copy is
wished. Reasons and items to correct are the words of the application; a copy names the event without them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from audit.services import record
from enrollment.guardians.models import CopyWish, Guardianship, Invitation, LeadRequest
from enrollment.guardians.selectors import acting_beside, active, masked_person
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.prepared import Prepared
from notifications.services import Outgoing, message_queue, messages_queue

HIDDEN: Final = ("reason", "items")


INSTEAD: Final = lazy("the other guardian can read it in the portal")


SHARED = Prepared(lambda child: Guardianship.objects.filter(child=child), 1)


def to_guardians(messages: Sequence[tuple[Application, Outgoing]]) -> list[Outgoing]:
    """The messages to the guardians who applied, with copies, one a person and event; ``account`` is who applied."""
    rows = active(Guardianship.objects.filter(child__in={application.child_id for application, _one in messages}))
    seconds: dict[int, list[Guardianship]] = defaultdict(list)
    for one in acting_beside(rows).select_related("guardian").order_by("pk"):
        seconds[one.child_id].append(one)
    everybody = [one for group in seconds.values() for one in group]
    leads, wishes = _leads(everybody), _wishes(everybody)
    found = []
    for application, message in messages:
        beside = seconds.get(application.child_id, [])
        leader = next((one for one in beside if leads.get(one.pk)), None)
        if leader is None or wishes.get((leader.pk, False), True):
            found.append(message)
        for one in beside:
            if one is leader or wishes.get((one.pk, True), False):
                found.append(_copy(message, one.guardian))
    return found


def tell(
    *,
    application: Application,
    key: str,
    template: str,
    params: Mapping[str, Any],
    deadline: datetime | None = None,
) -> None:
    """Tell the guardians of one application of a decision, in the caller's transaction; each once a ``key``.

    ``deadline``: until when the family has to act; whom no text reaches a day before it is called.
    """
    message = Outgoing(key, template, params, application.guardian, application.district_code, deadline)
    shared = SHARED.exists(application.child_id)
    messages_queue(to_guardians([(application, message)]) if shared else [message])


def _copy(message: Outgoing, person: Account) -> Outgoing:
    hidden = {name: INSTEAD for name in HIDDEN if name in message.params}
    return replace(message, key=f"{message.key}:g{person.pk}", params={**message.params, **hidden}, account=person)


def _leads(guardianships: Iterable[Guardianship]) -> dict[int, bool]:
    """Whether the second guardian leads, by agreement: the newest change both agreed to counts."""
    rows = LeadRequest.objects.filter(guardianship__in=list(guardianships), state=LeadRequest.State.ACCEPTED)
    return dict(rows.order_by("answered_at", "pk").values_list("guardianship_id", "to_second"))


def _wishes(guardianships: Iterable[Guardianship]) -> dict[tuple[int, bool], bool]:
    rows = CopyWish.objects.filter(guardianship__in=list(guardianships)).order_by("pk")
    return {(one.guardianship_id, one.by_second): one.wanted for one in rows}


def _agreement(account: Account, guardianship_id: UUID) -> Guardianship:
    """The agreement, locked, if this person is a side of it. Raises NotAllowed."""
    rows = acting_beside(active(Guardianship.objects.select_for_update(of=("self",))))
    found = rows.select_related("child__guardian", "guardian").filter(public_id=guardianship_id).first()
    if found is None or account.pk not in {found.guardian_id, found.child.guardian_id}:
        raise NotAllowed(_("There is no such agreement in your account."))
    return found


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads, as one side sees it. ``open`` is a proposal that waits; ``own``: this side made it."""

    agreed: Guardianship
    who: str
    second_leads: bool
    i_lead: bool
    copy: bool
    open: LeadRequest | None
    own: bool
    may_ask: bool


@transaction.atomic
def lead_of(*, account: Account, guardianship_id: UUID) -> Lead:
    """Raises NotAllowed for whoever is no side of it."""
    agreed = _agreement(account, guardianship_id)
    second = agreed.guardian_id == account.pk
    leads = _leads([agreed]).get(agreed.pk, False)
    asked = agreed.lead_requests.filter(state=LeadRequest.State.OPEN).first()
    return Lead(
        agreed=agreed,
        who=masked_person(agreed.child.guardian if second else agreed.guardian),
        second_leads=leads,
        i_lead=leads is second,
        copy=_wishes([agreed]).get((agreed.pk, second), not second),
        open=asked,
        own=asked is not None and asked.by_second is second,
        may_ask=asked is None and agreed.role == Invitation.Role.PARENT,
    )


@transaction.atomic
def copy_wish_set(*, account: Account, guardianship_id: UUID, wanted: bool) -> None:
    """Whether this side is told of decisions although the other one leads. Raises NotAllowed."""
    agreed = _agreement(account, guardianship_id)
    by_second = agreed.guardian_id == account.pk
    if _wishes([agreed]).get((agreed.pk, by_second), not by_second) is wanted:
        return
    CopyWish.objects.create(guardianship=agreed, by_second=by_second, wanted=wanted, at=clock.now())
    _audit(account, f"copy.{'on' if wanted else 'off'}", agreed)


@transaction.atomic
def lead_ask(*, account: Account, guardianship_id: UUID, to_second: bool) -> LeadRequest:
    """Propose who leads; nothing changes before the other side agrees. Raises NotAllowed, Refused."""
    agreed = _agreement(account, guardianship_id)
    if agreed.role != Invitation.Role.PARENT:
        raise Refused(_("Only a parent or guardian can lead."), code="role")
    if _leads([agreed]).get(agreed.pk, False) is to_second:
        raise Refused(_("This is so already."), code="same")
    by_second = agreed.guardian_id == account.pk
    try:
        with transaction.atomic():
            made = LeadRequest.objects.create(
                guardianship=agreed, to_second=to_second, by_second=by_second, asked_at=clock.now()
            )
    except IntegrityError:
        raise Refused(_("A proposal waits for an answer already."), code="twice") from None
    _audit(account, "lead.ask", agreed)
    other = agreed.child.guardian if by_second else agreed.guardian
    params = {"child": agreed.child.name}
    message_queue(key=f"lead_asked:{made.public_id}", template="lead_asked", params=params, account=other)
    return made


@transaction.atomic
def lead_answer(*, account: Account, request_id: UUID, accept: bool) -> None:
    """The other side agrees or not; who proposed it can only take it back. Raises NotAllowed, Refused."""
    asked = LeadRequest.objects.select_related("guardianship").filter(public_id=request_id).first()
    if asked is None:
        raise NotAllowed(_("There is no such proposal in your account."))
    agreed = _agreement(account, asked.guardianship.public_id)
    own = asked.by_second is (agreed.guardian_id == account.pk)
    if own and accept:
        raise NotAllowed(_("The other guardian has to answer this."))
    state = LeadRequest.State.REVOKED if own else LeadRequest.State.ACCEPTED if accept else LeadRequest.State.DECLINED
    rows = LeadRequest.objects.filter(pk=asked.pk, state=LeadRequest.State.OPEN)
    if not rows.update(state=state, answered_at=clock.now()):
        raise Refused(_("This proposal was answered already."), code="changed")
    _audit(account, f"lead.{state}", agreed)
    if accept:
        for person in (agreed.guardian, agreed.child.guardian):
            message_queue(
                key=f"lead_changed:{asked.public_id}:{person.pk}",
                template="lead_changed",
                params={"child": agreed.child.name},
                account=person,
            )


def _audit(account: Account, action: str, agreed: Guardianship) -> None:
    details = {"child": agreed.child_id}
    record(actor=account, action=action, object_type="guardianship", object_id=agreed.pk, details=details)

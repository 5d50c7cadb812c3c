"""A second guardian or a carer of a child: invited or asking, agreed to by both sides, ended by either.

An invitation is bound to a phone and carries a code of its own; the answer to a wrong one never tells whether there is
an invitation at all. Both sides' consent is kept.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import identifiers
from accounts.askers import account_asker
from accounts.limits import text_count
from accounts.models import Account
from accounts.services import phone_checked
from audit.services import record
from enrollment.guardians.binding.services import binding_ask
from enrollment.guardians.models import AddressProtection, Guardianship, Invitation
from enrollment.guardians.selectors import active, protection_case
from enrollment.guardians.services.consents import consent_end, consent_give
from enrollment.seasons.models import Application, Child
from enrollment.seasons.selectors import no_such_child
from enrollment.seasons.states import LIVE_STATES
from foundation import clock, codes
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from notifications.services import message_queue
from schools.switches import refuse_unless_offered

CODE_LENGTH, VALID_DAYS = 8, 7


MOST_OPEN, MOST_A_DAY = 3, 6


LONGEST_DAYS = 400  # of an authorisation


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invitation offers. ``until`` is the last day of a carer's authorisation; None for a parent."""

    role: str
    may_act: bool
    until: date | None = None


def _own_child(guardian: Account, child_id: UUID) -> Child:
    child = Child.objects.select_for_update().filter(guardian=guardian, public_id=child_id).first()
    if child is None:
        raise no_such_child()
    return child


def districts_of(child: Child) -> set[str]:
    """The counties in which a child is filed, or a form was begun for it."""
    filed = child.applications.values_list("district_code", flat=True)
    return {*filed, *child.drafts.values_list("round__season__district_id", flat=True)}


def _refuse_terms(terms: Terms) -> None:
    if terms.role not in Invitation.Role.values:
        raise Refused(_("Please say who it is."), code="role", field="role")
    if terms.role == Invitation.Role.CARER:
        latest = clock.today() + timedelta(days=LONGEST_DAYS)
        if terms.until is None or not clock.today() <= terms.until <= latest:
            raise Refused(
                _("Please give the last day of the authorisation, within a year."), code="until", field="until"
            )


def _code_index(child: Child, code: str) -> str:
    return blind_index("invitation", f"{child.pk} {code}")


@transaction.atomic
def guardian_invite(*, guardian: Account, child_id: UUID, phone: str, terms: Terms) -> Invitation:
    """Invite the person with this phone; the code travels in one message. Raises NotAllowed, Refused (field)."""
    child = _own_child(guardian, child_id)
    refuse_unless_offered("second_guardian", *districts_of(child))
    number = phone_checked(phone)
    _refuse_terms(terms)
    index = blind_index("phone", number)
    if index == guardian.phone_index:
        raise Refused(_("This is your own number. Please give the other person's."), code="own", field="phone")
    now = clock.now()
    over = child.invitations.filter(state=Invitation.State.OPEN, expires_at__lt=clock.running_minute(now))
    over.update(state=Invitation.State.REVOKED, answered_at=now)
    recent = child.invitations.filter(asker__isnull=True, created_at__gt=now - timedelta(days=1)).count()
    if (
        child.invitations.filter(asker__isnull=True, state=Invitation.State.OPEN).count() >= MOST_OPEN
        or recent >= MOST_A_DAY
    ):
        text = _("Many people are invited for this child already. Take one invitation back, or try again tomorrow.")
        raise Refused(text, code="too_often", field="phone")
    code = codes.letters(CODE_LENGTH)
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                child=child,
                inviter=guardian,
                role=terms.role,
                may_act=terms.may_act,
                until=terms.until if terms.role == Invitation.Role.CARER else None,
                phone_index=index,
                phone_hint=identifiers.mask("mobile", number),
                code_index=_code_index(child, code),
                created_at=now,
                expires_at=now + timedelta(days=VALID_DAYS),
            )
    except IntegrityError:
        text = _("This number is invited already. Take that invitation back first if it was not received.")
        raise Refused(text, code="twice", field="phone") from None
    text_count("invitation", number=number, asker=account_asker(guardian))
    consent_give(account=guardian, kind="guardian.invite", child=child)
    _audit(guardian, "guardian.invite", made)
    message_queue(
        key=f"invite:{made.public_id}",
        template="guardian_invited",
        params={"code": f"{code[:4]}-{code[4:]}"},
        phone=number,
        secret=True,
        ends=made.expires_at,
    )
    return made


def _audit(actor: Account, action: str, invitation: Invitation) -> None:
    details = {"child": invitation.child_id, "role": invitation.role, "may_act": invitation.may_act}
    record(actor=actor, action=action, object_type="invitation", object_id=invitation.pk, details=details)


WRONG: Final = "wrong_code"


def invitation_find(*, account: Account, code: str) -> Invitation:
    """The open invitation to this person's phone with this code. Wrong codes are counted, five lock it. Raises Refused.

    No invitation, another phone's, an old one and a wrong code are answered alike.
    """
    typed = codes.read(code, codes.CLEAR)
    text = _(
        "This code fits no open invitation to your number. Please compare it with the message, or ask for a new one."
    )
    if not account.phone_index or not typed:
        raise Refused(text, code=WRONG, field="code")
    with transaction.atomic():  # commits the count of wrong codes before refusing
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("child", "inviter")
        mine = rows.filter(phone_index=account.phone_index, state=Invitation.State.OPEN, asker__isnull=True)
        waiting = list(mine.filter(expires_at__gte=clock.running_minute()))
        found = [one for one in waiting if codes.same(_code_index(one.child, typed), one.code_index)]
        for one in [] if found else waiting:
            counted = codes.wrong(one.failures)
            state = Invitation.State.LOCKED if counted.over else one.state
            Invitation.objects.filter(pk=one.pk).update(failures=counted.failures, state=state)
    if not found:
        raise Refused(text, code=WRONG, field="code")
    return found[0]


@transaction.atomic
def invitation_answer(*, account: Account, invitation_id: UUID, code: str, accept: bool) -> Invitation:
    """Accept or decline what one was invited to; the code proves it once more. Raises Refused."""
    found = invitation_find(account=account, code=code)
    if found.public_id != invitation_id:
        raise Refused(_("This invitation is no longer open."), code="changed")
    _mark_answered(found, Invitation.State.ACCEPTED if accept else Invitation.State.DECLINED)
    _audit(account, "guardian.accept" if accept else "guardian.decline", found)
    if accept:
        _agree(found, account)
    return found


def _mark_answered(invitation: Invitation, state: str) -> None:
    changed = Invitation.objects.filter(pk=invitation.pk, state=Invitation.State.OPEN).update(
        state=state, answered_at=clock.now()
    )
    if not changed:
        raise Refused(_("This invitation is no longer open."), code="changed")


def _agree(invitation: Invitation, person: Account) -> Guardianship:
    kind = "carer.accept" if invitation.role == Invitation.Role.CARER else "guardian.accept"
    consent = consent_give(account=person, kind=kind, child=invitation.child)
    Guardianship.objects.filter(child=invitation.child, guardian=person, ended_at__isnull=True).update(
        ended_at=clock.now(), ended_by=person
    )
    made = Guardianship.objects.create(
        child=invitation.child,
        guardian=person,
        role=invitation.role,
        may_act=invitation.may_act,
        until=invitation.until,
        invitation=invitation,
        consent=consent,
        agreed_at=clock.now(),
    )
    binding_ask(child=invitation.child)
    message_queue(
        key=f"joined:{made.public_id}",
        template="guardian_joined",
        params={"child": invitation.child.name},
        account=invitation.inviter,
    )
    return made


@transaction.atomic
def invitation_revoke(*, guardian: Account, invitation_id: UUID) -> None:
    """Take an invitation back before it is answered. Raises NotAllowed, Refused (answered already)."""
    found = Invitation.objects.filter(public_id=invitation_id, inviter=guardian, asker__isnull=True).first()
    if found is None:
        raise NotAllowed(_("There is no such invitation in your account."))
    _mark_answered(found, Invitation.State.REVOKED)
    _audit(guardian, "guardian.revoke", found)


@transaction.atomic
def guardianship_end(*, account: Account, guardianship_id: UUID) -> Guardianship:
    """End an agreement, by either side, at once. Raises NotAllowed."""
    rows = Guardianship.objects.select_for_update(of=("self",)).select_related("child__guardian", "guardian", "consent")
    found = rows.filter(public_id=guardianship_id).first()
    if found is None or account.pk not in {found.guardian_id, found.child.guardian_id}:
        raise NotAllowed(_("There is no such agreement in your account."))
    if found.ended_at is not None:
        return found
    found.ended_at, found.ended_by = clock.now(), account
    found.save(update_fields=["ended_at", "ended_by"])
    if account.pk == found.guardian_id:
        consent_end(account=account, consent=found.consent)
    record(
        actor=account,
        action="guardian.end",
        object_type="guardianship",
        object_id=found.pk,
        details={"child": found.child_id},
    )
    told = found.guardian if account.pk == found.child.guardian_id else found.child.guardian
    params = {"child": found.child.name}
    message_queue(key=f"ended:{found.public_id}", template="guardian_ended", params=params, account=told)
    return found


@transaction.atomic
def guardian_ask(*, account: Account, child_id: UUID) -> None:
    """Ask the guardian who applied for the same child to be added. Raises NotAllowed.

    The answer is the same whether somebody has applied or not: the number of a child must not tell who applied.
    """
    child = _own_child(account, child_id)
    rows = Application.objects.filter(child_index=child.id_index, state__in=LIVE_STATES).exclude(guardian=account)
    filed = rows.select_related("child", "guardian").order_by("-submitted_at").first()
    consent_give(account=account, kind="guardian.ask", child=child)
    if filed is None or active(Guardianship.objects.filter(child=filed.child, guardian=account)).exists():
        return
    now = clock.now()
    own = filed.child.invitations.filter(asker=account)
    over = own.filter(state=Invitation.State.OPEN, expires_at__lt=clock.running_minute(now))
    over.update(state=Invitation.State.REVOKED)
    refused = own.filter(state=Invitation.State.DECLINED, answered_at__gt=now - timedelta(days=30))
    if refused.exists():
        return  # a no is not asked again at once
    made, new = Invitation.objects.get_or_create(
        child=filed.child,
        asker=account,
        state=Invitation.State.OPEN,
        defaults={
            "inviter": filed.guardian,
            "role": Invitation.Role.PARENT,
            "created_at": now,
            "expires_at": now + timedelta(days=4 * VALID_DAYS),
        },
    )
    if new:
        _audit(account, "guardian.ask", made)
        message_queue(
            key=f"asked:{made.public_id}",
            template="guardian_asked",
            params={"child": filed.child.name},
            account=filed.guardian,
        )


@transaction.atomic
def request_answer(*, guardian: Account, invitation_id: UUID, accept: bool, may_act: bool = False) -> Invitation:
    """The guardian who applied lets another parent in, or not. Raises NotAllowed, Refused (answered already)."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("child", "asker", "inviter")
    found = rows.filter(public_id=invitation_id, inviter=guardian, asker__isnull=False).first()
    if found is None or found.asker is None:
        raise NotAllowed(_("There is no such request in your account."))
    _mark_answered(found, Invitation.State.ACCEPTED if accept else Invitation.State.DECLINED)
    _audit(guardian, "guardian.let_in" if accept else "guardian.keep_out", found)
    if accept:
        found.may_act = may_act
        found.save(update_fields=["may_act"])
        consent_give(account=guardian, kind="guardian.invite", child=found.child)
        _agree(found, found.asker)
    return found


@transaction.atomic
def protection_set(*, account: Account, on: bool) -> None:
    """Keep one's address from every other guardian, or no longer; an order by an authority is not touched."""
    mine = AddressProtection.objects.filter(account=account, source="own", ended_at__isnull=True)
    if on == mine.exists():
        return
    if on:
        AddressProtection.objects.create(account=account, source="own", set_by=account, set_at=clock.now())
    else:
        mine.update(ended_at=clock.now(), ended_by=account)
    record(actor=account, action=f"protection.{'on' if on else 'off'}", object_type="account", object_id=account.pk)


@transaction.atomic
def protection_order(*, official: Account, application_id: UUID, reference: str, on: bool = True) -> None:
    """Set or end the protection of a guardian's address by order of an authority. Raises NotAllowed, Refused."""
    application, _since = protection_case(official, application_id)
    if not reference.strip():
        raise Refused(_("Please give the file number of the order."), code="reference", field="reference")
    account, now = application.guardian, clock.now()
    standing = AddressProtection.objects.filter(account=account, source="order", ended_at__isnull=True)
    if on and not standing.exists():
        AddressProtection.objects.create(
            account=account, source="order", reference=reference.strip()[:120], set_by=official, set_at=now
        )
    elif not on:
        standing.update(ended_at=now, ended_by=official)
    record(
        actor=official,
        action=f"protection.order.{'on' if on else 'off'}",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
    )

"""Appointing: an invitation, a role, a new way in. What concerns a high role is confirmed by a second administrator."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account, StaffChange
from accounts.people.members import roles_store
from accounts.people.ranks import (
    confirmers,
    had_others,
    is_high,
    may_appoint,
    own_roles,
    refuse_clash,
    refuse_to_manage,
)
from accounts.people.states import STAFF_CHANGE, StaffChangeEvent
from accounts.people.terms import Terms, terms_checked
from accounts.people.words import no_such_page
from accounts.services import phone_checked
from audit.services import record
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from foundation.steps import make_step

LINK_DAYS: Final = 7
MOST_NAME: Final = 40
TOKEN_BYTES: Final = 32
Kind, State = StaffChange.Kind, StaffChange.State


def token_index(token: str) -> str:
    """What is stored of a link: nobody who reads the table can use it."""
    return blind_index("staff-link", token)


def terms_of(change: StaffChange) -> list[Terms]:
    """The roles a change is about: those it gives, of a reset those the person has."""
    if change.kind == Kind.RESET and change.account is not None:
        return [Terms.of(role) for role in own_roles(change.account)]
    return [Terms.read(row) for row in change.roles]


@contextmanager
def _entered(look: Callable[[], None], *, person: Account, token: str, high: bool) -> Iterator[None]:
    """A transaction: for a high role one that begins with the person's one-time password."""
    if high and not token.strip():  # forgotten, not guessed: no try is counted
        text = _("For this role please type your one-time password; a second administrator confirms then.")
        raise Refused(text, code="token", field="token")
    if high:
        with WithPassword(look, person=person, token=token):
            yield
    else:
        with transaction.atomic():
            look()
            yield


def _standing(actor: Account, roles: Sequence[Terms], subject: Account | None) -> tuple[str, bool]:
    """In which state a change begins, and whether a high role is given by one person alone. Raises Refused where a
    second is needed and nobody can be it.
    """
    if not is_high(roles):
        return State.OPEN, False
    if confirmers(roles, besides=[actor.pk, *([subject.pk] if subject else [])]):
        return State.WAITING, False
    if not had_others(roles, besides=actor.pk):
        return State.OPEN, True
    text = _(
        "For this a second administrator confirms, and there is nobody else here who could. Please ask the city's "
        "administrators, or whoever keeps the server (manage.py staff)."
    )
    raise Refused(text, code="no_second")


def _opened(actor: Account, kind: str, roles: Sequence[Terms], account: Account | None = None) -> StaffChange:
    """A new change in the state it begins with, not stored yet. Raises Refused."""
    state, alone = _standing(actor, roles, account)
    stored = [] if kind == Kind.RESET else [one.stored() for one in roles]
    now = clock.now()
    return StaffChange(
        kind=kind,
        state=state,
        alone=alone,
        account=account,
        roles=stored,
        proposed_by=actor,
        proposed_at=now,
        expires_at=now + timedelta(days=LINK_DAYS),
    )


def _audit(actor: Account | None, event: str, change: StaffChange) -> None:
    roles = terms_of(change)
    record(
        actor=actor,
        action=f"staff.{change.kind}.{event}",
        object_type="staff_change",
        object_id=change.pk,
        district=roles[0].district if roles else "",
        details={
            "roles": [one.stored() for one in roles],
            **({"account": change.account_id} if change.account_id else {}),
            **({"alone": True} if change.alone else {}),
        },
    )


def refuse_to_give(actor: Account, roles: Sequence[Terms]) -> None:
    """Raises NotAllowed for a role or a place that is not the person's to give."""
    if not all(may_appoint(actor, one) for one in roles):
        raise NotAllowed(_("You may not give this role at this place."))


def staff_invite(*, actor: Account, name: str, phone: str, roles: Sequence[Terms], token: str = "") -> StaffChange:
    """Invite somebody: open at once, or, for a high role, once a second administrator has confirmed.

    ``link_make`` makes the link. Raises NotAllowed, Refused.
    """
    refuse_to_give(actor, roles)
    words = name.replace("\0", "").strip()
    if not words or len(words) > MOST_NAME:
        raise Refused(_("Please give the name, 40 characters at most."), code="name", field="name")
    number = phone_checked(phone) if phone.strip() else ""
    checked = terms_checked(roles)
    refuse_clash([], checked)
    with _entered(lambda: refuse_to_give(actor, checked), person=actor, token=token, high=is_high(checked)):
        change = _opened(actor, Kind.INVITE, checked)
        change.name, change.phone = words, number
        change.save(force_insert=True)
        _audit(actor, "propose", change)
    return change


def staff_listed(
    *,
    two: tuple[Account, Account | None],
    name: str,
    phone: str,
    roles: Sequence[Terms],
    account: Account | None = None,
) -> StaffChange:
    """Invite somebody of a table that one person brought in and another took, or give roles to who works here already.

    Only roles that one administrator could give alone; ``phone`` is checked and belongs to ``account`` where there is
    one. Call inside a transaction. Raises Refused (one of the two may not give such a role, or would give it to
    themselves).
    """
    proposed, confirmed = two
    checked = terms_checked(roles)
    if confirmed is None or is_high(checked):
        raise Refused(_("This role is not given by a table."), code="high")
    for one in (proposed, confirmed):
        if account is not None and account.pk == one.pk:
            raise Refused(_("Nobody does this for themselves. Please ask another administrator."), code="oneself")
        if not all(may_appoint(one, terms) for terms in checked):
            raise Refused(_("You may not give this role at this place."), code="rank")
    change = _opened(proposed, Kind.ROLES if account else Kind.INVITE, checked, account)
    change.confirmed_by = confirmed
    if account is None:
        change.name, change.phone = name, phone
        change.save(force_insert=True)
        _audit(confirmed, "propose", change)
        return change
    refuse_clash([Terms.of(role) for role in account.roles.all()], checked)
    change.state, change.done_at = State.DONE, change.proposed_at
    change.save(force_insert=True)
    roles_store(account=account, roles=checked, given_by=proposed)
    _audit(confirmed, "give", change)
    return change


def staff_reset_open(*, actor: Account, account: Account, token: str = "") -> StaffChange:
    """Let somebody set password and authenticator anew, by a link. Raises NotAllowed, Refused; never for oneself."""
    refuse_to_manage(actor, account)
    roles = [Terms.of(role) for role in own_roles(account)]
    if not account.is_active:
        raise Refused(_("This account is switched off. Switch it on first."), code="disabled")
    with _entered(lambda: refuse_to_manage(actor, account), person=actor, token=token, high=is_high(roles)):
        before = StaffChange.objects.select_for_update().filter(account=account, kind=Kind.RESET)
        for one in before.filter(state__in=(State.WAITING, State.OPEN)):
            _step(one, StaffChangeEvent.WITHDRAW, done_at=clock.now(), token_index=None)
        change = _opened(actor, Kind.RESET, roles, account)
        change.save(force_insert=True)
        _audit(actor, "propose", change)
    return change


def roles_give(*, actor: Account, account: Account, roles: Sequence[Terms], token: str = "") -> StaffChange:
    """Give roles to a member of staff: at once, or, high ones, when a second administrator confirms.

    Raises NotAllowed, Refused; never for oneself.
    """
    if actor.pk == account.pk:
        raise Refused(_("Nobody does this for themselves. Please ask another administrator."), code="oneself")
    refuse_to_give(actor, roles)
    checked = terms_checked(roles)

    def look() -> None:
        refuse_to_give(actor, checked)
        refuse_clash([Terms.of(role) for role in account.roles.all()], checked)

    look()
    with _entered(look, person=actor, token=token, high=is_high(checked)):
        change = _opened(actor, Kind.ROLES, checked, account)
        if change.state == State.OPEN:
            change.state, change.done_at = State.DONE, change.proposed_at
        change.save(force_insert=True)
        if change.state == State.DONE:
            roles_store(account=account, roles=checked, given_by=actor)
        _audit(actor, "propose" if change.state == State.WAITING else "give", change)
    return change


def _locked(actor: Account, change_id: UUID) -> StaffChange:
    """The change, if this person may decide about it. Raises NotAllowed. Call inside a transaction."""
    change = StaffChange.objects.select_for_update().filter(public_id=change_id).first()
    if change is None or not may_decide(actor, change):
        raise no_such_page()
    return change


def may_decide(actor: Account, change: StaffChange) -> bool:
    """Whether the person administers everything the change is about."""
    roles = terms_of(change)
    return bool(roles) and change.account_id != actor.pk and all(may_appoint(actor, one) for one in roles)


def _step(change: StaffChange, event: StaffChangeEvent, **values: object) -> None:
    def illegal() -> Refused:
        return Refused(_("This is %(state)s already.") % {"state": State(change.state).label}, code="state")

    def overtaken() -> str:
        return _("Somebody was faster. Please look at the page again.")

    make_step(change, STAFF_CHANGE, event, illegal=illegal, overtaken=overtaken, **values)


def change_confirm(*, actor: Account, change_id: UUID, token: str) -> StaffChange:
    """Be the second for a high role, with a one-time password; a different person. Raises NotAllowed, Refused."""

    def look() -> StaffChange:
        change = _locked(actor, change_id)
        if change.proposed_by_id == actor.pk:
            text = _("You proposed this. A second, different administrator confirms it.")
            raise Refused(text, code="same_person")
        if change.state != State.WAITING:
            raise Refused(_("This is %(state)s already.") % {"state": State(change.state).label}, code="state")
        refuse_over(change)
        return change

    with WithPassword(look, person=actor, token=token) as change:
        now = clock.now()
        if change.kind == Kind.ROLES and change.account is not None:
            given = terms_of(change)
            refuse_clash([Terms.of(role) for role in change.account.roles.all()], given)
            _step(change, StaffChangeEvent.GIVE, confirmed_by=actor, done_at=now)
            roles_store(account=change.account, roles=given, given_by=change.proposed_by)
        else:
            _step(change, StaffChangeEvent.CONFIRM, confirmed_by=actor)
        _audit(actor, "confirm", change)
    return change


def refuse_over(change: StaffChange) -> None:
    """Raises Refused when its days are over, or when who proposed it could not do so any more."""
    if change.expires_at is not None and clock.deadline_passed(change.expires_at):
        raise Refused(_("This link has expired. Please ask for a new one."), code="expired")
    who = [change.proposed_by, *([change.confirmed_by] if change.confirmed_by else [])]
    if not all(may_decide(one, change) for one in who):
        raise Refused(_("This link is no longer valid. Please ask for a new one."), code="revoked")


@transaction.atomic
def change_withdraw(*, actor: Account, change_id: UUID) -> StaffChange:
    """Take an invitation, a reset or a proposal back; its link is dead at once. Raises NotAllowed, Refused."""
    change = _locked(actor, change_id)
    _step(change, StaffChangeEvent.WITHDRAW, done_at=clock.now())
    _audit(actor, "withdraw", change)
    return change


@transaction.atomic
def link_make(*, actor: Account, change_id: UUID) -> tuple[StaffChange, str]:
    """The secret of the link, which is shown this once and valid for seven days; one made before is dead.

    Raises NotAllowed, Refused.
    """
    change = _locked(actor, change_id)
    if change.state != State.OPEN:
        raise Refused(_("This is %(state)s already.") % {"state": State(change.state).label}, code="state")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    change.token_index, change.expires_at = token_index(token), clock.now() + timedelta(days=LINK_DAYS)
    change.save(update_fields=["token_index", "expires_at"])
    _audit(actor, "link", change)
    return change, token

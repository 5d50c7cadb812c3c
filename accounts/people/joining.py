"""The way in by a link: user name and password, authenticator, recovery codes, once."""

import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_otp.oath import TOTP
from django_otp.util import random_hex

from accounts import limits
from accounts.limit_rules import LINKS
from accounts.models import Account, StaffChange, TokenDevice
from accounts.people.appointing import refuse_over, terms_of, token_index
from accounts.people.members import roles_store
from accounts.people.recovery import codes_drawn, codes_store, devices_drop
from accounts.people.states import STAFF_CHANGE, StaffChangeEvent
from accounts.people.terms import password_checked, username_checked
from audit.services import record
from foundation import clock, events
from foundation.errors import Refused
from foundation.steps import make_step

KEY_BYTES: Final = 20
Kind, State = StaffChange.Kind, StaffChange.State


@dataclass(frozen=True, slots=True)
class Pending:
    """What a person has chosen on the first page, kept in the (encrypted) session until the second one is done."""

    change: int
    username: str
    password: str  # hashed
    key: str  # of the authenticator, hexadecimal
    codes: list[str]

    def kept(self) -> dict[str, Any]:
        """As a session keeps it."""
        return asdict(self)

    @property
    def device(self) -> TokenDevice:
        """The authenticator, not stored: for its QR code and its first one-time password."""
        return TokenDevice(user=Account(username=self.username), name="totp", confirmed=True, key=self.key)


def link_look(*, token: str, address: str) -> StaffChange:
    """What a link is for. Raises Refused in words for one that is unknown, used, taken back or too old; tries at links
    nobody made are counted by where they come from.
    """
    limits.refuse_when_full("staff-link", LINKS, address=address)
    change = _found(token)
    if change is None:
        events.refused("staff_link", "unknown")
        limits.count("staff-link", LINKS, address=address)
        text = _("This link is not right, or a newer one has taken its place. Please ask for it again.")
        raise Refused(text, code="unknown")
    refuse_closed(change)
    return change


def _found(token: str, *, locked: bool = False) -> StaffChange | None:
    rows = StaffChange.objects.select_related("account", "proposed_by", "confirmed_by")
    if locked:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(token_index=token_index(token)).first()


def refuse_closed(change: StaffChange) -> None:
    """Raises Refused unless the link may be used now."""
    if change.state == State.DONE:
        text = _("This link has been used. If it was you, sign in; if not, tell who gave it to you at once.")
        raise Refused(text, code="used")
    if change.state != State.OPEN:
        raise Refused(_("This link was taken back. Please ask who gave it to you."), code="revoked")
    if change.account is not None and not change.account.is_active:
        raise Refused(_("This account is switched off. Please ask who gave you the link."), code="disabled")
    refuse_over(change)


def join_begin(change: StaffChange, *, username: str, password: str, again: str) -> Pending:
    """The first page, checked. Raises Refused."""
    refuse_closed(change)
    name = change.account.username if change.account else username_checked(username.strip())
    if password != again:
        raise Refused(_("The two passwords are not the same."), code="again", field="again")
    password_checked(password, name)
    return Pending(change.pk, name, make_password(password), str(random_hex(KEY_BYTES)), codes_drawn())


def join_finish(*, token: str, pending: Pending, code: str) -> tuple[Account, TokenDevice]:
    """The second page: the authenticator shows the right code, and the person is in. Raises Refused.

    Pressed twice, or in a second tab of the same browser, it is done once and both are in.
    """
    device = pending.device
    step = _step_of(device, code)
    try:
        with transaction.atomic():
            change = _found(token, locked=True)
            if change is None or change.pk != pending.change:
                raise Refused(_("This link is not right, or a newer one has taken its place. Please ask for it again."))
            done = _already(change, pending)
            if done is not None:
                return done
            refuse_closed(change)
            if step is None:
                text = _(
                    "This code is not right. Type the six digits the app shows now; if it goes on, check the clock of "
                    "the telephone."
                )
                raise Refused(text, code="token", field="token")
            return _in(change, pending, step)
    except IntegrityError:
        words = {"name": pending.username}
        raise Refused(_("The user name %(name)s is taken.") % words, code="taken", field="username") from None


def _step_of(device: TokenDevice, code: str) -> tuple[int, int] | None:
    """The time step and the drift of a right one-time password; None for a wrong one."""
    typed = "".join(code.split())
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    right = typed.isascii() and typed.isdigit() and totp.verify(int(typed), device.tolerance)
    return (totp.t(), totp.drift) if right else None


def _already(change: StaffChange, pending: Pending) -> tuple[Account, TokenDevice] | None:
    """Whoever came in by this very link with this very password: the same press, a second time."""
    account = change.account
    if change.state != State.DONE or account is None or account.password != pending.password:
        return None
    device = TokenDevice.objects.filter(user=account, key__isnull=False).first()
    return (account, device) if device is not None and device.key == pending.key else None


def _in(change: StaffChange, pending: Pending, step: tuple[int, int]) -> tuple[Account, TokenDevice]:
    account = change.account
    if account is None:
        account = Account.objects.create(
            username=pending.username,
            password=pending.password,
            kind=Account.Kind.STAFF,
            is_staff=True,
            name=change.name,
            phone=change.phone or None,
            created_at=clock.now(),
        )
        roles_store(account=account, roles=terms_of(change), given_by=change.proposed_by)
    else:
        account.password = pending.password
        account.save(update_fields=["password"])
        devices_drop(account)
    device = TokenDevice.objects.create(
        user=account, name="totp", confirmed=True, key=pending.key, last_t=step[0], drift=step[1]
    )
    codes_store(account, pending.codes)
    refused = Refused(_("This link has been used."), code="used")
    make_step(
        change,
        STAFF_CHANGE,
        StaffChangeEvent.USE,
        illegal=lambda: refused,
        overtaken=lambda: refused.message,
        account=account,
        done_at=clock.now(),
        name="",
        phone="",
    )
    roles = terms_of(change)
    record(
        actor=account,
        action=f"staff.{change.kind}.use",
        object_type="account",
        object_id=account.pk,
        district=roles[0].district if roles else "",
        details={"by": change.proposed_by_id, "second": change.confirmed_by_id},
    )
    return account, device

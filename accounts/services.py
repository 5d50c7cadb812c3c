"""The door of accounts: ways in, and the making of accounts and roles."""

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django_otp.util import random_number_token

import identifiers
from accounts import limits, tries
from accounts.askers import Asker
from accounts.limit_rules import PASSWORDS
from accounts.models import Account, PhoneDevice, Role, TokenDevice
from accounts.people.terms import roles_checked
from audit.services import record, typed_name
from foundation import clock, codes, events
from foundation.crypto import blind_index, encrypt
from foundation.errors import Refusal, Refused
from foundation.prepared import Prepared
from foundation.wording import refusal

IDENTITY = "UPDATE accounts_account SET name = %s, id_number = %s, id_index = %s WHERE id = %s"
OTHERS = Prepared(lambda index, pk: Account.objects.filter(id_index=index).exclude(pk=pk), 2)
CODE_DIGITS = 6
CODE_SECONDS = 300
WRONG_TOKENS = 10  # the wait before the next try is 2 ** (this - 1) seconds at most: nine minutes


def phone_checked(raw: str) -> str:
    """The normalised mobile number; raises Refused on the field ``phone``."""
    checked = identifiers.check("mobile", raw, role="guardian", today=clock.today())
    if not checked.ok:
        raise Refused(refusal(checked), code=checked.code, field="phone")
    return checked.value


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to be sent; the caller queues the message in the same transaction."""

    account: Account
    phone: str
    code: str
    key: str


def code_issue(*, phone: str, asker: Asker) -> IssuedCode:
    """Make a six-digit sign-in code, at most one a minute for a number and within the limits for whoever asks.

    Call inside a transaction. Raises Refused.
    """
    number = phone_checked(phone)
    index = blind_index("phone", number)
    limits.refuse_country(number)
    known = _device(index)
    device, made = (known, False) if known is not None else _first_device(number, index)
    if not made:
        _refuse_too_soon(device)
    limits.text_count("code", number=number, asker=asker, known=not made and asker.knows(person_of(device.user)))
    if not made:
        _fresh_code(device)
        device.save(update_fields=["token", "valid_until", "last_generated_timestamp"])
    account = device.user if device.user.phone_index == index else _holder(number, index)
    record(actor=account, action="sign_in.code", object_type="account", object_id=account.pk)
    return IssuedCode(account, number, str(device.token), f"code:{uuid.uuid4()}")


def _device(index: str) -> PhoneDevice | None:
    """The number's device, locked, with its account."""
    return PhoneDevice.objects.select_for_update(of=("self",)).select_related("user").filter(phone_index=index).first()


def _first_device(number: str, index: str) -> tuple[PhoneDevice, bool]:
    """The device of a number that had none, and whether it has its first code already: if it was made with it."""
    device = PhoneDevice(phone_index=index, name="phone")
    _fresh_code(device)
    try:
        with transaction.atomic():
            device.user = Account.objects.create(
                username=new_username(), phone=number, phone_index=index, created_at=clock.now()
            )
            device.save(force_insert=True)
    except IntegrityError:  # two first requests at once, or an account that came by another way of signing in
        locked = PhoneDevice.objects.select_for_update(of=("self",)).select_related("user")
        holder = Account.objects.get(phone_index=index)
        return locked.get_or_create(phone_index=index, defaults={"user": holder, "name": "phone"})[0], False
    return device, True


def _holder(number: str, index: str) -> Account:
    """The account of a number that another account's device had before."""
    fields = {"username": new_username(), "phone": number, "created_at": clock.now()}
    return Account.objects.get_or_create(phone_index=index, defaults=fields)[0]


def _fresh_code(device: PhoneDevice) -> None:
    """While a code lives it is sent again: whichever of the messages arrives first, its code is right. Guessing gets no
    easier, for there is one code at a time, and the limits on texts bound how long one can be kept alive.
    """
    now = clock.now()
    if not device.token or device.valid_until < now:
        device.token = random_number_token(CODE_DIGITS)
    device.last_generated_timestamp = now
    device.valid_until = now + timedelta(seconds=CODE_SECONDS)


def _refuse_too_soon(device: PhoneDevice) -> None:
    if device.last_generated_timestamp is None:
        return
    waits = device.last_generated_timestamp + timedelta(seconds=device.get_cooldown_duration()) - clock.now()
    if waits >= timedelta(0):
        seconds = max(1, int(waits.total_seconds()) + 1)
        wait = _("A code was sent just now. Please wait %(seconds)d seconds before asking for another.")
        raise Refused(wait % {"seconds": seconds}, code="cool_down", field="phone")


def new_username() -> str:
    """A name that tells nothing, for an account whose person never types it."""
    return f"g-{uuid.uuid4().hex[:16]}"


def _refuse_locked(device: PhoneDevice, asker: Asker) -> None:
    """Raises Refused while too many wrong codes came from this asker; a browser whose code it was asks for another."""
    typing = asker.typing(person_of(device.user))
    seconds = tries.locked(device.tries, typing, int(clock.now().timestamp()))
    if seconds:
        raise _locked(typing, seconds)


def _locked(typing: str, seconds: int) -> Refused:
    if typing.startswith("ask:"):
        text = _("Too many wrong codes. Please ask for a new code.")
        return Refused(text, code="locked", field="code")
    text = _(
        "Too many wrong codes came from here for this number. Please ask for a new code, or wait %(minutes)d more "
        "minutes."
    )
    return Refused(text % {"minutes": -(-seconds // 60)}, code="locked", field="code")


def code_verify(*, phone: str, code: str, asker: Asker) -> Account:
    """The account of a right and fresh code, which is then used up. Raises Refused; wrong codes are counted.

    They are counted by who typed them: nobody shuts a family out by typing wrong codes for its number.
    """
    number = phone_checked(phone)
    try:
        account = _verify(number, code, asker)
    except Refusal as refused:
        events.refused("sign_in", refused.code)
        raise
    limits.text_entered("code", number=number, asker=asker, known=asker.knows(account))
    return account


def _verify(number: str, code: str, asker: Asker) -> Account:
    refusal: Refusal | None = None
    with transaction.atomic():  # commits the count of wrong codes before refusing
        device = _device(blind_index("phone", number))
        if device is None:  # the answer of a number whose code ran out: who has an account is not told
            raise _expired()
        _refuse_locked(device, asker)
        expired = device.valid_until < clock.now()
        if not expired and device.token and codes.same(codes.read(code), device.token):
            _used_up(device, asker)
            record(actor=device.user, action="sign_in", object_type="account", object_id=device.user_id)
        else:
            refusal = _wrong_code(device, asker, expired=expired)
    if refusal is not None:
        raise refusal
    return person_of(device.user)


def _used_up(device: PhoneDevice, asker: Asker) -> None:
    """A code signs in once; the next one may be asked for at once."""
    kept = tries.right(device.tries, asker.typing(person_of(device.user))) if device.tries else {}
    PhoneDevice.objects.filter(pk=device.pk).update(
        token=None, valid_until=clock.now(), last_generated_timestamp=None, tries=kept
    )


def person_of(account: Account) -> Account:
    """The account that holds everything of this person: a second one leads to the one it was joined with."""
    while account.merged_into is not None:
        account = account.merged_into
    return account


def _expired() -> Refused:
    return Refused(_("This code is no longer valid. Please ask for a new one."), code="expired", field="code")


def _wrong_code(device: PhoneDevice, asker: Asker, *, expired: bool) -> Refused:
    if expired:
        return _expired()
    typing = asker.typing(person_of(device.user))
    counted = tries.wrong(device.tries, typing, int(clock.now().timestamp()))
    PhoneDevice.objects.filter(pk=device.pk).update(tries=counted.tries)
    if counted.locked:
        return _locked(typing, counted.locked)
    text = _("This code is not right. Please compare it with the message; %(left)d more tries.")
    return Refused(text % {"left": counted.left}, code="wrong_code", field="code")


@transaction.atomic(savepoint=False)
def guardian_identify(*, account: Account, name: str, id_number: str) -> Account:
    """Store the guardian's own name and document number. One person is one account: a second one is refused.

    Raises Refused; a surrounding transaction is to be given up then.
    """
    checked = identifiers.check("id", id_number, role="guardian", today=clock.today())
    if not checked.ok:
        raise Refused(refusal(checked), code=checked.code, field="guardian_id")
    index = blind_index("person", checked.value)
    if account.assurance >= Account.PROVED and account.id_index:
        # what somebody vouched for is never replaced by what was typed: registers answer to it
        if account.id_index != index:
            text = _(
                "You are confirmed under another number. Please enter your own; another guardian applies from an "
                "account of their own."
            )
            raise Refused(text, code="other_person", field="guardian_id")
    elif (account.name, account.id_number, account.id_index) != (name, checked.value, index):
        _identity_store(account, name, checked.value, index)
    record(actor=account, action="account.identify", object_type="account", object_id=account.pk)
    return account


def _identity_store(account: Account, name: str, id_number: str, index: str) -> None:
    """Raises Refused when another account holds this number."""
    if account.id_index != index and OTHERS.exists(index, account.pk):
        taken = _("This document number already belongs to another phone number. Please sign in with that number.")
        raise Refused(taken, code="duplicate_person", field="guardian_id")
    account.name, account.id_number, account.id_index = name, id_number, index
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY, [encrypt(name), encrypt(id_number), index, account.pk])


def guardian_name_settle(*, account: Account, name: str, by: Account) -> None:
    """Store a guardian's name as a person settled it; the caller has checked that this person may."""
    account.name = name
    account.save(update_fields=["name"])
    record(actor=by, action="account.settle_name", object_type="account", object_id=account.pk)


def language_keep(*, account: Account, language: str) -> None:
    """Remember the language a person reads in, so that messages are written in it."""
    known = dict(settings.LANGUAGES)
    if language in known and language != account.language:
        Account.objects.filter(pk=account.pk).update(language=language)
        account.language = language


@transaction.atomic
def staff_create(
    *, username: str, password: str, name: str, roles: Sequence[tuple[str, str, str]], totp_key: str | None = None
) -> tuple[Account, TokenDevice]:
    """Create a member of staff with (role, district code, school code) rows and a confirmed TOTP device.

    Raises Refused for a role or a place that does not exist.
    """
    roles = roles_checked(roles)
    account = Account.objects.create_user(
        username, password, kind=Account.Kind.STAFF, is_staff=True, name=name, created_at=clock.now()
    )
    Role.objects.bulk_create(
        [Role(account=account, name=role, district_code=where, school_code=school) for role, where, school in roles]
    )
    fields = {"key": totp_key} if totp_key else {}
    device = TokenDevice.objects.create(user=account, name="totp", confirmed=True, **fields)
    record(actor=None, action="staff.create", object_type="account", object_id=account.pk)
    return account, device


def totp_verify(*, account: Account, token: str) -> TokenDevice | None:
    """The device whose one-time password this is, now used up; None for a wrong one. Call outside a transaction.

    Tries take turns at the locked device, so that of two uses at once one counts and guesses in parallel all count.
    Waiting doubles with every wrong try but is bounded: nobody is locked out for days.
    """
    with transaction.atomic():
        devices = TokenDevice.objects.select_for_update().filter(user=account, confirmed=True)
        device: TokenDevice | None = devices.first()
        if device is not None and device.verify_token("".join(token.split())):
            return device
        devices.filter(throttling_failure_count__gt=WRONG_TOKENS).update(throttling_failure_count=WRONG_TOKENS)
    return None


def staff_sign_in_failed(*, name: str, address: str) -> None:
    """Count a failed sign-in of staff and put it into the log of access: for which name, as a keyed digest, and from
    which part of the net. What was typed, which may be a password in the wrong field, is kept nowhere.
    """
    with contextlib.suppress(Refused):  # the next try is told
        limits.count("password", PASSWORDS, address=address, name=name)
    events.refused("staff_sign_in", "wrong name, password or one-time password")
    where = Role.objects.filter(account__username=name).values_list("district_code", flat=True).first()
    record(
        actor=None,
        action="staff.sign_in_failed",
        object_type="staff_name",
        object_id=typed_name(name),
        district=where or "",
        details={"address": limits.masked_address(address)},
    )


def totp_confirm(*, account: Account, token: str) -> None:
    """Check a one-time password again before a final step. Raises Refused."""
    if totp_verify(account=account, token=token) is None:
        raise Refused(
            _("The one-time password is not right or was used already. Wait for the next one."), field="token"
        )

"""Recovery codes: ten, shown once, each of which signs in once in the place of a one-time password."""

from typing import Final

from django.db import transaction
from django_otp_webauthn.models import WebAuthnCredential

from accounts.final_steps import WithPassword
from accounts.models import Account, RecoveryCode, RecoveryDevice, TokenDevice
from audit.services import record
from foundation import clock
from foundation.codes import letters, read
from foundation.crypto import blind_index

MANY: Final = 10
LENGTH: Final = 10
FEW: Final = 3  # from here on a sign-in says how many are left
WRONG: Final = 10  # the wait before the next try is 2 ** (this - 1) seconds at most


def codes_drawn() -> list[str]:
    """Ten new codes, as they are shown."""
    found = (letters(LENGTH) for _place in range(MANY))
    return [f"{code[:5]}-{code[5:]}" for code in found]


def _index(account: Account, code: str) -> str:
    return blind_index("recovery-code", f"{account.pk}:{code}")


def codes_store(account: Account, codes: list[str]) -> RecoveryDevice:
    """These codes in the place of all that were before; of each a keyed digest. Call inside a transaction."""
    RecoveryDevice.objects.filter(user=account).delete()
    device: RecoveryDevice = RecoveryDevice.objects.create(user=account, name="recovery", confirmed=True)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(device=device, code_index=_index(account, read(one))) for one in codes
    )
    return device


def codes_left(account: Account) -> int:
    """How many codes still sign in."""
    return RecoveryCode.objects.filter(device__user=account, used_at=None).count()


def codes_renew(*, account: Account, token: str) -> list[str]:
    """Ten new codes for oneself, with a one-time password; the old ones are dead. Raises Refused."""
    with WithPassword(lambda: account, person=account, token=token):
        codes = codes_drawn()
        codes_store(account, codes)
        record(actor=account, action="staff.recovery.renew", object_type="account", object_id=account.pk)
    return codes


def looks_like_code(typed: str) -> bool:
    """Whether this was meant as a recovery code and not as a one-time password."""
    return len(read(typed)) == LENGTH


def code_use(*, account: Account, typed: str) -> RecoveryDevice | None:
    """The device, if this is one of the person's codes and was not used; it is used up. None for a wrong one.

    Tries take turns at the locked device and slow down, as those of one-time passwords. Call outside a transaction.
    """
    with transaction.atomic():
        devices = RecoveryDevice.objects.select_for_update().filter(user=account, confirmed=True)
        device: RecoveryDevice | None = devices.first()
        if device is None or not device.verify_is_allowed()[0]:  # type: ignore[no-untyped-call,unused-ignore]
            return None
        found = RecoveryCode.objects.filter(device=device, code_index=_index(account, read(typed)), used_at=None)
        if found.update(used_at=clock.now()):
            device.throttle_reset()  # type: ignore[no-untyped-call,unused-ignore]
            record(
                actor=account,
                action="staff.recovery.use",
                object_type="account",
                object_id=account.pk,
                details={"left": codes_left(account)},
            )
            return device
        device.throttle_increment()  # type: ignore[no-untyped-call,unused-ignore]
        devices.filter(throttling_failure_count__gt=WRONG).update(throttling_failure_count=WRONG)
    return None


def devices_drop(account: Account) -> None:
    """Every second factor of a person ends, and with them its sessions. Call inside a transaction."""
    TokenDevice.objects.filter(user=account).delete()
    WebAuthnCredential.objects.filter(user=account).delete()
    RecoveryDevice.objects.filter(user=account).delete()

"""One person, one account: signing in through a government provider, and joining two accounts of one person."""

from django.db import transaction
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account, AccountMerge, Assurance, IdentityLink, PhoneDevice, SignIn
from accounts.oidc import Identity, SignInFailed
from accounts.services import new_username, person_of
from audit.services import record
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import Refused
from foundation.locks import lock

SHOWN_SIGN_INS = 20


@transaction.atomic
def identity_sign_in(*, identity: Identity) -> tuple[Account, bool]:
    """The account of a person whom a provider vouches for, and whether another account only claims this number.

    What a provider proves outweighs what somebody typed: an account that merely stated the number, and has another
    phone, loses the number and is offered to be joined. Assurance is raised, never lowered. Raises SignInFailed.
    """
    document = identifiers.check("id", identity.id_number, role="guardian", today=clock.today())
    if not document.ok or not identity.name.strip():
        raise SignInFailed("token")
    index, subject = blind_index("person", document.value), blind_index(f"oidc:{identity.provider}", identity.subject)
    lock(f"person:{index}")  # of two first sign-ins at once, one makes the account
    link = (
        IdentityLink.objects.select_related("account").filter(provider=identity.provider, subject_index=subject).first()
    )
    phone = identifiers.check("mobile", identity.phone, role="guardian", today=clock.today())
    number = phone.value if phone.ok else ""
    holder = Account.objects.filter(id_index=index).first()
    account = person_of(link.account) if link else _known(holder, index, number)
    doubtful = holder is not None and holder != account
    if doubtful and holder is not None:
        _take_number_from(holder)
    account = account or _make(number)
    _vouch(account, identity.name.strip(), document.value, index, identity.level)
    if link is None:
        IdentityLink.objects.create(
            account=account, provider=identity.provider, subject_index=subject, linked_at=clock.now()
        )
    record(
        actor=account,
        action="sign_in",
        object_type="account",
        object_id=account.pk,
        details={"provider": identity.provider, "level": identity.level},
    )
    return account, doubtful


def _take_number_from(holder: Account) -> None:
    """Who merely stated a number loses it to the person it is proved to belong to."""
    holder.id_index = None
    holder.save(update_fields=["id_index"])
    record(actor=None, action="account.number_disproved", object_type="account", object_id=holder.pk)


def _vouch(account: Account, name: str, id_number: str, index: str, level: int) -> None:
    """The account is this person's from now on; assurance is raised, never lowered."""
    account.assurance = max(account.assurance, level)
    account.name, account.id_number, account.id_index = name, id_number, index
    account.save(update_fields=["assurance", "name", "id_number", "id_index"])


def identity_confirm(*, account: Account, name: str, id_number: str, level: int) -> bool:
    """Somebody who is signed in was checked against this name and number (normalised): the account is assured by it, as
    by a government sign-in. In the caller's transaction.

    False, and nothing changes, where another account was confirmed with this number, or this one with another: one
    person is one account.
    """
    index = blind_index("person", id_number)
    lock(f"person:{index}")
    mine = Account.objects.select_for_update().get(pk=account.pk)
    holder = Account.objects.filter(id_index=index).exclude(pk=mine.pk).first()
    if holder is not None and holder.assurance >= Assurance.VERIFIED:
        return False
    if mine.assurance >= Assurance.VERIFIED and mine.id_index not in {None, index}:
        return False
    if holder is not None:
        _take_number_from(holder)
    _vouch(mine, name, id_number, index, level)
    return True


def _known(holder: Account | None, index: str, number: str) -> Account | None:
    """Who this is among the accounts: by the number, if it was proved or its phone is the same; by the phone alone only
    when that account named nobody yet (a couple may share a phone).
    """
    phone_index = blind_index("phone", number) if number else ""
    if holder is not None and (holder.assurance >= Assurance.VERIFIED or holder.phone_index == phone_index):
        return holder
    same_phone = Account.objects.filter(phone_index=phone_index).first() if number else None
    if same_phone is None:
        return None
    found = person_of(same_phone)
    return found if found.kind == Account.Kind.GUARDIAN and found.id_index in {None, index} else None


def _make(number: str) -> Account:
    free = number and not Account.objects.filter(phone_index=blind_index("phone", number)).exists()
    return Account.objects.create(
        username=new_username(),
        phone=number if free else None,
        phone_index=blind_index("phone", number) if free else None,
        created_at=clock.now(),
    )


def sign_in_note(*, account: Account, way: str, address: str) -> None:
    """Remember a sign-in, for the person to look through. ``address`` is masked already."""
    SignIn.objects.create(account=account, at=clock.now(), way=way, address=address)


def sign_ins_of(account: Account) -> list[SignIn]:
    """The newest sign-ins, newest first."""
    return list(account.sign_ins.order_by("-pk")[:SHOWN_SIGN_INS])


@transaction.atomic
def sessions_end(*, account: Account) -> Account:
    """End every session of an account: each is tied to a secret that changes now."""
    locked = Account.objects.select_for_update().get(pk=account.pk)
    locked.set_unusable_password()
    locked.save(update_fields=["password"])
    record(actor=account, action="account.sign_out_everywhere", object_type="account", object_id=account.pk)
    return locked


def same_person(*, one: Account, other: Account, name: str, id_number: str) -> str:
    """How the two are one person: ``government`` or ``stated``. Raises Refused when that is not shown.

    Both phones are proved by the caller. Whoever holds two phones is not yet one person: the number of one account must
    be known, and no account may have another.
    """
    numbers = {account.id_index for account in (one, other)} | {
        blind_index("person", account.id_number) for account in (one, other) if account.id_number
    }
    numbers.discard(None)
    if max(one.assurance, other.assurance) >= Assurance.VERIFIED and len(numbers) == 1:
        return "government"
    checked = identifiers.check("id", id_number, role="guardian", today=clock.today())
    said = blind_index("person", checked.value) if checked.ok else ""
    names = {account.name for account in (one, other) if account.id_number}
    if numbers != {said} or names != {name.strip()}:
        text = _(
            "Name and number do not show that both accounts are yours. Please compare them with your identity "
            "document, sign in through the government sign-in, or go to a service point: a person will help."
        )
        raise Refused(text, code="other_person", field="guardian_id")
    return "stated"


def kept_and_emptied(one: Account, other: Account) -> tuple[Account, Account]:
    """Which of two accounts stays: the surer one, then the one with a number, then the older."""
    ordered = sorted((one, other), key=lambda a: (-a.assurance, a.id_index is None, a.pk))
    return ordered[0], ordered[1]


def merge_close(*, kept: Account, emptied: Account, proof: str, moved: dict[str, int]) -> AccountMerge:
    """The last step of a merge, in the caller's transaction: the emptied account leads to the kept one from now on."""
    if not kept.id_index and emptied.id_index:
        number, name, index = emptied.id_number, emptied.name, emptied.id_index
        Account.objects.filter(pk=emptied.pk).update(id_index=None)
        kept.id_number, kept.name, kept.id_index = number, name, index
    if not kept.phone and emptied.phone:
        PhoneDevice.objects.filter(phone_index=emptied.phone_index).update(user=kept)
        phone, phone_index = emptied.phone, emptied.phone_index
        Account.objects.filter(pk=emptied.pk).update(phone=None, phone_index=None)
        kept.phone, kept.phone_index = phone, phone_index
    kept.save(update_fields=["id_number", "name", "id_index", "phone", "phone_index"])
    emptied.refresh_from_db()
    emptied.id_index, emptied.merged_into, emptied.is_active = None, kept, False
    emptied.set_unusable_password()  # its sessions end; signing in again leads to the kept account
    emptied.save(update_fields=["id_index", "merged_into", "is_active", "password"])
    IdentityLink.objects.filter(account=emptied).update(account=kept)
    made = AccountMerge.objects.create(kept=kept, emptied=emptied, proof=proof, moved=moved, at=clock.now())
    record(
        actor=kept,
        action="account.merge",
        object_type="account",
        object_id=kept.pk,
        details={"emptied": emptied.pk, "proof": proof, **moved},
    )
    return made

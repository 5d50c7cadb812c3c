"""Whose identity is assured at this moment: to nobody else is shown what a register says."""

from dataclasses import dataclass

from accounts.models import Account, Assurance
from foundation import acting
from foundation.crypto import blind_index


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the name and document number that somebody vouches for."""

    name: str
    id_number: str


def assured_person(account: Account) -> Person | None:
    """Who uses this account, if a government sign-in or a passed face check vouches for it or, in an assisted visit, if
    a clerk read the document; None for who only typed a name and a number after a code by SMS.
    """
    assist = acting.current()
    if assist is not None:
        return Person(*assist.named) if assist.guardian_id == account.pk and all(assist.named) else None
    number = account.id_number or ""
    proved = account.assurance >= Assurance.VERIFIED and account.id_index == blind_index("person", number)
    return Person(account.name, number) if proved and account.name else None

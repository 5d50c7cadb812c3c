"""A final step: looked at, confirmed with a one-time password, looked at again, and made in one transaction."""

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Generic, TypeVar

from django.db import transaction

from accounts.models import Account
from accounts.services import totp_confirm

Found = TypeVar("Found")


class WithPassword(Generic[Found]):
    """``with WithPassword(look, person=..., token=...) as found``: what ``look`` returns, inside a transaction.

    ``look`` refuses what may not be done now; it is asked before the password, so that nobody spends one in vain, and
    again after it, under the locks of the step. The password is checked between the two transactions: a wrong one is
    counted although nothing else follows from it. Raises what ``look`` raises, and Refused for a wrong password.
    """

    def __init__(self, look: Callable[[], Found], *, person: Account, token: str) -> None:
        self._look, self._person, self._token = look, person, token
        self._open = ExitStack()

    def __enter__(self) -> Found:
        with transaction.atomic():
            self._look()
        totp_confirm(account=self._person, token=self._token)
        with ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            found = self._look()
            self._open = stack.pop_all()
        return found

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

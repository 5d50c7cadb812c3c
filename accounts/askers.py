"""Who asks, as far as a request shows it: a signed-in account, a browser known to accounts, an address.

A browser that signs in keeps a signed cookie with a mark of the account. With it the family's own telephone is told
from a stranger who types the family's number. The mark follows from a secret of the account that changes when it is
signed out everywhere, so a lost telephone becomes a stranger's. At a shared terminal nothing is kept.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from accounts.models import Account
from foundation.crypto import blind_index

COOKIE: Final = "known"
SALT: Final = "accounts.known"
YEAR_SECONDS: Final = 400 * 86_400
MOST_MARKS: Final = 5  # accounts that one family's telephone signs in to
MARK_DIGITS: Final = 24
ASK_SALT: Final = "accounts.ask"
ASK_SECONDS: Final = 600  # a code lives for half of it; shorter than wrong codes are remembered (accounts.tries)


@dataclass(frozen=True, slots=True)
class Asker:
    """``account``: its row id, when signed in. ``device`` and ``marks``: what the browser's cookie says. ``ask``: the
    key of a code that this browser had sent to the number it now types a code for. ``address`` is plain.
    """

    address: str = ""
    account: int = 0
    device: str = ""
    marks: frozenset[str] = frozenset()
    ask: str = ""

    @property
    def name(self) -> str:
        """By what a text to somebody's number is counted."""
        return f"account:{self.account}" if self.account else f"address:{self.address}"

    def knows(self, account: Account) -> bool:
        """Whether this browser is the account's own: signed in to it now, or once before."""
        return self.account == account.pk or mark_of(account) in self.marks

    def typing(self, account: Account) -> str:
        """By what wrong codes for a number of this account are counted; see ``accounts.tries``."""
        if self.ask:
            kind, who = "ask", self.ask
        elif self.knows(account):
            kind, who = "device", self.device or self.name
        else:
            kind, who = "other", self.name
        return f"{kind}:{blind_index('try', who)[:MARK_DIGITS]}"


def account_asker(account: Account) -> Asker:
    """A signed-in person, where no request is at hand."""
    return Asker(account=account.pk)


def mark_of(account: Account) -> str:
    """What a browser that signed in to the account carries."""
    return blind_index("known-browser", f"{account.pk}:{account.password}")[:MARK_DIGITS]


def _cookie(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's own name and the marks it carries; empty when there is no cookie or not one of ours."""
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR_SECONDS)
        device, marks = found
        return str(device), [str(one) for one in marks]
    except (signing.BadSignature, ValueError, TypeError):
        return "", []


def device_of(request: HttpRequest) -> str:
    """The name of a browser that has signed in before; "" for one that has not."""
    return _cookie(request)[0]


def asker_of(request: HttpRequest, *, address: str, ask: str = "") -> Asker:
    """Who makes this request. ``ask`` is what this browser was given when a code was sent."""
    device, marks = _cookie(request)
    user = getattr(request, "user", None)
    account = user.pk if isinstance(user, Account) else 0
    return Asker(address=address, account=account, device=device, marks=frozenset(marks), ask=ask)


def know_again(request: HttpRequest, account: Account) -> None:
    """This browser is the account's: it gets the mark with the answer to this request (``remember``)."""
    request.signed_in_as = account  # type: ignore[attr-defined]


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """The browser carries the account's mark from now on, if ``know_again`` said so and it is no shared terminal."""
    account: Account | None = getattr(request, "signed_in_as", None)
    if account is None or getattr(request, "terminal", None) is not None:
        return
    device, marks = _cookie(request)
    mark = mark_of(account)
    kept = [mark, *(one for one in marks if one != mark)][:MOST_MARKS]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or get_random_string(22), kept], salt=SALT),
        max_age=YEAR_SECONDS,
        samesite="Lax",
        secure=not settings.LOCAL,
        httponly=True,
    )


def seal_ask(number: str, ask: str) -> str:
    """For programs without a session: what shows that a code to this number was sent for them."""
    return signing.dumps([number, ask], salt=ASK_SALT)


def unseal_ask(sealed: str, number: str) -> str:
    """The key of the code that was sent to this number; "" when that is not shown."""
    try:
        told, ask = signing.loads(sealed, salt=ASK_SALT, max_age=ASK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(ask) if told == number else ""

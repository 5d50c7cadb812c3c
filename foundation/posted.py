"""What a form posted, read without trusting it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from foundation import clock
from foundation.errors import Refused


def number(text: str) -> int:
    """The whole number somebody typed or a page sent; 0 for anything else, which no row has for its number."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 18 else 0


def key(text: str) -> UUID:
    """The public key of a row that a page sent; for anything else the nil one, which no row has."""
    return next(iter(keys([text])), UUID(int=0))


def sent_key(text: str) -> UUID:
    """The public key that the page of a button sends with it. Raises Refused for a form that came damaged."""
    try:
        return UUID(text)
    except ValueError:
        raise Refused(_("Please press the button again."), code="token") from None


def keys(texts: Iterable[str]) -> list[UUID]:
    """Of what a page sent the public keys of rows, in their order; whatever is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def one_line(text: str) -> str:
    """What was typed into a field of one line: no breaks, no doubled spaces, nothing that a database cannot hold."""
    return " ".join(text.replace("\0", "").split())


def moment(text: str) -> datetime | None:
    """The day and time (Beijing) that a field of that kind sent; None for anything else."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        return None

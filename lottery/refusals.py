"""What the subjects say with one voice: a refusal of the pure engine in words, and a note that fits one line."""

from django.utils.translation import gettext as _

from foundation.errors import Refused
from foundation.wording import say
from lottery.engine.messages import MESSAGES, LotteryError


def one_line(value: str, field: str, most: int = 500) -> str:
    """A written reason or note on one line, kept as it was meant. Raises Refused when it is empty or unreadable."""
    text = " ".join(value.split())
    if not 1 <= len(text) <= most or not text.isprintable():
        raise Refused(_("Write this in 1 to %(most)d visible characters.") % {"most": most}, code="text", field=field)
    return text


def refused(error: LotteryError, field: str = "") -> Refused:
    """A refusal of the pure core in the active language."""
    return Refused(say(MESSAGES[error.code], error.params), code=error.code, field=field)

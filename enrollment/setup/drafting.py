"""What every draft that two people take shares: who saved since, and the one way in which it makes a step."""

from typing import Any, Protocol

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.setup.states import DRAFT, DraftEvent
from foundation.days import moment_said
from foundation.errors import Refused
from foundation.steps import make_step


class Ground(Protocol):
    """What a page was shown: the draft, or what stands, under one token."""

    @property
    def draft(self) -> Any: ...

    @property
    def token(self) -> str: ...


def refuse_old(found: Ground, token: str, otherwise: str) -> None:
    """Raises Refused where a page was opened before somebody else saved; ``otherwise``: where there is no draft."""
    if token == found.token:
        return
    if found.draft is not None:
        who: Account = found.draft.changed_by
        words = {"who": str(who), "at": moment_said(found.draft.changed_at)}
        text = _("%(who)s changed this at %(at)s, after you opened it. Nothing of yours was saved: look at it first.")
        raise Refused(text % words, code="changed")
    raise Refused(otherwise, code="changed")


def draft_step(draft: Any, event: DraftEvent, **values: Any) -> None:
    """Make one legal step of a draft. Raises Refused."""
    make_step(
        draft,
        DRAFT,
        event,
        illegal=lambda: Refused(_("This step is not possible now."), code="illegal_step"),
        overtaken=lambda: _("Somebody else was faster. Look again."),
        **values,
    )

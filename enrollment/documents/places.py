"""What a page can be given to: a material of an application, or an appeal. Both hold it until it must not change.

Everything else about documents - what is taken, how it arrives, how it is kept - is the same for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.appeals.models import Appeal
from enrollment.appeals.services import own_appeal_locked
from enrollment.documents.materials import materials_for, pages_given
from enrollment.seasons.models import Application, ApplicationState, Draft
from enrollment.seasons.selectors import may_amend, own_draft_locked
from enrollment.seasons.services.rounds import refuse_unless_open
from foundation import clock
from foundation.errors import Refused
from schools.switches import offered

MOST_PAGES: Final = 20  # of one material or one appeal, photos and PDFs together


ITEM: Final = "document:"  # how a request for correction names a material


@dataclass(frozen=True, slots=True)
class Held:
    """A place that takes pages now, its row locked: pages are added one after the other."""

    at: Mapping[str, Draft | Appeal]  # the column that names the place, and its row
    district: str
    pages: int

    def refuse_if_full(self) -> None:
        """Raises Refused when the place has all the pages it may have."""
        if self.pages >= MOST_PAGES:
            text = _("This document has %(most)s pages already. Please remove one before you add another.")
            raise Refused(text % {"most": MOST_PAGES}, code="too_many", field="file")

    def refuse_if_closed(self) -> None:
        """Raises Refused where the district takes no files at the moment; what is there stays."""
        if not offered("uploads", self.district):
            text = _(
                "Files are not taken here at the moment. Bring the document to a service point, or try again later."
            )
            raise Refused(text, code="not_offered", field="file")


class Place(Protocol):
    """Where a page goes."""

    @property
    def kind(self) -> str:
        """The material the page belongs to, as it is stored and named in the log."""

    def hold(self, guardian: Account) -> Held:
        """Lock the place, inside a transaction. Raises NotAllowed, Refused when it takes no page now."""


@dataclass(frozen=True, slots=True)
class OfDraft:
    """A material of an application that is being filled in, or of one that was returned with a request for it."""

    draft_id: UUID
    kind: str

    def hold(self, guardian: Account) -> Held:
        """Raises NotAllowed, Refused (not asked, submitted, late)."""
        draft = own_draft_locked(guardian, self.draft_id)
        _refuse_unless_wanted(draft, self.kind)
        count = sum(page.kind == self.kind for page in pages_given(draft))
        return Held({"draft": draft}, draft.round.season.district_id, count)


@dataclass(frozen=True, slots=True)
class OfAppeal:
    """An appeal, until it is decided or taken back. Its documents are no part of any version of the application."""

    appeal_id: UUID
    kind: str = "appeal"

    def hold(self, guardian: Account) -> Held:
        """Raises NotAllowed, Refused (decided, taken back)."""
        appeal = own_appeal_locked(guardian, self.appeal_id)
        if not appeal.is_open:
            text = _(
                "This appeal is closed: documents can no longer be added or taken away. If something new has come up, "
                "please call the bureau."
            )
            raise Refused(text, code="closed", field="file")
        return Held({"appeal": appeal}, appeal.application.district_code, appeal.documents.count())


def _refuse_unless_wanted(draft: Draft, kind: str) -> None:
    """Raises Refused unless this material is asked for now: by the policy, or by the reviewer who returned it."""
    filed = (
        Application.objects.filter(child=draft.child, round=draft.round)
        .exclude(state=ApplicationState.WITHDRAWN)
        .first()
    )
    if filed is None or may_amend(filed, draft.round):
        refuse_unless_open(draft.round)
        wanted = {material.id for material in materials_for(draft)}
    else:
        asked = filed.returns.filter(answered_at__isnull=True).order_by("-id").first()
        if filed.state != ApplicationState.RETURNED or asked is None:
            text = _("This application is submitted. It can be changed only when the school asks for it.")
            raise Refused(text, code="filed")
        if clock.deadline_passed(asked.deadline):
            text = _("The time for corrections is over. Please call the bureau: a person will help.")
            raise Refused(text, code="late")
        wanted = {item.removeprefix(ITEM) for item in asked.items if item.startswith(ITEM)}
    if kind not in wanted:
        raise Refused(_("This document is not asked for. You need not give it."), code="not_asked")

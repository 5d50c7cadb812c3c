"""The second look at a signed paper: before it opens a family's pages, a person other than the clerk compares it.

A clerk who knew a name and a number could otherwise open any family's application with a photo of nothing. The second
person is a trained clerk or helper, a reviewer or an official of the visit's county.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account, Role
from accounts.scopes import scope
from enrollment.assisted.models import AssistEvent, AssistVisit, PaperLook
from enrollment.assisted.visits.services import end, event, no_such_visit, over, trained, visit_open
from foundation import clock
from foundation.errors import Refused

LONGEST_NOTE = 300  # characters


def may_look(account: Account, district: str) -> bool:
    """Whether the account may look at papers of a county (its full code)."""
    mine = scope(account)
    if mine.may(Ability.APPLICATION_ASSIST, district=district):
        return trained(account)
    return any(
        role in {Role.Name.REVIEWER, Role.Name.OFFICIAL} and district.startswith(reach.district)
        for role, reach in mine.reaches
    )


def waiting_paper(looker: Account, visit_id: UUID) -> AssistVisit:
    """A visit whose paper waits for this person, its row locked if a transaction is open. Raises NotAllowed."""
    rows = AssistVisit.objects.select_related("guardian", "operator", "district", "consent")
    visit = rows.filter(public_id=visit_id, consent__way="paper").first()
    if visit is None or visit.operator_id == looker.pk or not may_look(looker, visit.district_id):
        raise no_such_visit()
    return visit


@transaction.atomic
def paper_look(*, looker: Account, visit_id: UUID, passed: bool, note: str = "") -> AssistVisit:
    """Let a signed paper pass, which opens the visit, or not, which ends it; a ``note`` says why not.

    Raises NotAllowed (one's own visit, another county), Refused (looked at already, over, no reason).
    """
    locked = AssistVisit.objects.select_for_update().filter(public_id=visit_id).first()
    visit = waiting_paper(looker, visit_id)
    if locked is None or PaperLook.objects.filter(visit=visit).exists():
        raise Refused(_("A colleague has looked at this paper already."), code="looked")
    if visit.ended_at is not None or over(visit):
        raise Refused(_("This visit is over. The clerk begins a new one."), code="over")
    words = note.replace("\0", "").strip()[:LONGEST_NOTE]
    if not passed and not words:
        raise Refused(_("Please say in a few words what is not right."), code="note", field="note")
    PaperLook.objects.create(visit=visit, looker=looker, passed=passed, note=words, at=clock.now())
    event(visit, AssistEvent.Kind.LOOKED, looker, words)
    if passed:
        return visit_open(visit)
    end(visit, "refused", looker)
    return visit

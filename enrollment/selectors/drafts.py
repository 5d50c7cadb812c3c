"""The queries of drafts that every page of a family makes, each with its child, its round and the round's policy."""

from typing import Any

from django.db.models import QuerySet

from enrollment.models import Draft
from foundation import acting
from foundation.prepared import Prepared


def _whole(**which: Any) -> QuerySet[Draft]:
    """Drafts with all that filing needs; a policy's long text is read where it is not compiled yet."""
    related = Draft.objects.select_related("child", "round__season__district", "round__policy")
    return related.defer("round__policy__text").filter(**which)


def _locked(**which: Any) -> QuerySet[Draft]:
    """Only the draft is locked: a lock on its round would make every family of a county wait for every other."""
    return _whole(**which).select_for_update(of=("self",))


# by public id and guardian
DRAFT = Prepared(lambda draft, guardian: _whole(public_id=draft, child__guardian=guardian), 2)
DRAFT_LOCKED = Prepared(lambda draft, guardian: _locked(public_id=draft, child__guardian=guardian), 2)
# by child and round
CHILDS_DRAFT_LOCKED = Prepared(lambda child, round_: _locked(child=child, round=round_), 2)


def in_reach(district: str) -> bool:
    """Whether what a family has in this county may be shown: to a clerk only what belongs to the visit's county."""
    hands = acting.current()
    return hands is None or hands.district == district

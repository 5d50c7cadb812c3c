"""What stands around a case on its page: notes, errands, who has it, a decision that can be taken back."""

from typing import Any

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.models import Entry
from audit.selectors import looked_at
from audit.words import action_words, actor_words
from enrollment.desk.models import Errand
from enrollment.review.models import HeldDecision
from enrollment.review.readings import readings_for
from enrollment.review.staff.case import Case
from enrollment.seasons.models import Application
from foundation import clock


def around(case: Case, reviewer: Account) -> dict[str, Any]:
    """The parts of the page beside the case itself, by the names its template uses."""
    application, parts = case.application, case.parts
    held: HeldDecision | None = getattr(application, "held_decision", None)
    return {
        "desk": getattr(application, "desk", None),
        "notes": application.case_notes.select_related("by") if parts.notes else (),
        "errands": application.errands.select_related("made_by", "for_whom", "done_by") if parts.errands else (),
        "errand_kinds": Errand.Kind.choices,
        "held": held if held and not held.refused else None,
        "may_take_back": bool(held and held.reviewer_id == reviewer.pk and held.effective_at > clock.now()),
        "given_back": held.refused if held else "",
        "reading": readings_for(reviewer).filter(application=application).first() if parts.reading else None,
        "colleagues": parts.colleagues,
        "today": clock.today(),
        "looked": _looked(application) if scope(reviewer).any(Ability.AUDIT_VIEW) else [],
    }


def _looked(application: Application) -> list[tuple[Entry, str, str]]:
    """Who read or changed the case, and what: for supervisors."""
    rows = looked_at(object_id=application.pk)
    return [(one, actor_words(one.actor_label), action_words(one.action)) for one in rows]

"""What stands around a case on its page: notes, errands, who has it, a decision that can be taken back."""

from typing import Any

from django.db.models import Exists, OuterRef

from accounts.abilities import OF_ROLE, Ability
from accounts.models import Account, Role
from accounts.scopes import scope
from audit.models import Entry
from audit.selectors import looked_at
from audit.words import action_words, actor_words
from enrollment.desk.models import CaseNote, Errand
from enrollment.review.models import HeldDecision
from enrollment.review.readings import readings_for
from enrollment.seasons.models import Application
from foundation import clock

MOST_COLLEAGUES = 60


def around(application: Application, reviewer: Account) -> dict[str, Any]:
    """The parts of the page beside the case itself, by the names its template uses."""
    held: HeldDecision | None = getattr(application, "held_decision", None)
    notes, errands, reading = _there(application, reviewer)
    return {
        "desk": getattr(application, "desk", None),
        "notes": application.case_notes.select_related("by") if notes else (),
        "errands": application.errands.select_related("made_by", "for_whom", "done_by") if errands else (),
        "errand_kinds": Errand.Kind.choices,
        "held": held if held and not held.refused else None,
        "may_take_back": bool(held and held.reviewer_id == reviewer.pk and held.effective_at > clock.now()),
        "given_back": held.refused if held else "",
        "reading": readings_for(reviewer).filter(application=application).first() if reading else None,
        "colleagues": colleagues(application),
        "today": clock.today(),
        "looked": _looked(application) if scope(reviewer).any(Ability.AUDIT_VIEW) else [],
    }


def _there(application: Application, reviewer: Account) -> tuple[bool, bool, bool]:
    """Whether there are notes, errands, a second reading: of most cases there is none, and one statement says so."""
    of_case = {"application": OuterRef("pk")}
    rows = Application.objects.filter(pk=application.pk).values_list(
        Exists(CaseNote.objects.filter(**of_case)),
        Exists(Errand.objects.filter(**of_case)),
        Exists(readings_for(reviewer).filter(**of_case)),
    )
    notes, errands, reading = rows.get()
    return notes, errands, reading


def _looked(application: Application) -> list[tuple[Entry, str, str]]:
    """Who read or changed the case, and what: for supervisors."""
    rows = looked_at(object_id=application.pk)
    return [(one, actor_words(one.actor_label), action_words(one.action)) for one in rows]


def colleagues(application: Application) -> list[str]:
    """The names of those who may decide this case, for handing it on."""
    today = clock.today()
    able = [name for name, opened in OF_ROLE.items() if Ability.APPLICATION_REVIEW in opened]
    rows = Role.objects.filter(name__in=able, account__is_active=True).select_related("account")
    here = [
        one.account.username
        for one in rows
        if one.holds_on(today)
        and application.district_code.startswith(one.district_code)
        and one.school_code in {"", application.review_school_id}
    ]
    return sorted(set(here))[:MOST_COLLEAGUES]

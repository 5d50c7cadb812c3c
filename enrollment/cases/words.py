"""A case in words, for the pages of reviewers, departments and sheets alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from enrollment.cases.models import Enquiry, JointCase
from enrollment.cases.services.contradictions import ASKED
from enrollment.cases.states import CaseNote, EnquiryEvent, JointCaseEvent
from enrollment.filing import form
from enrollment.review.settling import spec_of, words
from enrollment.review.staff.case import field_label, shown
from enrollment.seasons.selectors import version_of
from foundation.wording import content_language
from schools.matching import divisions
from verification.models import Agency
from verification.words import label_of, value_words

EVENTS: Final[Mapping[str, Promise]] = {
    CaseNote.OPEN: lazy("Case opened"),
    JointCaseEvent.ASK: lazy("Another department asked"),
    EnquiryEvent.ANSWER: lazy("Department answered"),
    EnquiryEvent.PASS_ON: lazy("Handed on"),
    CaseNote.REMIND: lazy("Reminded"),
    EnquiryEvent.WITHDRAW: lazy("Taken back"),
    JointCaseEvent.COMPLETE: lazy("All answers are in"),
    JointCaseEvent.JOIN: lazy("Joined to another case"),
    JointCaseEvent.TAKE: lazy("Answer taken as settled"),
    JointCaseEvent.CLOSE: lazy("Case closed"),
    CaseNote.GAP: lazy("Counted with a data gap"),
    JointCaseEvent.GIVE: lazy("Points transferred"),
    JointCaseEvent.REFUSE: lazy("Transfer refused"),
    JointCaseEvent.CARRY: lazy("Counted in full by a decision"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in doubt: what the family says, and what the register says."""

    label: str
    declared: str
    held: str


def title_of(case: JointCase) -> str:
    """What is in doubt, in a few words."""
    if case.kind == JointCase.Kind.POINTS:
        return _("Points of %(town)s, home in %(residence)s") % {
            "town": case.about.get("town") or "—",
            "residence": case.about.get("residence") or _("another town"),
        }
    if case.fact:
        return str(spec_of(version_of(case.application), case.fact).label.of(content_language()))
    return str(Agency(case.agency).label) if case.agency else _("Another matter")


def question_of(enquiry: Enquiry) -> str:
    """What a department is asked: the reviewer's sentence, or what a case of this kind asks."""
    case = enquiry.case
    if case.kind == JointCase.Kind.REGISTER:
        return _(ASKED)
    if case.kind != JointCase.Kind.POINTS:
        return str(case.question)
    names = {"town": case.about.get("town") or "—", "residence": case.about.get("residence") or _("another town")}
    return {
        Enquiry.Part.GIVES: _("The family lives in %(residence)s. Will you transfer the points to that town?"),
        Enquiry.Part.RECEIVES: _("The points were given by %(town)s. Will you take them over?"),
        Enquiry.Part.POLICE: _("Does the family live in %(residence)s by its residence permit?"),
    }[Enquiry.Part(enquiry.part)] % names


def rows_of(case: JointCase) -> list[Row]:
    """What is in doubt, side by side; document numbers are masked."""
    found = []
    for row in case.about.get("rows", ()):
        known = row["field"] in form.BY_NAME
        label = field_label(row["field"]) if known else label_of(row["field"])
        declared, held = shown(row["field"], row["declared"]), shown(row["field"], row["held"])
        found.append(Row(label, declared, held if known else value_words(held)))
    if not found and case.fact and case.about.get("declared"):
        spec = spec_of(version_of(case.application), case.fact)
        value: object = case.about["declared"]
        if spec.kind == "flag":
            value = value == "true"
        found.append(Row(spec.label.of(content_language()), words(spec, value), ""))
    return found


def child_of(case: JointCase) -> tuple[str, str]:
    """The child's name and number as a department sees them: whole only where they are needed to answer."""
    child = case.application.child
    if case.names_child:
        return child.name, child.id_number
    return f"{child.name[:1]}＊", identifiers.mask("id", child.id_number)


def division_name(code: str) -> str:
    """A county or town by name; its code where it is not known."""
    found = divisions.get(code)
    return found.name if found else code

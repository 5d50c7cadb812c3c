"""What a helper sees of a family's form from afar, and what the family sees of the helper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from enrollment.assisted.models import HelpHint, HelpSession
from enrollment.assisted.remote_help.services import live
from enrollment.filing import form
from enrollment.filing.asked import questions_for
from enrollment.forms.fields import answer_words, error_text
from enrollment.forms.questions import Field
from enrollment.seasons.models import Draft
from foundation import clock

ANSWERED, MISSING, WRONG = "answered", "missing", "wrong"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a helper sees it. ``value`` and ``problem`` are empty unless the family shows its answers."""

    name: str
    label: str
    state: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    name: str
    questions: tuple[Question, ...]

    @property
    def open(self) -> int:
        """How many questions still need the family."""
        return sum(one.state != ANSWERED for one in self.questions)


def help_pages(session: HelpSession) -> list[HelpPage]:
    """The pages of the form with what is answered, missing or wrong."""
    draft = session.draft
    if draft is None:
        return []
    fields = questions_for(draft)
    return [_page(name, draft, fields, shown=session.show_answers) for name in form.PAGES if name != "needs"]


def _page(name: str, draft: Draft, fields: Sequence[Field], *, shown: bool) -> HelpPage:
    answers: Mapping[str, str] = draft.answers
    today, number = clock.today(), draft.child.id_number
    _clean, errors = form.validate_page(name, answers, today, child_id=number, fields=fields)
    rows = []
    for field in form.page_fields(name, fields):
        if not form.asked(field, answers):
            continue
        value, error = str(answers.get(field.name) or field.default), errors.get(field.name)
        state = ANSWERED if error is None else WRONG if value else MISSING
        words = (identifiers.mask("id", value) if field.kind == "id" else answer_words(field, value)) if shown else ""
        rows.append(Question(field.name, _(field.label), state, words, error_text(error) if error and shown else ""))
    if name == "choices":
        chosen = str(answers.get("choices") or "")
        rows.insert(0, Question("choices", _("Schools"), ANSWERED if chosen else MISSING, "", ""))
    return HelpPage(name, tuple(rows))


@dataclass(frozen=True, slots=True)
class HintView:
    hint: HelpHint
    label: str
    page: str


def hints_of(session: HelpSession) -> list[HintView]:
    """The helper's words, newest first, each with its question and the page it stands on."""
    views = []
    fields = {field.name: field for field in (questions_for(session.draft) if session.draft else form.FIELDS)}
    for hint in session.hints.order_by("-id"):
        field = fields.get(hint.field)
        views.append(HintView(hint, _(field.label) if field else _("Schools"), field.page if field else "choices"))
    return views


def help_of(guardian: Account, session_id: UUID | None = None) -> HelpSession | None:
    """The family's help under way, or the one that is named; None when there is none."""
    rows = HelpSession.objects.select_related("helper", "draft").filter(guardian=guardian)
    if session_id is not None:
        return rows.filter(public_id=session_id).first()
    found = rows.filter(ended_at__isnull=True).order_by("-asked_at").first()
    return found if live(found) else None


@dataclass(frozen=True, slots=True)
class HelpCounts:
    """How many helps were given in a person's places, and how many different families."""

    helps: int
    families: int
    hints: int


def help_counts(helper: Account) -> HelpCounts:
    """The helper's own log in numbers."""
    mine = HelpSession.objects.filter(helper=helper)
    families = mine.values("guardian_id").distinct().count()
    return HelpCounts(mine.count(), families, HelpHint.objects.filter(session__helper=helper).count())

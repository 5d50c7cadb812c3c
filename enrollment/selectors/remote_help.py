"""What a helper sees of a family's form from afar, and what the family sees of the helper."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from enrollment import form
from enrollment.models import Draft, HelpHint, HelpSession
from enrollment.selectors.core import answer_words
from enrollment.services.remote_help import live
from enrollment.services.submission import error_text
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
    return [_page(name, draft, shown=session.show_answers) for name in form.PAGES if name != "needs"]


def _page(name: str, draft: Draft, *, shown: bool) -> HelpPage:
    answers: Mapping[str, str] = draft.answers
    _clean, errors = form.validate_page(name, answers, clock.today())
    rows = []
    for field in form.page_fields(name):
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
    for hint in session.hints.order_by("-id"):
        field = form.BY_NAME.get(hint.field)
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
    """How many helps were given in a person's places, and how many different families (R94)."""

    helps: int
    families: int
    hints: int


def help_counts(helper: Account) -> HelpCounts:
    """The helper's own log in numbers (R92)."""
    mine = HelpSession.objects.filter(helper=helper)
    families = mine.values("guardian_id").distinct().count()
    return HelpCounts(mine.count(), families, HelpHint.objects.filter(session__helper=helper).count())

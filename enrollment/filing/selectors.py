"""Reads of a family on its way to a submission: children, what registers answered, answers in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.filing import form
from enrollment.filing.asked import questions_of
from enrollment.forms.fields import answer_words
from enrollment.forms.questions import Field
from enrollment.guardians.binding.keys import APART
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Child, Draft, Round
from enrollment.seasons.naming.described import answers_of
from enrollment.seasons.rules.forms import form_of
from enrollment.seasons.rules.own_form import OWN, THANKS
from enrollment.seasons.selectors import open_rounds
from enrollment.seasons.states import LIVE_STATES
from foundation.wording import content_language


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child on the guardian's first page: what was filed, what is begun, what could be filed."""

    child: Child
    applications: tuple[Application, ...]
    drafts: tuple[Draft, ...]
    rounds: tuple[Round, ...]


def children_of(guardian: Account) -> list[ChildView]:
    """The guardian's children with everything that can be done for each."""
    children = Child.objects.filter(guardian=guardian).order_by("created_at")
    rounds = list(open_rounds())
    views = []
    for child in children.prefetch_related("applications__round__season", "drafts__round"):
        applications = tuple(sorted(child.applications.all(), key=lambda a: a.submitted_at, reverse=True))
        live = {a.round_id for a in applications if a.state != ApplicationState.WITHDRAWN}
        drafts = tuple(d for d in child.drafts.all() if d.round_id not in live and d.round in rounds)
        begun = {draft.round_id for draft in drafts}
        views.append(
            ChildView(child, applications, drafts, tuple(r for r in rounds if r.pk not in live and r.pk not in begun))
        )
    return views


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer on the check-your-answers page."""

    name: str
    page: str
    label: str
    value: str


def answer_rows(answers: Mapping[str, str], fields: Sequence[Field] = form.FIELDS) -> list[AnswerRow]:
    """The questions that were asked, with their answers in words; ``fields`` are those of the form in question."""
    rows = []
    for field in fields:
        if not form.asked(field, answers):
            continue
        value = answers.get(field.name, "") or field.default
        if field.name in form.NEEDS and not value:
            continue
        rows.append(AnswerRow(field.name, field.page, _(field.label), answer_words(field, value)))
    return rows


def filed_rows(version: ApplicationVersion) -> list[AnswerRow]:
    """The answers of what was filed, in words, by the form it was filed with; special needs are read elsewhere."""
    return answer_rows(answers_of(version), questions_of(version.form_id))


def own_rows(version: ApplicationVersion) -> list[AnswerRow]:
    """Of these the answers to the district's own questions."""
    return [row for row in filed_rows(version) if row.name.startswith(OWN)]


def thanks_of(version: ApplicationVersion) -> str:
    """The district's thanks to a family that has filed, "" for none."""
    return form_of(version.form_id).text(THANKS, content_language())


def unfiled_twins(draft: Draft) -> list[Child]:
    """The guardian's other children of the same birth, perhaps over midnight, who are to be kept together but are not
    filed yet.
    """
    if draft.answers.get("keep_siblings") != "yes":
        return []
    child = draft.child
    days = (child.birth_date - APART, child.birth_date + APART)
    others = Child.objects.filter(guardian=child.guardian, birth_date__range=days).exclude(pk=child.pk)
    live = Application.objects.filter(round=draft.round, state__in=LIVE_STATES).values("child_id")
    return list(others.exclude(pk__in=live))

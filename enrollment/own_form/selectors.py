"""What the pages of a form show: what stands, what is drafted, what may be left out and why not, what would change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.filing import form
from enrollment.forms.fields import FormField, form_field
from enrollment.own_form.models import FormDraft
from enrollment.seasons.models import Application, Draft, Round
from enrollment.seasons.rules.forms import content_of
from enrollment.seasons.rules.own_form import (
    CLASS,
    INTRO,
    LANGUAGES,
    LONGEST_TEXT,
    MATERIAL,
    THANKS,
    Content,
    OwnForm,
    asks_more,
    mistakes,
)
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_round_in_care
from enrollment.seasons.states import ENDED_STATES
from enrollment.setup.selectors import Place, place_for
from enrollment.setup.states import OPEN
from foundation.wording import content_language, say
from policy.facts import DICTIONARY
from schools.models import Stage


@dataclass(frozen=True, slots=True)
class FormGround:
    """The form of a round on its way, and by what a page is known to be old."""

    place: Place
    round: Round
    standing: Content
    draft: FormDraft | None

    @property
    def year(self) -> int:
        return self.round.season.year

    @property
    def body(self) -> Content:
        return self.draft.body if self.draft else self.standing

    @property
    def token(self) -> str:
        """The version that a page was filled from."""
        return f"{self.draft.pk}-{self.draft.revision}" if self.draft else f"v{self.round.form_id or 0}"

    @property
    def more(self) -> bool:
        return asks_more(self.standing, self.body)


def rounds_of(account: Account, district: str, year: int) -> tuple[Place, list[FormGround]]:
    """Every announced round of a season. Raises NotAllowed."""
    place = place_for(account, district, year)
    rows = Round.objects.filter(season__district=district, season__year=year, season__rehearsal=False)
    return place, [_ground(place, one) for one in rows.select_related("season", "policy").order_by("opens_at", "pk")]


def form_ground(account: Account, district: str, year: int, stage: str, kind: str) -> FormGround:
    """Raises NotAllowed."""
    place = place_for(account, district, year)
    rows = Round.objects.filter(season__district=district, season__year=year, season__rehearsal=False)
    found = rows.select_related("season", "policy").filter(stage=stage, kind=kind).first()
    if found is None:
        raise no_round_in_care()
    return _ground(place, found)


def _ground(place: Place, round_: Round) -> FormGround:
    drafts = FormDraft.objects.filter(round=round_, state__in=OPEN).select_related("changed_by", "asked_by")
    return FormGround(place, round_, content_of(round_.form_id), drafts.first())


@dataclass(frozen=True, slots=True)
class Optional:
    """A question that may be left out, or why it may not: what the rules look at."""

    name: str
    label: str
    page: str
    rule: str


def optional_questions(round_: Round) -> list[Optional]:
    uses = compiled(round_.policy).uses
    found = []
    for name in form.MAY_BE_OFF:
        field, fact = form.BY_NAME[name], form.needed_for(name, uses)
        found.append(Optional(name, _(field.label), field.page, _fact_words(round_, fact) if fact else ""))
    return found


def _fact_words(round_: Round, fact: str) -> str:
    spec = DICTIONARY.get(fact) or compiled(round_.policy).local_facts.get(fact)
    return f"{round_.policy} · {spec.label.of(content_language()) if spec else fact}"


def materials_of(round_: Round) -> dict[str, str]:
    """The materials that the rules of a round may ask for, in words."""
    language = content_language()
    return {one.id: one.name.of(language) for group in compiled(round_.policy).groups for one in group.materials}


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A place for a text of the district's own."""

    key: str
    label: str
    help: str
    most: int


def text_places(round_: Round) -> list[TextPlace]:
    """Where a district may say something of its own in this round."""
    found = [
        TextPlace(INTRO, _("Introduction"), _("Stands at the top of the first page of the form."), LONGEST_TEXT[INTRO]),
        TextPlace(
            THANKS, _("Thanks"), _("Stands on the page after submission and on the receipt."), LONGEST_TEXT[THANKS]
        ),
    ]
    if round_.stage != Stage.KINDERGARTEN and round_.kind == Round.Kind.MAIN:
        text = _("What a class is called, with {number} in it. Families read it with their child's class.")
        found.append(TextPlace(CLASS, _("Name of a class"), text, LONGEST_TEXT[CLASS]))
    for kind, name in materials_of(round_).items():
        label = _("Hint: %(material)s") % {"material": name}
        found.append(TextPlace(f"{MATERIAL}{kind}", label, "", LONGEST_TEXT[MATERIAL]))
    return found


def wrong_places(round_: Round, content: Mapping[str, Any]) -> dict[str, str]:
    """What stands against a content in this round, by place and in words; {} for nothing."""
    optional = {one.name: one.rule for one in optional_questions(round_)}
    found = mistakes(content, pages=form.STEPS, optional=optional, materials=list(materials_of(round_)))
    places = {one.key for one in text_places(round_)}
    lost = {
        f"texts.{key}": _("There is no such place for a text in this round.") for key in {*content["texts"]} - places
    }
    words: dict[str, str] = {}
    for one in found:
        words.setdefault(one.place, say(one.message, one.params))
    return {**lost, **words}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what stands and the draft, in words."""

    what: str
    before: str
    after: str


def changes(found: FormGround) -> list[Change]:
    before, after, language = found.standing, found.body, content_language()
    rows = []
    for name in form.MAY_BE_OFF:
        was, now = name in before["off"], name in after["off"]
        if was != now:
            words = {True: _("not asked"), False: _("asked")}
            rows.append(Change(_(form.BY_NAME[name].label), words[was], words[now]))
    old, new = ({one["name"]: one for one in body["extra"]} for body in (before, after))
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            label = (new.get(name) or old[name])["label"][language]
            rows.append(Change(label, _question_words(old.get(name)), _question_words(new.get(name))))
    labels = {one.key: one.label for one in text_places(found.round)}
    for key in {**before["texts"], **after["texts"]}:
        was_said, says = (_both(body["texts"].get(key, {})) for body in (before, after))
        if was_said != says:
            rows.append(Change(labels.get(key, key), was_said, says))
    return rows


def _both(words: Mapping[str, str]) -> str:
    return " / ".join(words[language] for language in LANGUAGES if words.get(language))


def _question_words(one: Mapping[str, Any] | None) -> str:
    """A question of the district's own, a matter a line: both labels, how it is answered, what for, by which law."""
    if one is None:
        return ""
    parts = [_both(one["label"]), f"{kind_words()[one['kind']]} · {page_words()[one['page']]}"]
    parts.append("、".join(_both(each) for each in one["options"]))
    parts.append(_("must be answered") if one["required"] else _("optional"))
    parts.append(_("a second guardian may read it") if one["shared"] else "")
    why = {_("Help"): one["help"], _("What it is for"): one["purpose"], _("Legal basis"): one["basis"]}
    parts += [f"{label}: {_both(words)}" for label, words in why.items() if words]
    return "\n".join(filter(None, parts))


def kind_words() -> dict[str, str]:
    return {
        "text": _("Text"),
        "choice": _("One of several answers"),
        "yes_no": _("Yes or no"),
        "date": _("Date"),
        "whole": _("Number"),
    }


def page_words() -> dict[str, str]:
    """The pages on which a question of the district's own may stand."""
    return {
        "guardian": _("About you"),
        "household": _("Household register"),
        "home": _("The home"),
        "work": _("Residence permit and insurance"),
        "choices": _("Schools"),
    }


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a change reaches: who has filed keeps the form as it was, who has begun is asked the new one."""

    filed: int
    begun: int


def concerned(round_: Round) -> Concerned:
    filed = Application.objects.filter(round=round_).exclude(state__in=ENDED_STATES)
    begun = Draft.objects.filter(round=round_).exclude(child__in=filed.values("child"))
    return Concerned(filed.count(), begun.count())


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A page of the form as a family will see it."""

    title: str
    fields: tuple[FormField, ...]


def preview_pages(found: FormGround) -> list[PreviewPage]:
    """Every question with all its conditions, in the language that is read now."""
    fields = form.fields_with(OwnForm.of(found.body), content_language())
    return [
        PreviewPage(title, tuple(_unconditional(form_field(field, {}, {})) for field in form.page_fields(page, fields)))
        for page, title in page_words().items()
    ]


def _unconditional(field: FormField) -> FormField:
    """Shown whatever else is answered."""
    return replace(field, when="")

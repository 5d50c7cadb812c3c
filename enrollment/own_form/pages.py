"""The page on which a form is edited: what it posted as content, and a content as its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from enrollment.filing import form
from enrollment.own_form.selectors import TextPlace, kind_words, optional_questions, page_words, text_places
from enrollment.seasons.models import Round
from enrollment.seasons.rules.own_form import FLAGS, LANGUAGES, MOST_QUESTIONS, WORDS, Content

LONGEST: Final = 2000  # characters of one input, before it is judged


def new_question() -> dict[str, Any]:
    words: dict[str, Any] = {name: {} for name in WORDS}
    return {"name": "", "page": "guardian", "kind": "text", "options": [], "required": False, "shared": False, **words}


def posted(data: QueryDict, round_: Round) -> Content:
    """What the page says; a text that is empty in both languages is none."""
    asked = set(data.getlist("on"))
    texts = {one.key: _words(data, f"texts.{one.key}") for one in text_places(round_)}
    extra = [_question(data, f"extra.{n}") for n in range(MOST_QUESTIONS + 1) if f"extra.{n}.kind" in data]
    return {
        "off": [name for name in form.MAY_BE_OFF if name not in asked],
        "extra": extra,
        "texts": {key: words for key, words in texts.items() if words},
    }


def _question(data: QueryDict, place: str) -> dict[str, Any]:
    kind = _read(data, f"{place}.kind")
    return {
        "name": _read(data, f"{place}.name"),
        "page": _read(data, f"{place}.page"),
        "kind": kind,
        **{name: _words(data, f"{place}.{name}") for name in WORDS},
        "options": _options(_read(data, f"{place}.options")) if kind == "choice" else [],
        **{flag: f"{place}.{flag}" in data for flag in FLAGS},
    }


def _read(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST]


def _words(data: QueryDict, place: str) -> dict[str, str]:
    said = {language: _read(data, f"{place}.{language}") for language in LANGUAGES}
    return {language: text for language, text in said.items() if text}


def _options(text: str) -> list[dict[str, str]]:
    """One answer a line: ``bus = 公交 | By bus``."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        value, _equals, words = line.partition("=")
        zh, _bar, en = words.replace("｜", "|").partition("|")
        found.append({"value": value.strip(), "zh": zh.strip(), "en": en.strip()})
    return found


def option_lines(options: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{one['value']} = {one['zh']} | {one['en']}" for one in options)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages: two inputs, each with its value and mistake."""

    place: str
    label: str
    help: str
    rows: int
    inputs: tuple[tuple[str, str, str, str], ...]  # name, language in words, value, mistake

    @property
    def open(self) -> bool:
        """Something stands there, or is wrong."""
        return any(value or error for _name, _language, value, error in self.inputs)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The fields of one question of the district's own."""

    number: int
    name: str
    kind: str
    page: str
    words: tuple[Words, ...]
    options: str
    errors: Mapping[str, str]  # of kind, page, name and options
    required: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class FormForm:
    """The whole page."""

    optional: tuple[tuple[str, str, str, bool, str], ...]  # name, label, what a rule needs it for, asked, mistake
    questions: tuple[QuestionForm, ...]
    texts: tuple[Words, ...]
    error: str


def form_form(round_: Round, content: Mapping[str, Any], wrong: Mapping[str, str]) -> FormForm:
    optional = [
        (one.name, one.label, one.rule, one.name not in content["off"], wrong.get(f"off.{one.name}", ""))
        for one in optional_questions(round_)
    ]
    questions = [_form(number, one, wrong) for number, one in enumerate(content["extra"])]
    texts = [_text(one, content["texts"].get(one.key, {}), wrong) for one in text_places(round_)]
    return FormForm(tuple(optional), tuple(questions), tuple(texts), wrong.get("extra", ""))


def _form(number: int, one: Mapping[str, Any], wrong: Mapping[str, str]) -> QuestionForm:
    place = f"extra.{number}"
    labels = {
        "label": (_("Question"), ""),
        "help": (_("Help"), _("May be empty.")),
        "purpose": (_("What it is for"), _("Families read it with the question.")),
        "basis": (_("Legal basis"), _("Which law or document allows the question. Families read it, too.")),
    }
    words = [_pair(f"{place}.{name}", *labels[name], 1, one[name], wrong) for name in WORDS]
    errors = {name: wrong.get(f"{place}.{name}", "") for name in ("kind", "page", "name", "options")}
    options = option_lines(one["options"])
    return QuestionForm(
        number=number,
        name=one["name"],
        kind=one["kind"],
        page=one["page"],
        words=tuple(words),
        options=options,
        errors=errors,
        required=one["required"],
        shared=one["shared"],
    )


def _text(one: TextPlace, said: Mapping[str, str], wrong: Mapping[str, str]) -> Words:
    most = _("At most %(most)d characters.") % {"most": one.most}
    rows = 3 if one.most > 100 else 1
    return _pair(f"texts.{one.key}", one.label, f"{one.help} {most}".strip(), rows, said, wrong)


def _pair(place: str, label: str, help_: str, rows: int, said: Mapping[str, str], wrong: Mapping[str, str]) -> Words:
    languages = {"zh": _("in Chinese"), "en": _("in English")}
    inputs = [
        (f"{place}.{key}", words, said.get(key, ""), wrong.get(f"{place}.{key}", ""))
        for key, words in languages.items()
    ]
    return Words(place, label, help_, rows, tuple(inputs))


def choices() -> dict[str, list[tuple[str, str]]]:
    return {"kinds": list(kind_words().items()), "pages": list(page_words().items())}

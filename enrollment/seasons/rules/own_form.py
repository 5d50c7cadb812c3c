"""What a district adds to the form of a round: questions it leaves out, questions and texts of its own (pure).

The content is plain data, as it stands in the database and in a season's folder. Texts are in both languages; the key
of a text names its place. Questions of the district's own have names that begin with ``own_`` and keep them for good:
the same name is the same question.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from enrollment.forms.questions import N_, Field, Option

Content = dict[str, Any]  # {"off": [name], "extra": [question], "texts": {key: {"zh", "en"}}}
OWN: Final = "own_"
NAME: Final = re.compile(r"own_[a-z0-9_]{1,30}")
VALUE: Final = re.compile(r"[a-z0-9_]{1,20}")
KINDS: Final = ("text", "choice", "yes_no", "date", "whole")
WORDS: Final = ("label", "help", "purpose", "basis")  # of a question, in both languages
NEEDED: Final = frozenset({"label", "purpose", "basis"})
FLAGS: Final = ("required", "shared")
INTRO, THANKS, CLASS, MATERIAL = "intro", "thanks", "class", "material:"
LANGUAGES: Final = ("zh", "en")
MOST_QUESTIONS, MOST_OPTIONS = 12, 12
LONGEST: Final[Mapping[str, int]] = {"label": 80, "help": 200, "purpose": 200, "basis": 200, "option": 60}
LONGEST_TEXT: Final[Mapping[str, int]] = {INTRO: 600, THANKS: 300, CLASS: 20, MATERIAL: 200}
NUMBER_OF_CLASS: Final = "{number}"
YES_NO: Final = (Option("yes", N_("Yes")), Option("no", N_("No")))


def empty() -> Content:
    return {"off": [], "extra": [], "texts": {}}


@dataclass(frozen=True, slots=True)
class OwnForm:
    """One version of the content; ``fields`` are its questions in one language, in the order they are asked in."""

    off: frozenset[str]
    extra: tuple[Mapping[str, Any], ...]
    texts: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "OwnForm":
        return cls(frozenset(content["off"]), tuple(content["extra"]), content["texts"])

    def text(self, key: str, language: str) -> str:
        """The district's words for a place of the form, "" for none; ``language`` is "zh" or "en"."""
        return _in(self.texts.get(key, {}), language)

    def fields(self, language: str) -> tuple[Field, ...]:
        return tuple(_field(one, language) for one in self.extra)

    @property
    def shared(self) -> frozenset[str]:
        """The questions whose answers a second guardian may read."""
        return frozenset(one["name"] for one in self.extra if one["shared"])


PLAIN: Final = OwnForm(frozenset(), (), {})


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words.get("zh", "")


def _field(one: Mapping[str, Any], language: str) -> Field:
    options = tuple(Option(each["value"], _in(each, language)) for each in one["options"])
    return Field(
        one["name"],
        one["page"],
        _in(one["label"], language),
        "choice" if one["kind"] == "yes_no" else one["kind"],
        help=_in(one["help"], language),
        options=YES_NO if one["kind"] == "yes_no" else options,
        required=one["required"],
        purpose=_in(one["purpose"], language),
        basis=_in(one["basis"], language),
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a content: its place such as ``extra.0.label.zh``, and why (an English id with parameters)."""

    place: str
    message: str
    params: Mapping[str, str]


def mistakes(
    content: Mapping[str, Any], *, pages: Sequence[str], optional: Mapping[str, str], materials: Sequence[str]
) -> list[Wrong]:
    """What stands against a content.

    ``optional`` are the questions that a district may leave out, each with what a rule needs it for ("" for nothing);
    ``materials`` are those that the rules ask for.
    """
    found = []
    for name in content["off"]:
        if name not in optional:
            found.append(Wrong(f"off.{name}", N_("This question cannot be left out."), {}))
        elif optional[name]:
            text = N_("This question cannot be left out: the rules look at “{rule}”.")
            found.append(Wrong(f"off.{name}", text, {"rule": optional[name]}))
    if len(content["extra"]) > MOST_QUESTIONS:
        found.append(Wrong("extra", N_("At most {most} questions of your own."), {"most": str(MOST_QUESTIONS)}))
    names: set[str] = set()
    for number, one in enumerate(content["extra"]):
        place = f"extra.{number}"
        if not NAME.fullmatch(one["name"]) or one["name"] in names:
            text = N_("A name begins with own_ and has small letters, digits and underscores; each name once.")
            found.append(Wrong(f"{place}.name", text, {}))
        names.add(one["name"])
        found += _question(place, one, pages)
    return [*found, *_texts(content["texts"], materials)]


def _question(place: str, one: Mapping[str, Any], pages: Sequence[str]) -> Iterator[Wrong]:
    if one["kind"] not in KINDS:
        yield Wrong(f"{place}.kind", N_("Choose how it is answered."), {})
    if one["page"] not in pages:
        yield Wrong(f"{place}.page", N_("Choose where on the form it stands."), {})
    for name in WORDS:
        words = one[name]
        needed = name in NEEDED or any(words.values())
        for language in LANGUAGES:
            if needed and not words.get(language):
                yield Wrong(f"{place}.{name}.{language}", N_("Write it in both languages."), {})
            elif len(words.get(language, "")) > LONGEST[name]:
                yield Wrong(
                    f"{place}.{name}.{language}", N_("At most {most} characters."), {"most": str(LONGEST[name])}
                )
    if one["kind"] == "choice":
        yield from _options(place, one["options"])


def _options(place: str, options: Sequence[Mapping[str, str]]) -> Iterator[Wrong]:
    values = [each["value"] for each in options]
    if not 2 <= len(options) <= MOST_OPTIONS or len(set(values)) != len(values):
        text = N_("Give 2 to {most} answers to choose from, each with a short name of its own.")
        yield Wrong(f"{place}.options", text, {"most": str(MOST_OPTIONS)})
    for each in options:
        whole = VALUE.fullmatch(each["value"]) and all(0 < len(each[to]) <= LONGEST["option"] for to in LANGUAGES)
        if not whole:
            text = N_(
                "Write each answer as: short name = Chinese | English. The short name has letters a to z and digits."
            )
            yield Wrong(f"{place}.options", text, {})
            return


def _texts(texts: Mapping[str, Mapping[str, str]], materials: Sequence[str]) -> Iterator[Wrong]:
    for key, words in texts.items():
        kind = MATERIAL if key.startswith(MATERIAL) else key
        if kind not in LONGEST_TEXT or (kind == MATERIAL and key.removeprefix(MATERIAL) not in materials):
            yield Wrong(f"texts.{key}", N_("There is no such place for a text in this round."), {})
            continue
        for language in LANGUAGES:
            if not words.get(language):
                yield Wrong(f"texts.{key}.{language}", N_("Write it in both languages."), {})
            elif len(words[language]) > LONGEST_TEXT[kind]:
                most = str(LONGEST_TEXT[kind])
                yield Wrong(f"texts.{key}.{language}", N_("At most {most} characters."), {"most": most})
            elif key == CLASS and words[language].count(NUMBER_OF_CLASS) != 1:
                yield Wrong(f"texts.{key}.{language}", N_("The name of a class has {{number}} in it once."), {})


def asks_more(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether families are asked for more than before: a new or another question, one that must be answered now, one
    that was left out, an answer that more people read. Fewer questions and other texts are not.
    """
    old = {one["name"]: one for one in before["extra"]}
    asked = ("kind", "label", "purpose", "basis", "options")
    for one in after["extra"]:
        was = old.get(one["name"])
        if was is None or any(was[name] != one[name] for name in asked):
            return True
        if any(one[flag] and not was[flag] for flag in FLAGS):
            return True
    return bool(set(before["off"]) - set(after["off"]))

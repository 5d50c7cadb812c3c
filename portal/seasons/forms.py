"""The forms of a season's rounds in its folder: ``forms.yaml``, by a name that ``season.yaml`` gives to a round."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from enrollment.filing import form
from enrollment.seasons.models import Round
from enrollment.seasons.rules.own_form import FLAGS, KINDS, LANGUAGES, WORDS, Content, mistakes
from policy import Policy, PolicyError
from policy.tree import refuse_unbounded

FORMS: Final = "forms.yaml"
Fail = Callable[[str, str], None]  # column, message


def read_forms(folder: Path, fail: Fail) -> dict[str, Content]:
    """Every form of the folder by its name; a folder may have none."""
    path = folder / FORMS
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        refuse_unbounded(text)
        body = yaml.safe_load(text)
    except PolicyError as wrong:
        fail("", wrong.errors[0].message)
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        fail("", f"not readable as YAML: {str(wrong).splitlines()[0]}")
        return {}
    if not isinstance(body, dict):
        fail("", "the file must be a list of names, each with off, extra and texts")
        return {}
    found = {}
    for name, content in body.items():
        try:
            found[str(name)] = _content(content)
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            fail(str(name), f"cannot be read as a form: {wrong}")
    return found


def refuse_unfit(name: str, content: Content, policy: Policy, fail: Fail) -> None:
    """Say what stands against a form in a round that goes by these rules."""
    optional = {one: form.needed_for(one, policy.uses) for one in form.MAY_BE_OFF}
    materials = [one.id for group in policy.groups for one in group.materials]
    for wrong in mistakes(content, pages=form.STEPS, optional=optional, materials=materials):
        fail(f"{name}.{wrong.place}", wrong.message.format(**wrong.params))


def _content(body: Mapping[str, Any]) -> Content:
    """The content in the very shape in which it is stored. Raises ValueError and its kin."""
    unknown = set(body) - {"off", "extra", "texts"}
    if unknown:
        raise ValueError(f"{sorted(map(str, unknown))} is not known here")
    return {
        "off": [name for name in form.MAY_BE_OFF if name in body.get("off", [])]
        + [str(name) for name in body.get("off", []) if name not in form.MAY_BE_OFF],
        "extra": [_question(one) for one in body.get("extra", [])],
        "texts": {str(key): _words(said) for key, said in body.get("texts", {}).items()},
    }


def _question(one: Mapping[str, Any]) -> dict[str, Any]:
    known = {"name", "page", "kind", "options", *WORDS, *FLAGS}
    if set(one) - known:
        raise ValueError(f"{sorted(map(str, set(one) - known))} is not known here")
    if one["kind"] not in KINDS:
        raise ValueError(f"{one['kind']!r} is none of {', '.join(KINDS)}")
    flags = {flag: one.get(flag, False) for flag in FLAGS}
    if not all(isinstance(value, bool) for value in flags.values()):
        raise ValueError(f"{' and '.join(FLAGS)} are true or false")
    return {
        "name": str(one["name"]),
        "page": str(one["page"]),
        "kind": str(one["kind"]),
        **{name: _words(one.get(name) or {}) for name in WORDS},
        "options": [{"value": str(each["value"]), **_words(each, LANGUAGES)} for each in one.get("options", [])],
        **flags,
    }


def _words(said: Mapping[str, Any], needed: Iterable[str] = ()) -> dict[str, str]:
    return {to: str(said[to]).strip() for to in LANGUAGES if to in needed or said.get(to)}


def form_names(rounds: Iterable[Round]) -> dict[int, str]:
    """The name of each form in use, in the order of the rounds."""
    used = dict.fromkeys(one.form_id for one in rounds if one.form_id)
    return {pk: f"form-{number}" for number, pk in enumerate(used, start=1)}


def forms_written(rounds: Sequence[Round]) -> dict[str, Content]:
    """What stands, as the file has it: always in the same order, whatever the database does with the keys."""
    contents = {one.form_id: one.form.content for one in rounds if one.form is not None}
    return {name: _ordered(contents[pk]) for pk, name in form_names(rounds).items()}


def _ordered(content: Content) -> Content:
    names = ("name", "page", "kind", *WORDS, "options", *FLAGS)
    return {
        "off": content["off"],
        "extra": [{name: _said(one[name]) for name in names} for one in content["extra"]],
        "texts": {key: _said(content["texts"][key]) for key in sorted(content["texts"])},
    }


def _said(value: Any) -> Any:
    """A pair of texts, or a list of answers, with its keys in order."""
    if isinstance(value, list):
        return [_said(one) for one in value]
    if isinstance(value, dict):
        return {key: value[key] for key in ("value", *LANGUAGES) if key in value}
    return value

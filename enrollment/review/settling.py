"""The open questions of a case: what was declared, what the source says, and which values a reviewer may settle on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

import identifiers
from enrollment.seasons.models import ApplicationVersion
from enrollment.seasons.rules.policies import compiled
from enrollment.used_seats.reading import REGISTER
from foundation import clock
from foundation.errors import Refused
from foundation.wording import content_language
from policy import DICTIONARY, FactSpec
from policy.facts import Scalar, value_words
from policy.uses import SEAT_FACTS
from schools.models import District
from schools.selectors import relation, zone_of
from verification.selectors import FindingView

WHOLE = 100


YES, NO = "true", "false"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a reviewer may settle on, and how it is said."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One fact that a person settles. ``choices`` is empty where a value is typed; ``source_says`` may be empty."""

    name: str
    label: str
    status: str
    declared: str
    declared_words: str
    source_says: str
    choices: tuple[Choice, ...]
    kind: str
    chosen: str
    error: str = ""
    hint: str = ""  # what the value shown is, where the family declared none
    register: str = ""  # the register's value as the form holds it, where its record says one that can be compared


def spec_of(version: ApplicationVersion, name: str) -> FactSpec:
    """What a fact is: of the district's own, or of the dictionary."""
    return compiled(version.policy).local_facts.get(name) or DICTIONARY[name]


def words(spec: FactSpec, value: object) -> str:
    """A value of a fact in the reader's language; a dash where there is none."""
    return value_words(spec, value).of(content_language()) if value is not None else "—"


def as_text(value: object, kind: str = "") -> str:
    """A value as the form holds it; a share is typed in percent, as the family typed it."""
    if isinstance(value, bool):
        return YES if value else NO
    if kind == "share" and isinstance(value, int | float):
        return f"{value * WHOLE:g}%"
    return "" if value is None else str(value)


def questions(
    version: ApplicationVersion,
    findings: Mapping[str, FindingView],
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Question]:
    """The open questions in the order of the judgement, with what the reviewer picked so far."""
    names: list[str] = (version.evaluation or {}).get("questions", [])
    return [_question(version, findings, name, typed or {}, errors or {}) for name in names]


def question_of(version: ApplicationVersion, findings: Mapping[str, FindingView], name: str) -> Question:
    """The question about one fact of a judged version, whether or not it is open."""
    return _question(version, findings, name, {}, {})


def _question(
    version: ApplicationVersion,
    findings: Mapping[str, FindingView],
    name: str,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> Question:
    spec, fact = spec_of(version, name), (version.facts or {})[name]
    declared = as_text(fact["value"], spec.kind)
    held = source_value(version, findings, name)
    return Question(
        name=name,
        label=spec.label.of(content_language()),
        status=fact["status"],
        declared=declared,
        declared_words=words(spec, fact["value"]),
        source_says=words(spec, held) if held is not None else "",
        choices=_choices(spec),
        kind=spec.kind,
        chosen=typed.get(name, declared),
        error=errors.get(name, ""),
        hint=_hint(name, fact),
        register="" if held is None else as_text(held, spec.kind),
    )


def _hint(name: str, fact: Mapping[str, object]) -> str:
    """Of what the bureau's own register of used seats leaves open: why it asks, and how to answer."""
    if fact["source"] != REGISTER:
        return ""
    if name in SEAT_FACTS:
        return _(
            "The register of used seats knows a home with this address and another number. "
            "Leave the day empty if it is another home."
        )
    return _("The register of used seats knows a child with one of these parents: say whether both have the same.")


def _choices(spec: FactSpec) -> tuple[Choice, ...]:
    if spec.kind == "flag":
        return tuple(Choice(value, words(spec, value == YES)) for value in (YES, NO))
    return tuple(Choice(value, words(spec, value)) for value in spec.choices)


def source_value(version: ApplicationVersion, findings: Mapping[str, FindingView], name: str) -> Scalar | None:
    """The agency's own value of a fact whose declared value it refutes; None where the record has none."""
    finding = findings.get((version.facts or {}).get(name, {}).get("source", ""))
    if finding is None or finding.record is None:
        return None
    said = {difference["field"]: difference["source"] for difference in finding.differences}
    if name == "home.ownership_share" and said.get("home_share"):
        return float(said["home_share"]) / WHOLE
    if name in {"home.zone_relation", "household.zone_relation"} and finding.record.get("address"):
        return _lies(version, str(finding.record["address"]))
    if name == "home.owner_relation" and "home_owner_relation" in said:
        return "other"
    return None


def _lies(version: ApplicationVersion, address: str) -> str:
    application = version.application
    matched = zone_of(
        address, district=application.district_code, year=application.season_year, stage=application.stage
    )
    return relation(address, matched, District.objects.get(pk=application.district_code))


def taken(asked: list[Question], whose: str) -> dict[str, str]:
    """What the form would hold if every question were settled by the register ("register", where it says something) or
    as the family declared it ("declared")."""
    return {one.name: (one.register if whose == "register" and one.register else one.declared) for one in asked}


def settled(asked: list[Question], typed: Mapping[str, str]) -> tuple[dict[str, Scalar | None], dict[str, str]]:
    """The values to settle on, read by the kind of each fact, and what is wrong with those that cannot be read."""
    values: dict[str, Scalar | None] = {}
    errors: dict[str, str] = {}
    for question in asked:
        raw = typed.get(question.name, question.declared).strip()
        try:
            values[question.name] = _read(question, raw)
        except ValueError:
            errors[question.name] = _("This value cannot be read. Give it in the form of the declared one.")
    return values, errors


def _read(question: Question, raw: str) -> Scalar | None:
    if question.choices:
        if raw not in {choice.value for choice in question.choices}:
            raise ValueError(raw)
        return raw == YES if raw in {YES, NO} else raw
    if question.name in SEAT_FACTS and not raw:
        return None  # the seat of this home was not used: the register speaks of another home
    if question.kind == "date":
        read = identifiers.read_date(raw, today=clock.today())
        if read.code:
            raise ValueError(raw)
        return read.value
    if question.kind == "share":
        percent = float(raw.rstrip("%％ "))
        if not 0 <= percent <= WHOLE:
            raise ValueError(raw)
        return percent / WHOLE
    if question.kind == "number":
        number = float(raw)
        if not math.isfinite(number):
            raise ValueError(raw)
        return int(number) if number.is_integer() else number
    if not raw:
        raise ValueError(raw)
    return raw


def refuse_unreadable(errors: Mapping[str, str]) -> None:
    """Raises Refused when a settled value cannot be read."""
    if errors:
        raise Refused(_("Some values need another look."), code="settled")

"""Everything a reviewer needs to decide one case, gathered for one page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from accounts.scopes import scope
from enrollment import form
from enrollment.models import Application, ApplicationState, ApplicationVersion, Document, Transition
from enrollment.selectors import answer_rows, needs_rows, review_queue
from enrollment.selectors.documents import documents_of, repeated_evidence
from enrollment.services.documents_place import ITEM
from enrollment.services.review import item_label
from enrollment.staff.settle import spec_of, words
from enrollment.states import OPEN_FOR_REVIEW
from foundation.wording import say, tongue
from policy import AGENCIES
from schools.matching import MESSAGES as ZONE_MESSAGES
from schools.selectors import schools_by_code
from verification.models import Agency, Outcome
from verification.selectors import FindingView, findings

SECRET_KINDS = {"id"}
TONES = {"match": "good", "verified": "good", "mismatch": "bad", "not_found": "warn", "unavailable": "warn"}


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    declared: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one agency answered: the outcome, the differences, and where and when they come from."""

    label: str
    outcome: str
    tone: str
    differences: tuple[Difference, ...]
    held: tuple[tuple[str, str], ...]
    source: str
    at: datetime
    seconds: float
    trace_id: str


@dataclass(frozen=True, slots=True)
class FactRow:
    label: str
    value: str
    status: str
    tone: str
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the application's life; ``who`` is a member of staff, or who filed with the family, or ""."""

    at: datetime
    what: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A submitted page: which material, when, with which version; how many other families gave the same (a hint)."""

    document: Document
    label: str
    repeated: int


@dataclass(frozen=True, slots=True)
class Case:
    """The case page; lists are in the order in which they are shown."""

    application: Application
    version: ApplicationVersion
    child_id: str
    guardian_phone: str
    answers: tuple[Row, ...]
    choices: tuple[str, ...]
    known: Mapping[str, FindingView]  # the findings by agency, as they are stored
    findings: tuple[Finding, ...]
    facts: tuple[FactRow, ...]
    group_name: str
    trace: tuple[str, ...]
    zones: tuple[tuple[str, str, tuple[str, ...]], ...]
    documents: tuple[Paper, ...]
    changes: tuple[tuple[ApplicationVersion, tuple[Row, ...]], ...]
    history: tuple[Moment, ...]
    may_decide: bool
    may_protect: bool  # set or end the protection of the guardian's address: the district's to do
    next_id: object | None


def status_words() -> dict[str, str]:
    """How far a fact can be trusted, in words."""
    return {
        "verified": _("Confirmed"),
        "declared": _("Declared, not checked"),
        "mismatch": _("Differs"),
        "not_found": _("Not found"),
        "unavailable": _("No answer"),
    }


def outcome_words() -> dict[str, str]:
    return {"matched": _("Found"), "ambiguous": _("Several possible"), "unknown": _("Not found")}


def masked(name: str, value: str) -> str:
    """A value as a screen may show it: document numbers are masked."""
    field = form.BY_NAME.get(name)
    secret = field is not None and field.kind in SECRET_KINDS
    return identifiers.mask("id", value) if secret and value else value


def shown(name: str, value: str) -> str:
    """An answer in words, masked where it must be."""
    field = form.BY_NAME.get(name)
    label = next((option.label for option in field.options if option.value == value), None) if field else None
    return _(label) if label else masked(name, value)


def field_label(name: str) -> str:
    extra = {"child_name": _("Name of the child"), "choices": _("Schools")}
    return _(form.BY_NAME[name].label) if name in form.BY_NAME else extra.get(name, name)


def gather(application: Application, reviewer: Account) -> Case:
    """Everything for the page. The caller has checked that the reviewer may see the application."""
    versions = list(application.versions.select_related("policy", "application").order_by("number"))
    version = next(item for item in versions if item.number == application.version)
    judged: dict[str, Any] = version.evaluation or {}
    language = tongue()
    known = findings(version.pk)
    steps = application.transitions.select_related("actor", "visit__operator").order_by("-id")
    return Case(
        application=application,
        version=version,
        child_id=identifiers.mask("id", application.child.id_number),
        guardian_phone=identifiers.mask("mobile", application.guardian.phone or ""),
        answers=tuple(
            Row(row.label, masked(row.name, row.value))
            for row in (*answer_rows(version.claims["answers"]), *needs_rows(version, reviewer))
            if row.value
        ),
        choices=_school_names(version.choices),
        known=known,
        findings=tuple(_finding(found) for found in known.values()),
        facts=tuple(_fact(version, name, body) for name, body in (version.facts or {}).items()),
        group_name=(judged.get("group_name") or {}).get(language, ""),
        trace=tuple(step["text"][language] for step in judged.get("trace", ())),
        zones=_zones(judged),
        documents=_papers(application),
        changes=_changes(versions),
        history=tuple(_moment(step) for step in steps),
        may_decide=may_decide(application, reviewer),
        may_protect=scope(reviewer).may("application.review", district=application.district_code),
        next_id=next_case(application, reviewer),
    )


def _papers(application: Application) -> tuple[Paper, ...]:
    documents = list(documents_of(application))
    again = repeated_evidence(application, documents)
    return tuple(
        Paper(
            document, item_label(application, f"{ITEM}{document.kind}") or document.kind, again.get(document.sha256, 0)
        )
        for document in documents
    )


def _moment(step: Transition) -> Moment:
    who = step.actor.username if step.actor and step.actor.is_staff else ""
    if step.visit is not None:  # filed with the family
        who = f"{step.visit.operator.username}, {step.visit.place}"
    return Moment(step.at, str(ApplicationState(step.target).label), who, step.reason)


def may_decide(application: Application, reviewer: Account) -> bool:
    school = application.review_school_id or ""
    reach = scope(reviewer).may("application.review", district=application.district_code, school=school)
    return reach and application.state in OPEN_FOR_REVIEW


def next_case(application: Application, reviewer: Account) -> object | None:
    """The next case of the queue after this one, or None."""
    waiting = review_queue(reviewer).filter(state__in=OPEN_FOR_REVIEW).exclude(pk=application.pk)
    return waiting.order_by("-needs_person", "state_at").values_list("pk", flat=True).first()


def _school_names(codes: list[str]) -> tuple[str, ...]:
    schools = schools_by_code(codes)
    return tuple(schools[code].name for code in codes if code in schools)


def _finding(found: FindingView) -> Finding:
    return Finding(
        label=str(Agency(found.agency).label),
        outcome=str(Outcome(found.outcome).label),
        tone=TONES[found.outcome],
        differences=tuple(
            Difference(
                field_label(row["field"]), shown(row["field"], row["declared"]), shown(row["field"], row["source"])
            )
            for row in found.differences
        ),
        held=tuple(_held(found.record or {})),
        source=found.source,
        at=found.at,
        seconds=found.seconds,
        trace_id=found.trace_id,
    )


def _held(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The plain fields of an agency's record under the agency's own names; document numbers are masked."""
    rows = []
    for name, value in record.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            continue
        text = identifiers.mask("id", str(value)) if name in {"id_number", "householder_id"} else str(value)
        rows.append((name.replace("_", " "), text))
    return rows


def _fact(version: ApplicationVersion, name: str, body: Mapping[str, Any]) -> FactRow:
    language = get_language() or "zh-hans"
    spec = spec_of(version, name)
    others = {"declaration": _("The family"), "review": _("A reviewer"), "register": _("The application itself")}
    known = AGENCIES.get(body["source"])
    return FactRow(
        label=spec.label.of(language),
        value=words(spec, body["value"]),
        status=status_words().get(body["status"], body["status"]),
        tone=TONES.get(body["status"], "warn"),
        source=known.of(language) if known else others.get(body["source"], body["source"]),
        at=parse_datetime(body["at"] or "") if body.get("at") else None,
    )


def _zones(judged: Mapping[str, Any]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(which address, outcome, steps in words) for each address that was looked up."""
    labels = {"household": field_label("household_address"), "home": field_label("home_address")}
    by: Mapping[str, Any] = judged.get("zone", {}).get("by", {})
    return tuple(
        (
            labels.get(name, name),
            outcome_words().get(found["outcome"], found["outcome"]),
            tuple(say(ZONE_MESSAGES[step["code"]], step["params"]) for step in found["steps"]),
        )
        for name, found in by.items()
    )


def _changes(versions: list[ApplicationVersion]) -> tuple[tuple[ApplicationVersion, tuple[Row, ...]], ...]:
    """For every later version what it changed, newest first."""
    pairs = list(pairwise(versions))
    return tuple((after, tuple(_changed(before, after))) for before, after in reversed(pairs))


def _changed(before: ApplicationVersion, after: ApplicationVersion) -> list[Row]:
    old, new = before.claims["answers"], after.claims["answers"]
    names = [name for name in form.BY_NAME if old.get(name, "") != new.get(name, "")]
    rows = [Row(field_label(name), shown(name, new.get(name, "")), shown(name, old.get(name, ""))) for name in names]
    if before.choices != after.choices:
        rows.append(
            Row(
                field_label("choices"),
                "、".join(_school_names(after.choices)),
                "、".join(_school_names(before.choices)),
            )
        )
    added = [
        document.kind for document in after.application.documents.filter(version=after.number).order_by("kind", "pk")
    ]
    rows += [
        Row(item_label(after.application, f"{ITEM}{kind}") or kind, _("%(count)s pages added") % {"count": count})
        for kind, count in Counter(added).items()
    ]
    return rows

"""Everything a reviewer needs to decide one case, gathered for one page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

import identifiers
from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.documents.models import Document
from enrollment.documents.places import ITEM
from enrollment.documents.selectors import documents_compared
from enrollment.filing import form
from enrollment.filing.asked import questions_of
from enrollment.filing.selectors import filed_rows
from enrollment.forms.fields import answer_words
from enrollment.forms.questions import Field
from enrollment.judging.judgement import beside_of
from enrollment.judging.others.beside import beside_names
from enrollment.judging.others.doubles import doubles_of
from enrollment.on_site.models import OnSiteVisit
from enrollment.on_site.selectors import asks_visit, missing_visit
from enrollment.review.queue import Wanted, queue
from enrollment.review.selectors import needs_rows
from enrollment.review.services import item_label
from enrollment.review.settling import spec_of, words
from enrollment.review.staff.parts import Parts, parts_of
from enrollment.seasons.models import WITH_A_PERSON, Application, ApplicationState, ApplicationVersion, Transition
from enrollment.seasons.rules.sources import NO_SOURCE
from enrollment.seasons.states import OPEN_FOR_REVIEW, ApplicationEvent
from foundation import clock
from foundation.wording import content_language, say
from policy import AGENCIES
from schools.matching import MESSAGES as ZONE_MESSAGES
from verification.models import Agency, Outcome
from verification.record_words import HIDDEN, field_words, record_value
from verification.selectors import FindingView, findings
from verification.words import clerk_words, label_of, value_words

SECRET_KINDS = {"id"}
# what a version's page reads beside the version itself
OF_VERSION = ("policy", "application__child", "application__round__season__district__parent")


TONES = {"match": "good", "verified": "good", "mismatch": "bad", "not_found": "warn", "unavailable": "warn"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One matter on which the family and a register differ: what it is called, both sides, and what settles it."""

    label: str
    declared: str
    source: str
    words: str


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
class GivenDocument:
    """A submitted page: which material, when, with which version; how many other families gave the same (a hint)."""

    document: Document
    label: str
    repeated: int


@dataclass(frozen=True, slots=True)
class Case:
    """The case page; lists are in the order in which they are shown."""

    application: Application
    parts: Parts
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
    twins_parted: bool  # the age limit lies between the midnight twins of one account
    documents: tuple[GivenDocument, ...]
    changes: tuple[tuple[ApplicationVersion, tuple[Row, ...]], ...]
    history: tuple[Moment, ...]
    may_decide: bool
    may_note: bool
    may_protect: bool  # set or end the protection of the guardian's address: the district's to do
    doubles: tuple[tuple[str, str, tuple[Application, ...]], ...]  # name, masked number, its applications
    rivals: tuple[Application, ...] = ()  # of other families that ask with the same home
    beside: tuple[str, ...] = ()  # both as the form names them
    visits: tuple[OnSiteVisit, ...] = ()
    visit_missing: str = ""

    @property
    def disagreeing(self) -> tuple[Finding, ...]:
        """The answers that do not confirm what was stated."""
        return tuple(found for found in self.findings if found.tone != "good")

    @property
    def silent(self) -> bool:
        """Whether an agency gave no answer, and may be asked again."""
        unanswered = any(found.outcome == Outcome.UNAVAILABLE for found in self.known.values())
        return unanswered and self.application.state in WITH_A_PERSON


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
    if field is not None and field.kind == "percent" and value:
        return f"{value}%"
    return _(label) if label else masked(name, value)


def _answer(field: Field, value: str) -> str:
    """An answer to a question in words, masked where it must be."""
    return masked(field.name, answer_words(field, value))


def field_label(name: str) -> str:
    extra = {"child_name": _("Name of the child"), "choices": _("Schools")}
    return _(form.BY_NAME[name].label) if name in form.BY_NAME else extra.get(name, name)


def gather(application: Application, reviewer: Account) -> Case:
    """Everything for the page. The caller has checked that the reviewer may see the application."""
    versions = versions_of(application)
    version = next(item for item in versions if item.number == application.version)
    judged: dict[str, Any] = version.evaluation or {}
    language = content_language()
    known = findings(version.pk)
    steps = application.transitions.select_related("actor", "visit__operator").order_by("-id")
    beside = beside_of(version, known) if version.assessed_at else None
    parts = parts_of(application, reviewer, sorted({code for one in versions for code in one.choices}))
    documents = _documents(application) if parts.documents else ()
    return Case(
        application=application,
        parts=parts,
        version=version,
        child_id=identifiers.mask("id", application.child.id_number),
        guardian_phone=identifiers.mask("mobile", application.guardian.phone or ""),
        answers=tuple(
            Row(row.label, masked(row.name, row.value))
            for row in (*filed_rows(version), *needs_rows(version, reviewer))
            if row.value
        ),
        choices=tuple(_school_names(version, parts)),
        known=known,
        findings=tuple(_finding(found) for found in known.values()),
        facts=tuple(_fact(version, name, body) for name, body in (version.facts or {}).items()),
        group_name=(judged.get("group_name") or {}).get(language, ""),
        trace=tuple(step["text"][language] for step in judged.get("trace", ())),
        zones=_zones(judged),
        twins_parted=bool(judged.get("twins_parted")),
        documents=documents,
        changes=_changes(versions, parts, documents),
        history=tuple(_moment(step) for step in steps),
        may_decide=may_decide(application, reviewer),
        may_note=in_care(application, reviewer),
        may_protect=scope(reviewer).may(Ability.APPLICATION_REVIEW, district=application.district_code),
        doubles=tuple(
            (other.name, identifiers.mask("id", other.id_number), tuple(filed))
            for other, filed in (doubles_of(application.child) if beside and beside.doubles else ())
            if beside and other.pk in beside.doubles
        ),
        rivals=beside.rivals if beside else (),
        beside=tuple(beside_names(beside)) if beside else (),
        visits=tuple(application.on_site_visits.select_related("visited_by"))
        if application.needs_offline_check
        else (),
        visit_missing=missing_visit(application) if application.needs_offline_check and asks_visit(application) else "",
    )


def versions_of(application: Application) -> list[ApplicationVersion]:
    """The versions by number, with all that a page of one says: those that came with the application, or read now."""
    if "versions" in getattr(application, "_prefetched_objects_cache", {}):
        return list(application.versions.all())
    return list(application.versions.select_related(*OF_VERSION).order_by("number"))


def _documents(application: Application) -> tuple[GivenDocument, ...]:
    return tuple(
        GivenDocument(document, item_label(application, f"{ITEM}{document.kind}") or document.kind, repeated)
        for document, repeated in documents_compared(application)
    )


def _moment(step: Transition) -> Moment:
    who = step.actor.username if step.actor and step.actor.is_staff else ""
    if step.visit is not None:  # filed with the family
        who = f"{step.visit.operator.username}, {step.visit.place}"
    what = _("Name settled") if step.event == ApplicationEvent.SETTLE_NAME else str(ApplicationState(step.target).label)
    return Moment(step.at, what, who, step.reason)


def in_care(application: Application, reviewer: Account) -> bool:
    school = application.review_school_id or ""
    return scope(reviewer).may(Ability.APPLICATION_REVIEW, district=application.district_code, school=school)


def may_decide(application: Application, reviewer: Account) -> bool:
    return in_care(application, reviewer) and application.state in OPEN_FOR_REVIEW


def next_case(after: UUID, reviewer: Account, wanted: Wanted) -> object | None:
    """The next case of the narrowed queue, or None: nobody else has it open, and it is given to nobody else."""
    waiting = queue(reviewer, wanted).exclude(pk=after)
    free = Q(desk=None) | Q(desk__held_until=None) | Q(desk__held_until__lte=clock.now()) | Q(desk__held_by=reviewer)
    ours = Q(desk=None) | Q(desk__given_to=None) | Q(desk__given_to=reviewer)
    return waiting.filter(free, ours).values_list("pk", flat=True).first()


def _finding(found: FindingView) -> Finding:
    return Finding(
        label=str(Agency(found.agency).label),
        outcome=str(Outcome(found.outcome).label),
        tone=TONES[found.outcome],
        differences=tuple(
            Difference(
                label_of(row["field"]),
                shown(row["field"], row["declared"]),
                value_words(shown(row["field"], row["source"])),
                clerk_words(row["field"]),
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
    """The plain fields of an agency's record in words; document numbers are masked."""
    rows = []
    for name, value in record.items():
        if name in HIDDEN or not isinstance(value, str | int | float) or value == "":
            continue
        rows.append((field_words(name), _secret(name, record_value(name, value))))
    return rows


def _secret(name: str, value: str) -> str:
    """People's numbers are masked, whosever they are."""
    return identifiers.mask("id", value) if name.endswith("id") or name == "id_number" else value


def _fact(version: ApplicationVersion, name: str, body: Mapping[str, Any]) -> FactRow:
    language = content_language()
    spec = spec_of(version, name)
    others = {
        "declaration": _("The family"),
        "review": _("A reviewer"),
        "register": _("The application itself"),
        "list": _("The list that the bureau keeps"),
        NO_SOURCE: _("No source yet"),
    }
    known = AGENCIES.get(body["source"])
    return FactRow(
        label=spec.label.of(language),
        value=words(spec, body["value"]) or (_("nothing on record") if body["status"] == "verified" else ""),
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


def _school_names(version: ApplicationVersion, parts: Parts) -> list[str]:
    return [parts.schools[code] for code in version.choices if code in parts.schools]


def _changes(
    versions: list[ApplicationVersion], parts: Parts, documents: Sequence[GivenDocument]
) -> tuple[tuple[ApplicationVersion, tuple[Row, ...]], ...]:
    """For every later version what it changed, newest first."""
    return tuple(
        (after, (*_changed(before, after, parts), *_added(after, documents)))
        for before, after in reversed(list(pairwise(versions)))
    )


def _changed(before: ApplicationVersion, after: ApplicationVersion, parts: Parts) -> list[Row]:
    old, new = before.claims["answers"], after.claims["answers"]
    rows = [
        Row(_(field.label), _answer(field, new.get(field.name, "")), _answer(field, old.get(field.name, "")))
        for field in questions_of(after.form_id)
        if old.get(field.name, "") != new.get(field.name, "")
    ]
    if before.choices != after.choices:
        names = ("、".join(_school_names(one, parts)) for one in (after, before))
        rows.append(Row(field_label("choices"), *names))
    return rows


def _added(version: ApplicationVersion, documents: Sequence[GivenDocument]) -> list[Row]:
    """How many pages of which material came with a version."""
    counted = Counter(given.label for given in documents if given.document.version == version.number)
    return [Row(label, _("%(count)s pages added") % {"count": count}) for label, count in counted.items()]

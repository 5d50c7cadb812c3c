"""Reads of class assignments. Nothing here tells who is in which class before the run is published."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.seasons.models import Application, ApplicationState, Season
from enrollment.seasons.rules.forms import class_name
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_such_application
from foundation.errors import NotAllowed
from lottery.classes.models import (
    ClassConfirmation,
    ClassEntry,
    ClassFile,
    ClassRun,
    ClassSeat,
    ClassTeacher,
    SiblingWish,
)
from lottery.classes.pupils import PUPIL_STATES, may_confirm, may_run, placed_at, pupils_of, starters, waiting_at
from lottery.classes.sealed import full_file, step_of, subject_of
from lottery.engine.classes import size_warnings
from lottery.engine.classes.transcript import announcement_digest
from lottery.engine.drawing.transcript import canonical_json
from lottery.engine.messages import MESSAGES
from schools.models import School, Stage

PUBLIC_FILES = ("announcement.json", "classes-public.json")
ABILITIES = ((Ability.CLASSES_RUN, "pk"), (Ability.ROUND_CONFIRM, ""))


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school and stage on the staff's list: pupils without a class, and its runs, newest last."""

    school: School
    season: Season
    stage: str
    stage_name: str
    waiting: int
    runs: tuple[ClassRun, ...]


def class_schools(account: Account) -> list[SchoolLine]:
    """The schools in which the account plans or confirms classes, with how far each stage is."""
    mine, reached = scope(account), {}
    for ability, column in ABILITIES:
        for school in mine.rows(School.objects.all(), ability, district="district__code", school=column):
            reached[school.pk] = school
    counts = waiting_at(reached)
    runs: dict[tuple[str, int, str], list[ClassRun]] = {}
    for run in ClassRun.objects.filter(school__in=reached).select_related("season").order_by("number"):
        runs.setdefault((run.school_id, run.season_id, run.stage), []).append(run)
    seasons = Season.objects.in_bulk({key[1] for key in (*counts, *runs)})
    stages = dict(ClassRun._meta.get_field("stage").flatchoices)
    return [
        SchoolLine(
            school=reached[code],
            season=seasons[season],
            stage=stage,
            stage_name=str(stages[stage]),
            waiting=counts[code, season, stage],
            runs=tuple(runs.get((code, season, stage), ())),
        )
        for code, season, stage in sorted({*counts, *runs})
    ]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One published class in the balance table; the bars are percents of the largest class."""

    number: int
    size: int
    boys: int
    girls: int
    boys_bar: int
    girls_bar: int
    mean_month: str
    measure: str
    kinds: tuple[tuple[str, int], ...]
    teacher: str
    subjects: tuple[tuple[str, str], ...]
    warning: str


@dataclass(frozen=True, slots=True)
class ClassPage:
    """A run as the school, an official or a notary sees it."""

    run: ClassRun
    pupils: int
    unanswered: int
    step: str
    digest: str
    witnesses: tuple[tuple[str, str | None], ...]
    confirmations: tuple[ClassConfirmation, ...]
    rows: tuple[ClassRow, ...]
    warnings: tuple[str, ...]
    files: tuple[ClassFile, ...]
    late: tuple[ClassRun, ...]
    late_waiting: int
    may_run: bool
    may_confirm: bool
    may_witness: bool
    confirmed: bool


def class_page(account: Account, run_id: int, language: str) -> ClassPage:
    """Raises NotAllowed outside the account's scope."""
    run = ClassRun.objects.select_related("school__district", "season").filter(pk=run_id).first()
    if run is None:
        raise NotAllowed(_("There is no such class assignment in your care."))
    runs, confirms = may_run(account, run.school), may_confirm(account, run.school)
    witness = scope(account).may(Ability.ROUND_WITNESS, district=run.school.district_id)
    if not (runs or confirms or witness):
        raise NotAllowed(_("There is no such class assignment in your care."))
    step, waiting = step_of(run), pupils_of(run.school_id, run.season_id, run.stage)
    subject = subject_of(run) if step else ""
    confirmations = tuple(
        ClassConfirmation.objects.filter(run=run, step=step, subject=subject).select_related("official").order_by("at")
    )
    same = ClassRun.objects.filter(school=run.school, season=run.season, stage=run.stage)
    return ClassPage(
        run=run,
        pupils=run.entries.count() if run.announcement else waiting.count(),
        unanswered=placed_at([run.school_id])
        .filter(round__season=run.season, stage=run.stage, state=ApplicationState.OFFERED)
        .count(),
        step=step,
        digest=announcement_digest(run.announcement) if run.announcement else "",
        witnesses=_witnesses(run),
        confirmations=confirmations,
        rows=class_rows(run, language),
        warnings=_planned_warnings(run, waiting.count()),
        files=tuple(ClassFile.objects.filter(run=run).defer("body").order_by("pk")),
        late=tuple(same.exclude(pk=run.pk).order_by("number")),
        late_waiting=waiting.count() if run.state == ClassRun.State.PUBLISHED else 0,
        may_run=runs,
        may_confirm=runs or confirms,
        may_witness=witness,
        confirmed=any(one.official_id == account.pk for one in confirmations),
    )


def _witnesses(run: ClassRun) -> tuple[tuple[str, str | None], ...]:
    if not run.announcement:
        return ()
    names = run.announcement["entropy"]["witnesses"]
    return tuple(zip(names, run.nonces or [None] * len(names), strict=True))


def _warnings(stage: str, sizes: Sequence[int]) -> dict[int, str]:
    """By class number what to say of its size; the standard of 45 is for primary schools only."""
    return {
        one.number: str(_(MESSAGES[one.code])).format(number=one.number, size=one.size)
        for one in size_warnings(sizes)
        if one.code != "size.above_primary" or stage == Stage.PRIMARY
    }


def _planned_warnings(run: ClassRun, waiting: int) -> tuple[str, ...]:
    """What the sizes will be, said before they are announced: as even as can be."""
    if run.state != ClassRun.State.PLANNED or run.number or not run.classes:
        return ()
    sizes = [waiting // run.classes + (at < waiting % run.classes) for at in range(run.classes)]
    return tuple(_warnings(run.stage, sizes).values())


def class_rows(run: ClassRun, language: str) -> tuple[ClassRow, ...]:
    """The balance of the published classes of this run's school, late arrivals included; empty before publication."""
    if run.state != ClassRun.State.PUBLISHED:
        return ()
    members: list[list[dict[str, Any]]] = [[] for _ in range(run.classes)]
    seats = dict(ClassSeat.objects.filter(run__in=_until(run)).values_list("application_id", "number"))
    entries = ClassEntry.objects.filter(run__in=_until(run)).select_related("application__round__policy")
    names: dict[str, str] = {}
    for entry in entries.defer("salt"):
        facts = json.loads(entry.facts)
        names.setdefault(facts["kind"], _kind(entry.application, facts["kind"], language))
        members[seats[entry.application_id] - 1].append(facts)
    teachers: dict[int, list[ClassTeacher]] = {}
    for one in ClassTeacher.objects.filter(run__in=_until(run)).order_by("subject"):
        teachers.setdefault(one.number, []).append(one)
    most = max(1, *(len(one) for one in members))
    warnings = _warnings(run.stage, [len(one) for one in members])
    return tuple(
        _row(number, one, most, names, teachers.get(number, ()), warnings.get(number, ""))
        for number, one in enumerate(members, 1)
    )


def _until(run: ClassRun) -> list[int]:
    same = ClassRun.objects.filter(school=run.school_id, season=run.season_id, stage=run.stage)
    return list(same.filter(number__lte=run.number).values_list("pk", flat=True))


def _kind(application: Application, code: str, language: str) -> str:
    """What the policy calls a group, in the reader's language."""
    name = next((one.name for one in compiled(application.round.policy).groups if one.id == code), None)
    return code if name is None else str(name.en if language == "en" else name.zh)


def _row(
    number: int,
    members: Sequence[Mapping[str, Any]],
    most: int,
    names: Mapping[str, str],
    teachers: Sequence[ClassTeacher],
    warning: str,
) -> ClassRow:
    size, boys = len(members), sum(one["gender"] == "1" for one in members)
    kinds = Counter(one["kind"] for one in members)
    measures = sum(one["measure"] for one in members)
    return ClassRow(
        number=number,
        size=size,
        boys=boys,
        girls=size - boys,
        boys_bar=round(100 * boys / most),
        girls_bar=round(100 * (size - boys) / most),
        mean_month=f"{sum(one['month'] for one in members) / size:.1f}" if size else "",
        measure=f"{measures / size / 10:.2f}" if measures else "",
        kinds=tuple((names[code], kinds[code]) for code in sorted(names) if code),
        teacher=next((one.name for one in teachers if not one.subject), ""),
        subjects=tuple((one.subject, one.name) for one in teachers if one.subject),
        warning=warning,
    )


def public_runs() -> QuerySet[ClassRun]:
    """Announced runs, newest first."""
    found = ClassRun.objects.exclude(state=ClassRun.State.PLANNED).select_related("school__district", "season")
    return found.defer("teachers", "measures", "typed", "announcement").order_by("-committed_at", "pk")


def public_run(run_id: int) -> ClassRun | None:
    """A run the public may know of: announced."""
    found = ClassRun.objects.select_related("school__district", "season").filter(pk=run_id)
    return found.exclude(state=ClassRun.State.PLANNED).first()


def public_class_file(run_id: int, name: str) -> ClassFile | None:
    """A public file of a run by its name."""
    return ClassFile.objects.filter(run_id=run_id, name=name).first() if name in PUBLIC_FILES else None


def class_full_file(account: Account, run_id: int) -> bytes:
    """The full file for notary and inspector, after publication; the look is logged. Raises NotAllowed."""
    run = ClassRun.objects.select_related("school", "season").filter(pk=run_id, state=ClassRun.State.PUBLISHED).first()
    if run is None or not scope(account).may(Ability.ROUND_WITNESS, district=run.school.district_id):
        raise NotAllowed(_("There is no such class assignment in your care."))
    record(
        actor=account,
        action="classes.full_file",
        object_type="class_run",
        object_id=run.pk,
        district=run.school.district_id,
    )
    return canonical_json(full_file(run))


@dataclass(frozen=True, slots=True)
class ClassOf:
    """A child's published class: number, teachers by subject, the first days (what, from, until)."""

    school: School
    stage: str
    number: int
    name: str  # what the district calls it; "" for the usual words
    teacher: str
    subjects: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str, str], ...]


def class_of(application_id: UUID, language: str) -> ClassOf | None:
    """The class of a child; None until the run is published. The caller has checked who reads it."""
    seats = ClassSeat.objects.filter(application=application_id, run__state=ClassRun.State.PUBLISHED)
    seat = seats.select_related("run__school", "run__season").first()
    if seat is None:
        return None
    run = seat.run
    runs = ClassRun.objects.filter(school=run.school, season=run.season, stage=run.stage)
    teachers = ClassTeacher.objects.filter(run__in=runs, number=seat.number).order_by("subject")
    return ClassOf(
        school=run.school,
        stage=run.get_stage_display(),
        number=seat.number,
        name=class_name(run.season, run.stage, seat.number),
        teacher=next((row.name for row in teachers if not row.subject), ""),
        subjects=tuple((row.subject, row.name) for row in teachers if row.subject),
        days=_days(run.season, language),
    )


@dataclass(frozen=True, slots=True)
class MyClass:
    """What a family reads of its own child; ``one`` is None until the run is published."""

    application: Application
    school: School
    one: ClassOf | None
    run: ClassRun | None
    siblings: tuple[Application, ...]
    wish: str
    may_wish: bool
    pseudonym: str
    salt: str


def my_class(guardian: Account, application_id: UUID, language: str) -> MyClass:
    """The guardian's own child only. Raises NotAllowed for everybody else's, and for a child without a place."""
    one = (
        Application.objects.select_related("child", "round__season")
        .filter(pk=application_id, guardian=guardian, state__in=PUPIL_STATES)
        .first()
    )
    offer = one.offer if one is not None else None
    if one is None or offer is None or offer.school is None:
        raise no_such_application()
    school, season = offer.school, one.round.season
    runs = ClassRun.objects.filter(school=school, season=season, stage=one.stage)
    entry = ClassEntry.objects.filter(application=one).order_by("-run__number").first()
    siblings = starters(school.pk, season.pk, one.stage).filter(guardian=guardian).select_related("child")
    wish = SiblingWish.objects.filter(guardian=guardian, school=school, season=season, stage=one.stage).first()
    return MyClass(
        application=one,
        school=school,
        one=class_of(one.pk, language),
        run=entry.run if entry else None,
        siblings=tuple(siblings.exclude(pk=one.pk)),
        wish=wish.wish if wish else "",
        may_wish=not runs.exclude(state=ClassRun.State.PLANNED).exists(),
        pseudonym=entry.pseudonym if entry else "",
        salt=entry.salt if entry else "",
    )


def _days(season: Season, language: str) -> tuple[tuple[str, str, str], ...]:
    """(what, from, until) of the season's calendar that concerns the first days at school."""
    wanted = ("checkin", "term")
    rows = [row for row in season.calendar if str(row.get("key", "")).startswith(wanted)]
    name = "en" if language == "en" else "zh"
    return tuple((row.get(name, ""), row.get("starts", ""), row.get("ends", "")) for row in rows)

"""Planning a class assignment: who the pupils are, what the families wish, what the school fixes before the draw."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.filing.submission.services import normal_receipt
from enrollment.seasons.models import Application, Season
from enrollment.seasons.selectors import no_such_application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.classes.models import ClassRun, SiblingWish
from lottery.classes.pupils import PUPIL_STATES, may_confirm, may_run, pupils_of, starters
from lottery.engine.classes.lists import parse_measures, parse_teachers
from lottery.engine.classes.model import MOST_CLASSES
from lottery.engine.messages import LotteryError
from lottery.refusals import refused
from schools.models import School, SeatPlan

MOST_SIZE = 100
MOST_WITNESSES = 20
MOST_TEXT = 200


def run_for(account: Account, run_id: int, *, confirm: bool = False) -> ClassRun:
    """The run, locked, if the account's scope reaches its school. Call inside a transaction. Raises NotAllowed."""
    run = ClassRun.objects.select_for_update(of=("self",)).select_related("school", "season").filter(pk=run_id).first()
    if run is None or not (may_run(account, run.school) or (confirm and may_confirm(account, run.school))):
        raise NotAllowed(_("There is no such class assignment in your care."))
    return run


def note(actor: Account, run: ClassRun, action: str, **details: object) -> None:
    """The audit row of a step; details hold no name."""
    record(
        actor=actor,
        action=f"classes.{action}",
        object_type="class_run",
        object_id=run.pk,
        district=run.school.district_id,
        details=details,
    )


@transaction.atomic
def class_plan(*, staff: Account, school_code: str, season_id: int, stage: str) -> ClassRun:
    """Begin the main run of a school and stage; an existing one is given back. Raises NotAllowed, Refused."""
    school = School.objects.filter(pk=school_code).first()
    season = Season.objects.filter(pk=season_id).first()
    if school is None or season is None or not may_run(staff, school) or school.district_id != season.district_id:
        raise NotAllowed(_("There is no such school in your care."))
    found = ClassRun.objects.filter(school=school, season=season, stage=stage, number=0).first()
    if found is not None:
        return found
    count = pupils_of(school.pk, season.pk, stage).count()
    if not count:
        raise Refused(_("No family has accepted a place at this school yet."), code="empty")
    plan = SeatPlan.objects.filter(school=school, year=season.year, stage=stage).first()
    size = plan.class_size if plan else 45
    try:
        with transaction.atomic():
            run = ClassRun.objects.create(
                school=school,
                season=season,
                stage=stage,
                classes=max(1, -(-count // max(1, size))),
                size=size,
                planned_by=staff,
                planned_at=clock.now(),
            )
    except IntegrityError:  # another person began the same run in this moment
        return ClassRun.objects.get(school=school, season=season, stage=stage, number=0)
    note(staff, run, "plan")
    return run


@transaction.atomic
def class_plan_late(*, staff: Account, run_id: int) -> ClassRun:
    """Begin the draw of those who came after the last published run. Raises NotAllowed, Refused."""
    run = run_for(staff, run_id)
    last = ClassRun.objects.filter(school=run.school, season=run.season, stage=run.stage).order_by("-number")[0]
    if last.state != ClassRun.State.PUBLISHED:
        if last.number:
            return last
        raise Refused(_("First the classes of everybody else are published."), code="illegal_step")
    if not pupils_of(run.school_id, run.season_id, run.stage).exists():
        raise Refused(_("Every child who accepted a place is in a class. There are no late arrivals."), code="empty")
    late = ClassRun.objects.create(
        school=run.school,
        season=run.season,
        stage=run.stage,
        number=last.number + 1,
        classes=last.classes,
        size=last.size,
        sources=last.sources,
        planned_by=staff,
        planned_at=clock.now(),
    )
    note(staff, late, "plan", number=late.number)
    return late


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the school types, as text: it is kept exactly, and given back when something in it is refused."""

    classes: str
    size: str
    witnesses: str
    balls: str
    public_value: str
    teachers: str = ""
    measures: str = ""


@transaction.atomic
def class_prepare_begin(*, staff: Account, run_id: int) -> ClassRun:
    """The run whose plan may still be stored; asked before an uploaded list is read. Raises NotAllowed, Refused."""
    run = run_for(staff, run_id)
    if run.state != ClassRun.State.PLANNED:
        raise Refused(_("The roll is announced. The plan cannot be changed any more."), code="illegal_step")
    return run


@transaction.atomic
def class_prepare(*, staff: Account, run_id: int, prepared: Prepared) -> ClassRun:
    """Store the plan of a run that is not announced yet. Raises NotAllowed, Refused naming the field and line."""
    run = class_prepare_begin(staff=staff, run_id=run_id)
    if not run.number:
        run.classes = _number(prepared.classes, 1, MOST_CLASSES, "classes", _("Enter the number of classes, 1 to 200."))
    run.size = _number(prepared.size, 1, MOST_SIZE, "size", _("Enter the most pupils a class may have, 1 to 100."))
    run.sources = {
        "witnesses": _witnesses(prepared.witnesses),
        "balls": _words(prepared.balls, "balls"),
        "public_value": _words(prepared.public_value, "public_value"),
    }
    if not run.sources["witnesses"] and not run.sources["balls"] and not run.sources["public_value"]:
        raise Refused(_("Name at least one source of chance: a witness, balls or a public value."), field="witnesses")
    run.teachers = [] if run.number else _parsed_teachers(prepared.teachers)
    run.measures = {} if run.number else _parsed_measures(prepared.measures)
    run.typed = {"teachers": prepared.teachers, "measures": prepared.measures}
    run.save(update_fields=["classes", "size", "sources", "teachers", "measures", "typed"])
    note(staff, run, "prepare", classes=run.classes, size=run.size, teachers=len(run.teachers))
    return run


def _number(text: str, least: int, most: int, name: str, message: str) -> int:
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit() or len(plain) > 6 or not least <= int(plain) <= most:
        raise Refused(message, code="number", field=name)
    return int(plain)


def _words(text: str, name: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > MOST_TEXT or not plain.isprintable():
        raise Refused(_("At most 200 characters, please."), code="text", field=name)
    return plain


def _witnesses(text: str) -> list[str]:
    names = [_words(line, "witnesses") for line in text.splitlines() if line.strip()]
    if len(names) > MOST_WITNESSES:
        raise Refused(_("At most 20 witnesses, please."), code="witnesses", field="witnesses")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        message = _("“%(name)s” stands here twice. Give each witness a name of their own.")
        raise Refused(message % {"name": twice[0]}, code="witnesses", field="witnesses")
    return names


def _parsed_teachers(text: str) -> list[dict[str, object]]:
    try:
        found = parse_teachers(text)
    except LotteryError as error:
        raise refused(error, "teachers") from None
    return [one | {"receipt": normal_receipt(one["receipt"]) if one["receipt"] else ""} for one in found]


def _parsed_measures(text: str) -> dict[str, int]:
    try:
        return {normal_receipt(receipt): value for receipt, value in parse_measures(text).items()}
    except LotteryError as error:
        raise refused(error, "measures") from None


@transaction.atomic
def sibling_wish_set(*, guardian: Account, application_id: UUID, wish: str) -> SiblingWish:
    """Keep a family's wish for its children who start at one school together. Raises NotAllowed, Refused."""
    one = Application.objects.select_related("round").filter(pk=application_id, guardian=guardian).first()
    school = one.offer.school_id if one is not None and one.state in PUPIL_STATES and one.offer else None
    if one is None or school is None:
        raise no_such_application()
    if wish not in SiblingWish.Wish.values:
        raise Refused(_("Please choose: in one class or in different classes."), code="wish", field="wish")
    here = starters(school, one.round.season_id, one.stage).filter(guardian=guardian)
    if here.count() < 2:
        raise Refused(_("Only one of your children starts at this school: there is nothing to wish."), code="single")
    # The lock of the roll: a wish comes before the announcement and is on it, or comes after it and is refused.
    runs = ClassRun.objects.select_for_update().filter(school_id=school, season=one.round.season_id, stage=one.stage)
    if any(run.state != ClassRun.State.PLANNED for run in runs):
        raise Refused(_("The roll of the classes is announced already. The wish cannot be changed now."), code="late")
    made, _new = SiblingWish.objects.update_or_create(
        guardian=guardian,
        school_id=school,
        season_id=one.round.season_id,
        stage=one.stage,
        defaults={"wish": wish, "at": clock.now()},
    )
    record(
        actor=guardian,
        action="classes.wish",
        object_type="sibling_wish",
        object_id=made.pk,
        district=one.district_code,
        details={"wish": wish},
    )
    return made

"""The ceremony of a class assignment: announce, enter what the hall gave, draw, draw the teachers, publish.

Between the draw and the publication only digests are stored: every step computes the classes anew and compares.
"""

import gzip
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from enrollment.guardians.services.decision_messages import to_guardians
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import Refused
from foundation.steps import make_step
from foundation.transitions import IllegalTransition
from lottery.classes.models import ClassConfirmation, ClassEntry, ClassFile, ClassRun, ClassSeat, ClassTeacher
from lottery.classes.pupils import may_confirm
from lottery.classes.roll import Member, entropy_of, members_of, rows_of, start_of
from lottery.classes.sealed import Sealed, full_file, json_digest, sealed, step_of, subject_of
from lottery.classes.services.planning import note, run_for
from lottery.classes.states import CLASS_RUN, ClassEvent
from lottery.engine.classes import DEFAULT_SWAPS
from lottery.engine.classes.transcript import (
    Plan,
    Sources,
    Where,
    announce,
    assign,
    assignment_digest,
    program_digest,
    public_json,
    teach,
)
from lottery.engine.drawing.tickets import LEAST_SECRET, MOST_BALL, MOST_SECRET
from lottery.engine.drawing.transcript import canonical_json
from lottery.engine.messages import LotteryError
from lottery.refusals import refused
from notifications.services import Outgoing, messages_queue

Json = dict[str, Any]
MOST_BALLS = 100


def out_of_order(run: ClassRun) -> Refused:
    """Why a step is not possible in the run's state, and what comes first."""
    reasons = {
        ClassRun.State.PLANNED: _("The roll is not frozen yet. First announce the assignment."),
        ClassRun.State.COMMITTED: _("The roll is announced. Now enter what the witnesses and the balls gave."),
        ClassRun.State.WITNESSED: _("Enter the public value; then two different people confirm the draw."),
        ClassRun.State.DRAWN: _(
            "The classes are drawn and sealed; they are never drawn again. Then come the teachers, then publication."
        ),
        ClassRun.State.TEACHERS_DRAWN: _("The teachers are drawn and sealed. Now two people confirm the publication."),
        ClassRun.State.PUBLISHED: _("The classes are published. Nothing can be changed any more."),
    }
    return Refused(reasons[ClassRun.State(run.state)], code="illegal_step")


def _target(run: ClassRun, event: ClassEvent) -> str:
    try:
        return CLASS_RUN.target(run.state, event)
    except IllegalTransition:
        raise out_of_order(run) from None


def _step(run: ClassRun, event: ClassEvent, actor: Account, stamp: str) -> None:
    """Make one legal step by compare-and-set and save what it set. Call inside a transaction. Raises Refused."""

    def overtaken() -> str:
        return _("Somebody has just moved this assignment on. Please look at it again.")

    source = make_step(
        run, CLASS_RUN, event, illegal=lambda: out_of_order(run), overtaken=overtaken, **{stamp: clock.now()}
    )
    note(actor, run, event, source=source, target=run.state)


def _keep_file(run: ClassRun, name: str, body: bytes) -> None:
    ClassFile.objects.create(
        run=run,
        name=name,
        sha256=hashlib.sha256(body).hexdigest(),
        body=gzip.compress(body, mtime=0),
        made_at=clock.now(),
    )


@transaction.atomic
def class_commit(*, staff: Account, run_id: int) -> ClassRun:
    """Freeze the roll and publish what binds everybody before any entropy exists. Raises NotAllowed, Refused."""
    run = run_for(staff, run_id)
    _target(run, ClassEvent.COMMIT)
    if not run.sources:
        raise Refused(_("Save the plan first: witnesses, balls and the public value."), code="illegal_step")
    members = members_of(run)
    if not members:
        raise Refused(_("No family has accepted a place at this school yet."), code="empty")
    run.teachers = _teachers_to_announce(run, {one.application.receipt: one.pseudonym for one in members})
    run.teachers_salt = secrets.token_hex(32)
    plan = Plan(run.classes, run.size, DEFAULT_SWAPS, start_of(run), _base(run))
    where = Where(run.school.district_id, run.season.year, run.stage, run.school_id, run.number)
    sources = Sources(tuple(run.sources["witnesses"]), run.sources["balls"], run.sources["public_value"])
    try:
        run.announcement = announce(
            [one.row for one in members],
            where=where,
            plan=plan,
            teachers=run.teachers,
            salt=run.teachers_salt,
            sources=sources,
        ) | {"committed_at": clock.now().isoformat(timespec="seconds")}
        _rehearse(run, {one.pseudonym: one.facts for one in members})
    except LotteryError as error:
        raise _no_plan(run, error) from None
    run.save(update_fields=["teachers", "teachers_salt", "announcement"])
    _store(run, members)
    _keep_file(run, "announcement.json", canonical_json(run.announcement))
    _step(run, ClassEvent.COMMIT, staff, "committed_at")
    return run


def _teachers_to_announce(run: ClassRun, pseudonyms: Mapping[str, str]) -> list[Json]:
    """The list as it is committed to: receipts of own children become pseudonyms. Raises Refused."""
    if run.number:
        return []
    if not any(not one["subject"] for one in run.teachers):
        raise Refused(
            _("The list of teachers has no class teacher yet. Who teaches is fixed before the draw."), code="teachers"
        )
    found = []
    for one in run.teachers:
        if one["receipt"] and one["receipt"] not in pseudonyms:
            text = _("The receipt %(receipt)s beside %(name)s is not on the roll of this school.")
            raise Refused(text % {"receipt": one["receipt"], "name": one["name"]}, code="teachers", field="teachers")
        child = pseudonyms[one["receipt"]] if one["receipt"] else None
        found.append({"name": one["name"], "subject": one["subject"], "capacity": one["capacity"], "child": child})
    return sorted(found, key=lambda one: (one["subject"], one["name"]))


def _rehearse(run: ClassRun, facts: Mapping[str, str]) -> None:
    """Play the draw once under a seed that is thrown away: a plan that cannot work is refused before it binds."""
    seed = secrets.token_bytes(32)
    assignment = assign(run.announcement, facts, seed)
    teach(run.announcement, run.teachers, assignment, seed)


def _no_plan(run: ClassRun, error: LotteryError) -> Refused:
    """Why a plan cannot work, in words about the plan: the pseudonyms of siblings tell the school nothing."""
    if error.code in {"classes.room", "classes.together", "classes.apart"}:
        text = _(
            "The wishes of siblings do not fit into classes of %(size)d. Allow more pupils in a class, or more classes."
        )
        return Refused(text % {"size": run.size}, code=error.code, field="size")
    return refused(error, "teachers" if error.code in {"classes.teachers", "classes.barred"} else "size")


def _base(run: ClassRun) -> str:
    """Digest of the public file of the run before, which says who is placed already."""
    if not run.number:
        return ""
    before = ClassFile.objects.filter(
        run__school=run.school_id,
        run__season=run.season_id,
        run__stage=run.stage,
        run__number=run.number - 1,
        name="classes-public.json",
    )
    return before.get().sha256


def _store(run: ClassRun, members: list[Member]) -> None:
    ordered = sorted(members, key=lambda one: one.row.line().encode())
    ClassEntry.objects.bulk_create(
        ClassEntry(
            run=run,
            position=position,
            application=one.application,
            pseudonym=one.pseudonym,
            leaf=one.row.leaf,
            salt=one.salt,
            facts=one.facts,
        )
        for position, one in enumerate(ordered)
    )


@transaction.atomic
def class_nonces_enter(*, staff: Account, run_id: int, nonces: list[str], balls: str) -> ClassRun:
    """Enter what the hall gave; it is public at once and is never changed. Raises NotAllowed, Refused.

    A witness who gives nothing is left empty and stays in the transcript as silent.
    """
    run = run_for(staff, run_id)
    _target(run, ClassEvent.ENTER_NONCES)
    witnesses = run.announcement["entropy"]["witnesses"]
    given = [one.strip() for one in nonces]
    if len(given) != len(witnesses):
        raise Refused(_("Enter one text for each witness named in the announcement."), code="nonces", field="nonces")
    for name, one in zip(witnesses, given, strict=True):
        if one and (not LEAST_SECRET <= len(one.encode()) <= MOST_SECRET or not one.isprintable()):
            text = _("The text of %(witness)s needs at least 16 letters or digits, or 6 Chinese characters.")
            raise Refused(text % {"witness": name}, code="nonces", field="nonces")
    run.nonces = [one or None for one in given]
    run.balls = _balls(balls)
    if run.announcement["entropy"]["balls"] and not run.balls:
        raise Refused(_("Balls were announced. Enter their numbers in the order drawn."), code="balls", field="balls")
    if not run.balls and not any(run.nonces) and not run.announcement["entropy"]["public_value"]:
        raise Refused(_("At least one witness must give a text."), code="nonces", field="nonces")
    run.save(update_fields=["nonces", "balls"])
    _step(run, ClassEvent.ENTER_NONCES, staff, "witnessed_at")
    return run


def _balls(text: str) -> list[int]:
    cells = text.replace("，", " ").replace(",", " ").replace("、", " ").split()
    right = all(cell.isascii() and cell.isdigit() and len(cell) <= len(str(MOST_BALL)) for cell in cells)
    if not right or len(cells) > MOST_BALLS:
        raise Refused(
            _("Enter the ball numbers as whole numbers with commas between them."), code="balls", field="balls"
        )
    return [int(cell) for cell in cells]


@transaction.atomic
def class_value_enter(*, staff: Account, run_id: int, value: str) -> ClassRun:
    """Enter the public value named in the announcement; it may be corrected until the draw. Raises Refused."""
    run = run_for(staff, run_id)
    _target(run, ClassEvent.ENTER_VALUE)
    text = value.strip()
    if not run.announcement["entropy"]["public_value"]:
        raise Refused(_("No public value was announced, so none is entered."), code="illegal_step")
    if not 1 <= len(text) <= 200 or not text.isprintable():
        raise Refused(_("Enter the public value as it was published, at most 200 characters."), field="value")
    run.public_value = text
    run.save(update_fields=["public_value"])
    note(staff, run, ClassEvent.ENTER_VALUE)
    return run


def class_confirm(*, official: Account, run_id: int, step: str, token: str) -> ClassRun:
    """Confirm a final step; the second, different person's confirmation makes it. Raises NotAllowed, Refused.

    One of the two must come from outside the school (bureau, city, notary): a school alone never draws its classes.
    """
    with WithPassword(lambda: _run_to_confirm(official, run_id, step), person=official, token=token) as run:
        if _confirm(run, step, official):
            _MAKE[step](run, official)
        return run


def _run_to_confirm(official: Account, run_id: int, step: str) -> ClassRun:
    run = run_for(official, run_id, confirm=True)
    if step not in _MAKE or step_of(run) != step:
        raise out_of_order(run)
    return run


def _confirm(run: ClassRun, step: str, official: Account) -> bool:
    subject, outside = subject_of(run), may_confirm(official, run.school)
    before = list(ClassConfirmation.objects.filter(run=run, step=step, subject=subject))
    if any(one.official_id == official.pk for one in before):
        text = _("You have confirmed already. A second, different person must confirm.")
        raise Refused(text, code="same_person")
    if before and not outside and not any(one.outside for one in before):
        text = _("Somebody of the school has confirmed. The second must be of the bureau or a notary.")
        raise Refused(text, code="same_school")
    ClassConfirmation.objects.create(
        run=run, step=step, subject=subject, official=official, outside=outside, at=clock.now()
    )
    note(official, run, f"{step}.confirm", subject=subject, second=bool(before))
    return bool(before)


def _draw(run: ClassRun, official: Account) -> None:
    if run.announcement["program"] != program_digest():
        raise Refused(_("The program was changed since the announcement. Nothing is drawn."), code="program")
    try:
        found = sealed(run)
    except LotteryError as error:
        raise refused(error) from None
    run.seed, run.assignment_digest = found.seed.hex(), assignment_digest(found.assignment)
    run.spread = _spread(run, found)
    run.save(update_fields=["seed", "assignment_digest", "spread"])
    _step(run, ClassEvent.DRAW, official, "drawn_at")


def _spread(run: ClassRun, found: Sealed) -> Json:
    """How even the classes are, as ranges over the classes: nobody can be found in it."""
    start = run.announcement["start"] or [{} for _ in range(run.classes)]
    genders = [Counter(one) for one in start]
    ages: list[list[int]] = [[] for _ in start]
    for name, at in found.assignment.items():
        one = json.loads(found.facts[name])
        genders[at][one["gender"]] += 1
        ages[at].append(one["month"])
    sizes = [sum(one.values()) for one in genders]
    known = {gender for one in genders for gender in one}
    means = [10 * sum(one) // len(one) for one in ages if one]
    return {
        "sizes": [min(sizes), max(sizes)],
        "gender": max((max(one[g] for one in genders) - min(one[g] for one in genders) for g in known), default=0),
        "month_days": 3 * (max(means) - min(means)) if means and not run.number else None,  # three days a tenth
    }


def _draw_teachers(run: ClassRun, official: Account) -> None:
    run.teachers_digest = json_digest(sealed(run).teachers)
    run.save(update_fields=["teachers_digest"])
    _step(run, ClassEvent.DRAW_TEACHERS, official, "teachers_at")


def _publish(run: ClassRun, official: Account) -> None:
    found = sealed(run)
    body = public_json(run.announcement, rows_of(run), entropy_of(run), full_file(run), found.teachers)
    _keep_file(run, "classes-public.json", canonical_json(body))
    entries = list(ClassEntry.objects.filter(run=run).select_related("application__child", "application__guardian"))
    ClassSeat.objects.bulk_create(
        ClassSeat(run=run, application=one.application, number=found.assignment[one.pseudonym] + 1) for one in entries
    )
    ClassTeacher.objects.bulk_create(
        ClassTeacher(run=run, number=number, subject="" if subject == "class_teacher" else subject, name=name)
        for subject, names in found.teachers.items()
        for number, name in enumerate(names, 1)
    )
    _step(run, ClassEvent.PUBLISH_LATE if run.number else ClassEvent.PUBLISH, official, "published_at")
    told = [(one.application, _message(run, one.application, found.assignment[one.pseudonym] + 1)) for one in entries]
    messages_queue(to_guardians(told))


def _message(run: ClassRun, application: Application, number: int) -> Outgoing:
    return Outgoing(
        key=f"class_result:{application.pk}",
        template="class_result",
        params={"child": application.child.name, "number": number, "school": run.school.name},
        account=application.guardian,
        district=application.district_code,
    )


_MAKE: dict[str, Callable[[ClassRun, Account], None]] = {
    ClassEvent.DRAW: _draw,
    ClassEvent.DRAW_TEACHERS: _draw_teachers,
    ClassEvent.PUBLISH: _publish,
}

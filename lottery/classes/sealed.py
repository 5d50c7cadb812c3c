"""What a run gives before it is published: computed anew from roll and seed each time, compared with its digests."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from foundation.errors import Refused
from lottery.classes.models import ClassRun
from lottery.classes.roll import entropy_of, pupils_json
from lottery.classes.states import ClassEvent
from lottery.engine.classes.transcript import (
    announcement_digest,
    assign,
    assignment_digest,
    full_json,
    seed_of,
    teach,
)
from lottery.engine.drawing.transcript import canonical_json, digests


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run's roll and seed give, in memory only."""

    facts: dict[str, str]
    assignment: dict[str, int]
    teachers: dict[str, Any]
    seed: bytes


def sealed(run: ClassRun) -> Sealed:
    """Compute the run from its frozen roll and entropy. Raises LotteryError, Refused when a digest does not agree."""
    facts = {name: text for name, (_salt, text) in pupils_json(run).items()}
    seed = seed_of(run.announcement, entropy_of(run))
    assignment = assign(run.announcement, facts, seed)
    teachers = teach(run.announcement, run.teachers, assignment, seed)
    if run.assignment_digest and assignment_digest(assignment) != run.assignment_digest:
        raise Refused(_("Computing again gives other classes. Nothing is published."), code="digest")
    if run.teachers_digest and json_digest(teachers) != run.teachers_digest:
        raise Refused(_("Computing again gives other teachers. Nothing is published."), code="digest")
    return Sealed(facts, assignment, teachers, seed)


def json_digest(value: object) -> str:
    """SHA-256 over canonical JSON."""
    return str(digests([canonical_json(value)])["sha256"])


def step_of(run: ClassRun) -> str:
    """The final step that waits for two people: draw, draw_teachers, publish; empty when none does."""
    if run.state == ClassRun.State.WITNESSED:
        wanted = run.announcement["entropy"]["public_value"]
        return ClassEvent.DRAW if run.public_value or not wanted else ""
    if run.state == ClassRun.State.DRAWN:
        return ClassEvent.PUBLISH if run.number else ClassEvent.DRAW_TEACHERS
    return ClassEvent.PUBLISH if run.state == ClassRun.State.TEACHERS_DRAWN else ""


def subject_of(run: ClassRun) -> str:
    """The digest that two people confirm in the step that is due."""
    entered = [run.nonces, run.balls, run.public_value]
    return json_digest([announcement_digest(run.announcement), entered, run.assignment_digest, run.teachers_digest])


def full_file(run: ClassRun) -> dict[str, Any]:
    """The full file of a frozen run, for notary and inspector: made anew each time, stored nowhere."""
    return full_json(run.announcement, pupils_json(run), run.teachers, run.teachers_salt)

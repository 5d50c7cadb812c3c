"""A small school whose families accepted their places, and the people of a class assignment. All made up."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Account
from enrollment.seasons.models import Application, Child, Offer, Round
from foundation import clock
from lottery.classes.models import ClassRun
from lottery.classes.services import (
    Prepared,
    class_commit,
    class_confirm,
    class_nonces_enter,
    class_plan,
    class_prepare,
    class_value_enter,
)
from tests.factories import DISTRICT, YEAR, guardian
from tests.lottery.factories import SPACE, _round, apply, staff, token

SCHOOL = "WL01"
TEACHERS = "\n".join(
    [
        "姓名,岗位,学科,班数,子女报名号",
        "合成甲,班主任",
        "合成乙,class teacher",
        "合成丙,班主任,,1,",
        "合成丁,科任,数学,2",
        "合成戊,科任,数学,2",
    ]
)
VALUE = "3245.67"
NONCES = ["a parent's sixteen letters", "notary: 2026-08-20 ten o'clock"]
BALLS = "7, 12, 3"


def enter(round_: Round, number: int, *, school: str = SCHOOL, parent: Account | None = None) -> Application:
    """Application ``number`` with a published and accepted place: sex, month and group follow from the number."""
    one = apply(round_, number, state="accepted")
    owner = parent or one.guardian
    Child.objects.filter(pk=one.child_id).update(
        sex="12"[number % 2],
        birth_date=date(2019, 9 + number % 4, 3) - timedelta(days=31 * (number % 7)),
        guardian=owner,
    )
    Application.objects.filter(pk=one.pk).update(guardian=owner)
    Offer.objects.create(
        application=one,
        school_id=school,
        kind="choice",
        run_id=1,
        published_at=clock.now(),
        answer_by=clock.now(),
    )
    return Application.objects.get(pk=one.pk)


@dataclass(slots=True)
class Assignment:
    """A school with accepted pupils; a reviewer of the school, an official and a notary of the district."""

    round: Round
    pupils: list[Application]
    reviewer: Account
    official: Account
    notary: Account
    parent: Account  # of the last two pupils

    def plan(self) -> ClassRun:
        season = self.round.season_id
        return class_plan(staff=self.reviewer, school_code=SCHOOL, season_id=season, stage="primary")

    def prepared(self, **changed: str) -> Prepared:
        given = {
            "classes": "3",
            "size": "8",
            "witnesses": "Parent delegate\nNotary",
            "balls": "three balls of 01 to 33",
            "public_value": "SSE Composite Index, close of 20 August 2026",
            "teachers": TEACHERS,
        }
        return Prepared(**(given | changed))

    def committed(self, run: ClassRun | None = None, **changed: str) -> ClassRun:
        run = run or self.plan()
        class_prepare(staff=self.reviewer, run_id=run.pk, prepared=self.prepared(**changed))
        return class_commit(staff=self.reviewer, run_id=run.pk)

    def ready(self, run: ClassRun | None = None, **changed: str) -> ClassRun:
        run = self.committed(run, **changed)
        class_nonces_enter(staff=self.reviewer, run_id=run.pk, nonces=NONCES, balls=BALLS)
        return class_value_enter(staff=self.reviewer, run_id=run.pk, value=VALUE)

    def confirm(self, run: ClassRun, step: str) -> ClassRun:
        """Both people confirm the step."""
        for one in (self.reviewer, self.notary):
            run = class_confirm(official=one, run_id=run.pk, step=step, token=token(one))
        return run

    def drawn(self, run: ClassRun | None = None, **changed: str) -> ClassRun:
        return self.confirm(self.ready(run, **changed), "draw")

    def published(self, **changed: str) -> ClassRun:
        run = self.confirm(self.drawn(None, **changed), "draw_teachers")
        return self.confirm(run, "publish")


def assignment(*, pupils: int = 20) -> Assignment:
    """A school with ``pupils`` children who accepted; the last two have one parent."""
    round_ = _round(40)
    parent = guardian()
    made = [enter(round_, number, parent=parent if number >= pupils - 2 else None) for number in range(pupils)]
    return Assignment(
        round_,
        made,
        staff("school-1", "reviewer", SCHOOL),
        staff("official-1", "official"),
        staff("notary-1", "notary"),
        parent,
    )


def token_of(number: int) -> uuid.UUID:
    """The secret token of application ``number``."""
    return uuid.uuid5(SPACE, str(number))


__all__ = ["DISTRICT", "YEAR", "Assignment", "assignment", "enter", "token_of"]

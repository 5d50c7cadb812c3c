"""The class assignment of a rehearsal: the largest schools deal classes and draw teachers, in full ceremony."""

import hashlib

from django.db.models import Count

from enrollment.seasons.models import Application, ApplicationState, Round
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
from rehearsal.answers import public_value
from rehearsal.staff import account, next_token
from schools.models import SeatPlan

SCHOOLS_A_ROUND = 2
LEAST_PUPILS = 4
WITNESSES = ("家长代表（合成）", "公证员（合成）")


def largest(round_: Round) -> list[str]:
    """The schools with the most accepted children of a round, at most two."""
    rows = (
        Application.objects.filter(round=round_, state=ApplicationState.ACCEPTED, offer__school__isnull=False)
        .values_list("offer__school")
        .annotate(count=Count("pk", distinct=True))
        .order_by("-count", "offer__school")
    )
    return [str(school) for school, count in rows if count >= LEAST_PUPILS][:SCHOOLS_A_ROUND]


def _teachers(classes: int) -> str:
    rows = [f"合成教师{number:02},班主任,," for number in range(1, classes + 1)]
    rows += [f"合成教师{number + 50},科任,数学,2" for number in range(1, classes // 2 + classes % 2 + 1)]
    return "\n".join(["姓名,岗位,学科,班数", *rows])


def assign(round_: Round, school: str, seed: int) -> ClassRun:
    """From the plan to the published classes of one school."""
    official = account("official")
    run = class_plan(staff=official, school_code=school, season_id=round_.season_id, stage=round_.stage)
    pupils = (
        Application.objects.filter(round=round_, state=ApplicationState.ACCEPTED, offer__school=school)
        .distinct()
        .count()
    )
    size = SeatPlan.objects.get(school=school, year=round_.season.year, stage=round_.stage).class_size
    classes = max(2, -(-pupils // size))
    prepared = Prepared(
        classes=str(classes),
        size=str(size),
        witnesses="\n".join(WITNESSES),
        balls="",
        public_value="合成公开数值",
        teachers=_teachers(classes),
    )
    class_prepare(staff=official, run_id=run.pk, prepared=prepared)
    class_commit(staff=official, run_id=run.pk)
    said = [hashlib.sha256(f"{seed}:{school}:{name}".encode()).hexdigest() for name in WITNESSES]
    class_nonces_enter(staff=official, run_id=run.pk, nonces=said, balls="")
    class_value_enter(staff=official, run_id=run.pk, value=public_value(seed))
    for step in ("draw", "draw_teachers", "publish"):
        for name in ("official", "notary"):
            run = class_confirm(official=account(name), run_id=run.pk, step=step, token=next_token(name))
    return run

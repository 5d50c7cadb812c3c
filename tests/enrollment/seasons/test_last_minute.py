"""The last minute of every deadline: what reads it in a query and what reads it in code agree to the second."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pytest
from django.urls import reverse

from accounts.models import Account
from enrollment.outcome.services.offers import lapse_sweep
from enrollment.outcome.services.reminders import place_look
from enrollment.outcome.unanswered import unanswered
from enrollment.review.queue import Wanted, counts, lines, open_cases, queue
from enrollment.seasons.models import Application, Round
from enrollment.seasons.seats import supplementary_open
from enrollment.seasons.selectors import open_rounds, round_standing
from enrollment.seasons.services.phases import rounds_move_on
from enrollment.seasons.services.rounds import may_file
from foundation import clock
from portal.today import today
from tests import factories

pytestmark = pytest.mark.django_db
START: Final = datetime(2026, 6, 22, 17, 0, tzinfo=clock.SHANGHAI)
DAYS: Final = timedelta(days=3)
DUE: Final = START + DAYS
Over = Callable[[], bool]


def _round(kind: Round.Kind = Round.Kind.MAIN) -> Round:
    round_ = factories.world().round
    Round.objects.filter(pk=round_.pk).update(kind=kind, closes_at=DUE)
    return Round.objects.get(pk=round_.pk)


def _home_page() -> Over:
    _round()
    return lambda: not open_rounds().exists()


def _standing() -> Over:
    round_ = _round()
    return lambda: round_standing(round_) == "closed" and not may_file(round_)


def _supplementary() -> Over:
    round_ = _round(Round.Kind.SUPPLEMENTARY)
    return lambda: supplementary_open(round_.season, round_.stage) is None


def _closes_itself() -> Over:
    _round()
    return lambda: rounds_move_on() == 1


def _case() -> Account:
    made = factories.application("in_review")
    Application.objects.filter(pk=made.pk).update(next_step_by=DUE)
    return factories.staff("reviewer", school="WL01")


def _queue() -> Over:
    reviewer = _case()
    return lambda: queue(reviewer, Wanted(due="over")).exists() and not queue(reviewer, Wanted(due="today")).exists()


def _queue_counts() -> Over:
    reviewer = _case()
    return lambda: (counts(reviewer)["over"], counts(reviewer)["today"]) == (1, 0)


def _queue_lines() -> Over:
    reviewer = _case()
    return lambda: lines(list(open_cases(reviewer)))[0].over


def _unanswered() -> Over:
    factories.application("offered", within=DAYS)
    official = factories.staff("official")
    return lambda: unanswered(official).overdue == 1


def _place_lapses() -> Over:
    made = factories.application("offered", within=DAYS)
    place_look(official=factories.staff("official"), application_id=made.pk, result="looked")
    return lambda: lapse_sweep() == 1


DOORS: Final = [
    _home_page,
    _standing,
    _supplementary,
    _closes_itself,
    _queue,
    _queue_counts,
    _queue_lines,
    _unanswered,
    _place_lapses,
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("seconds", "over"), [(-1, False), (0, False), (1, False), (59, False), (60, True)])
def test_the_last_minute_belongs_to_the_deadline(door: Callable[[], Over], seconds: int, over: bool) -> None:
    with clock.at(START):
        is_over = door()
    with clock.at(DUE + timedelta(seconds=seconds)):
        assert is_over() == over


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (59, False), (60, True)])
def test_the_first_page_calls_an_appeal_late_after_its_minute(seconds: int, late: bool) -> None:
    with clock.at(START):
        appeal = factories.application("appealed").appeals.get()
        reviewer = factories.staff("reviewer", school="WL01")
    with clock.at(appeal.answer_by + timedelta(seconds=seconds)):
        appeals = [one for one in today(reviewer) if one.link == reverse("admin:enrollment_appeal_changelist")]
        assert [one.late for one in appeals] == [late]

"""The desk: one person at a time has a case, notes and errands are kept, reasons are the district's."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from audit.models import Entry
from enrollment.desk.models import CaseDesk, CaseNote, Errand
from enrollment.desk.selectors import errands_of, reasons_of
from enrollment.desk.services import (
    HELD,
    Hold,
    case_give,
    case_hold,
    case_note,
    case_take_over,
    errand_add,
    errand_finish,
    held_by_another,
    reason_add,
    reason_end,
    view_delete,
    view_save,
)
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.models import District
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_case() -> Application:
    return factories.application("attention")


def test_a_case_is_held_by_one_person_and_let_go_by_time(open_case: Application) -> None:
    first, second = factories.staff("reviewer", school="WL01"), factories.staff("official")
    assert case_hold(reviewer=first, application=open_case).mine
    held = case_hold(reviewer=second, application=open_case)
    assert (held.mine, held.by) == (False, first)
    assert str(first) in held_by_another(open_case, second)
    assert held_by_another(open_case, first) == ""
    with clock.at(clock.now() + HELD + timedelta(seconds=1)):
        assert case_hold(reviewer=second, application=open_case).mine
        assert held_by_another(open_case, first)


def test_taking_over_is_in_the_log(open_case: Application) -> None:
    first, second = factories.staff("official"), factories.staff("official")
    case_hold(reviewer=first, application=open_case)
    assert case_take_over(reviewer=second, application_id=open_case.pk).mine
    assert CaseDesk.objects.get(pk=open_case.pk).held_by == second
    assert Entry.objects.get(action="desk.take_over").details["from"] == first.pk


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_holds_the_case() -> None:
    case = factories.application("attention")
    people = [factories.staff("official") for _ in range(6)]
    held = at_once([partial(case_hold, reviewer=who, application=case) for who in people])
    holds = [one for one in held if isinstance(one, Hold)]
    assert len(holds) == len(people)
    assert sum(one.mine for one in holds) == 1
    assert len({one.by.pk for one in holds}) == 1


@pytest.mark.parametrize(("role", "school"), [("reviewer", "WL02"), ("supervisor", ""), ("clerk", ""), ("city", "")])
def test_whoever_may_not_decide_has_no_desk(open_case: Application, role: str, school: str) -> None:
    stranger = factories.staff(role, school=school)
    for act in (
        lambda: case_hold(reviewer=stranger, application=open_case),
        lambda: case_note(reviewer=stranger, application_id=open_case.pk, text="看一看"),
        lambda: case_give(reviewer=stranger, application_id=open_case.pk, username=""),
        lambda: errand_add(
            reviewer=stranger, application_id=open_case.pk, kind="call", what="打电话", due_on=clock.today()
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not CaseNote.objects.exists()


def test_notes_are_kept_as_written_and_never_change(open_case: Application) -> None:
    official = factories.staff("official")
    made = case_note(reviewer=official, application_id=open_case.pk, text="  与爷爷通过电话\0 ")
    assert made.text == "与爷爷通过电话"
    for words in ("", " ", "好", "长" * 2001):
        with pytest.raises(Refused) as refused:
            case_note(reviewer=official, application_id=open_case.pk, text=words)
        assert refused.value.field == "note"


def test_an_errand_has_a_day_somebody_and_a_result(open_case: Application) -> None:
    official, reviewer = factories.staff("official"), factories.staff("reviewer", school="WL01")
    other = factories.staff("reviewer", school="WL02")
    given: dict[str, Any] = {"reviewer": official, "application_id": open_case.pk, "kind": "call", "what": "问门牌号"}
    for due in (None, clock.today() - timedelta(days=1), clock.today() + timedelta(days=61)):
        with pytest.raises(Refused) as refused:
            errand_add(**given, due_on=due)
        assert refused.value.field == "errand_due"
    with pytest.raises(Refused) as refused:
        errand_add(**given, due_on=clock.today(), username=other.username)
    assert refused.value.field == "errand_for"
    made = errand_add(**given, due_on=clock.today(), username=reviewer.username)
    assert [one.pk for one in errands_of(reviewer)] == [made.pk]
    assert not errands_of(other).exists()
    with pytest.raises(NotAllowed):
        errand_finish(reviewer=other, errand_id=made.public_id, result="已打电话")
    errand_finish(reviewer=reviewer, errand_id=made.public_id, result="已打电话，是8号")
    errand_finish(reviewer=official, errand_id=made.public_id, result="再按一次")
    made.refresh_from_db()
    assert (made.result, made.done_by) == ("已打电话，是8号", reviewer)
    assert not errands_of(reviewer).exists()
    assert Errand.objects.count() == 1


def test_a_case_is_given_to_who_may_decide_it(open_case: Application) -> None:
    official, reviewer = factories.staff("official"), factories.staff("reviewer", school="WL01")
    for nobody in ("nobody", factories.staff("clerk").username, factories.staff("reviewer", school="WL02").username):
        with pytest.raises(Refused):
            case_give(reviewer=official, application_id=open_case.pk, username=nobody)
    assert case_give(reviewer=official, application_id=open_case.pk, username=reviewer.username) == reviewer
    assert case_give(reviewer=official, application_id=open_case.pk, username="") is None
    assert CaseDesk.objects.get(pk=open_case.pk).given_to is None


def test_reasons_are_worded_by_the_district_in_the_familys_language(open_case: Application) -> None:
    official, place = factories.staff("official"), District.objects.get(pk=factories.DISTRICT)
    with pytest.raises(NotAllowed):
        reason_add(official=factories.staff("reviewer"), district=place, decision="approve", zh="核对无误。", en="")
    made = reason_add(official=official, district=place, decision="approve", zh="核对无误。", en="All is well.")
    assert reasons_of(open_case)["approve"] == ["核对无误。"]
    open_case.guardian.language = "en"
    assert reasons_of(open_case)["approve"] == ["All is well."]
    assert reasons_of(open_case)["refuse"] == []
    with pytest.raises(NotAllowed):
        reason_end(official=factories.staff("official", district="430703"), reason_id=made.pk)
    reason_end(official=official, reason_id=made.pk)
    assert reasons_of(open_case)["approve"] == []


def test_views_are_ones_own_and_few() -> None:
    one, other = factories.staff("official"), factories.staff("official")
    first = view_save(account=one, name="逾期", query="due=over")
    assert view_save(account=one, name="逾期", query="due=today").pk == first.pk
    view_delete(account=other, view_id=first.pk)
    assert one.saved_views.get().query == "due=today"
    for number in range(19):
        view_save(account=one, name=f"视图{number}", query="mine=1")
    with pytest.raises(Refused):
        view_save(account=one, name="再来一个", query="")
    view_delete(account=one, view_id=first.pk)
    assert one.saved_views.count() == 19

"""The ceremony of a class assignment on the real database: in order, by the right people, seen by nobody early."""

import gzip
import json
from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, transaction

from enrollment.seasons.models import Application
from foundation.errors import NotAllowed, Refused
from lottery.classes.models import ClassConfirmation, ClassEntry, ClassFile, ClassRun, ClassSeat, ClassTeacher
from lottery.classes.roll import members_of
from lottery.classes.sealed import sealed
from lottery.classes.services import (
    class_commit,
    class_confirm,
    class_nonces_enter,
    class_plan,
    class_plan_late,
    class_prepare,
    class_value_enter,
    sibling_wish_set,
)
from notifications.models import Message
from tests.enrollment.guardians.test_agreements import person
from tests.enrollment.guardians.test_decision_messages import arrange
from tests.lottery.classes.factories import BALLS, NONCES, TEACHERS, VALUE, Assignment, assignment, enter
from tests.lottery.factories import staff, token
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def refusal(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def confirm_one(run: ClassRun, step: str, one: Assignment, who: str = "reviewer") -> ClassRun:
    person = getattr(one, who)
    return class_confirm(official=person, run_id=run.pk, step=step, token=token(person))


def test_the_whole_way_gives_every_pupil_one_class_and_one_message() -> None:
    one = assignment()
    run = one.published()
    seats = list(ClassSeat.objects.filter(run=run))
    assert sorted(seat.application_id for seat in seats) == sorted(pupil.pk for pupil in one.pupils)
    sizes = [sum(seat.number == number for seat in seats) for number in (1, 2, 3)]
    assert max(sizes) - min(sizes) <= 1
    assert set(Message.objects.values_list("template", flat=True)) == {"class_result"}
    assert Message.objects.count() == len(one.pupils)
    teachers = ClassTeacher.objects.filter(run=run)
    assert teachers.filter(subject="").count() == 3
    assert teachers.filter(subject="数学").count() == 3
    public = json.loads(gzip.decompress(ClassFile.objects.get(run=run, name="classes-public.json").body))
    assert sum(row["size"] for row in public["totals"]) == 20


def test_before_publication_no_row_says_who_is_in_which_class() -> None:
    one = assignment()
    run = one.drawn()
    for state in ("drawn", "teachers_drawn"):
        run.refresh_from_db()
        assert run.state == state
        assert not ClassSeat.objects.exists()
        assert not ClassTeacher.objects.exists()
        assert not Message.objects.exists()
        assert [file.name for file in ClassFile.objects.all()] == ["announcement.json"]
        stored = json.dumps([str(value) for row in ClassRun.objects.values() for value in row.values()])
        assert not any(name in stored for name in ClassEntry.objects.values_list("pseudonym", flat=True))
        if state == "drawn":
            one.confirm(run, "draw_teachers")


def test_steps_out_of_order_are_refused_with_the_reason() -> None:
    one = assignment(pupils=9)
    run = one.plan()
    assert one.plan().pk == run.pk
    assert refusal(lambda: class_commit(staff=one.reviewer, run_id=run.pk)).code == "illegal_step"
    enter_hall = partial(class_nonces_enter, staff=one.reviewer, run_id=run.pk, nonces=NONCES, balls=BALLS)
    enter_value = partial(class_value_enter, staff=one.reviewer, run_id=run.pk, value=VALUE)
    prepare = partial(class_prepare, staff=one.reviewer, run_id=run.pk, prepared=one.prepared())
    for act in (enter_hall, enter_value, partial(confirm_one, run, "draw", one)):
        assert refusal(act).code == "illegal_step"
    one.committed(run)
    for act in (prepare, enter_value, partial(confirm_one, run, "draw", one)):
        assert refusal(act).code == "illegal_step"
    enter_hall()
    for act in (enter_hall, partial(confirm_one, run, "draw", one)):  # the public value is still missing
        assert refusal(act).code == "illegal_step"
    enter_value()
    for step in ("draw_teachers", "publish", "nonsense"):
        assert refusal(partial(confirm_one, run, step, one)).code == "illegal_step"
    one.confirm(run, "draw")
    for act in (enter_value, partial(confirm_one, run, "publish", one)):
        assert refusal(act).code == "illegal_step"
    assert refusal(lambda: class_plan_late(staff=one.reviewer, run_id=run.pk)).code == "illegal_step"


def test_two_different_people_confirm_and_one_of_them_is_not_of_the_school() -> None:
    one = assignment(pupils=9)
    run = one.ready()
    assert confirm_one(run, "draw", one).state == "witnessed"
    assert refusal(partial(confirm_one, run, "draw", one)).code == "same_person"
    one.official = staff("school-2", "reviewer", "WL01")
    assert refusal(partial(confirm_one, run, "draw", one, "official")).code == "same_school"
    assert confirm_one(run, "draw", one, "notary").state == "drawn"
    wrong = refusal(lambda: class_confirm(official=one.reviewer, run_id=run.pk, step="draw_teachers", token="000000"))
    assert wrong.field == "token"


def test_a_corrected_value_asks_both_to_confirm_again() -> None:
    one = assignment(pupils=9)
    run = one.ready()
    confirm_one(run, "draw", one)
    class_value_enter(staff=one.reviewer, run_id=run.pk, value="3245.68")
    assert confirm_one(run, "draw", one, "notary").state == "witnessed"
    assert confirm_one(run, "draw", one).state == "drawn"


def test_only_people_of_the_school_and_its_district_take_part() -> None:
    one = assignment(pupils=9)
    run = one.committed()
    stranger = staff("school-9", "reviewer", "WL02")
    witness = staff("witness-9", "witness")
    acts: list[Callable[[], object]] = [
        lambda: class_plan(staff=stranger, school_code="WL01", season_id=run.season_id, stage="primary"),
        lambda: class_prepare(staff=stranger, run_id=run.pk, prepared=one.prepared()),
        lambda: class_commit(staff=one.notary, run_id=run.pk),
        lambda: class_nonces_enter(staff=witness, run_id=run.pk, nonces=NONCES, balls=BALLS),
        lambda: class_value_enter(staff=stranger, run_id=run.pk, value=VALUE),
        lambda: class_confirm(official=stranger, run_id=run.pk, step="draw", token="1"),
        lambda: class_plan_late(staff=stranger, run_id=run.pk),
        lambda: class_commit(staff=one.reviewer, run_id=0),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_the_same_roll_and_entropy_give_the_same_digests_again() -> None:
    """What a killed process has to find again: nothing is kept but the inputs, and they give the same."""
    digests = set()
    for _time in range(2):
        with transaction.atomic():
            one = assignment()
            run = one.drawn()
            again = sealed(ClassRun.objects.get(pk=run.pk))
            assert len(again.assignment) == 20
            digests.add((run.announcement["roll"]["root"], run.seed, run.assignment_digest))
            transaction.set_rollback(True)
    assert len(digests) == 1


def test_a_changed_seal_stops_the_publication_whole() -> None:
    one = assignment(pupils=9)
    run = one.confirm(one.drawn(), "draw_teachers")
    ClassRun.objects.filter(pk=run.pk).update(assignment_digest="0" * 64)
    confirm_one(run, "publish", one)
    assert refusal(partial(confirm_one, run, "publish", one, "notary")).code == "digest"
    assert not ClassSeat.objects.exists()
    assert ClassConfirmation.objects.filter(step="publish").count() == 1
    assert ClassRun.objects.get(pk=run.pk).state == "teachers_drawn"


def test_rolls_places_and_files_are_never_changed() -> None:
    one = assignment(pupils=6)
    one.published()
    for model, change in (
        (ClassEntry, {"leaf": "0" * 64}),
        (ClassSeat, {"number": 1 + ClassSeat.objects.all()[0].number}),
        (ClassFile, {"sha256": "0" * 64}),
        (ClassTeacher, {"name": "合成他"}),
        (ClassConfirmation, {"step": "other"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()[0].delete()


def test_late_arrivals_move_nobody_and_are_told_alone() -> None:
    one = assignment(pupils=12)
    first = one.published()
    before = dict(ClassSeat.objects.values_list("application_id", "number"))
    nobody = refusal(lambda: class_plan_late(staff=one.reviewer, run_id=first.pk))
    assert nobody.code == "empty"
    late = [enter(one.round, number) for number in range(40, 44)]
    run = class_plan_late(staff=one.reviewer, run_id=first.pk)
    assert class_plan_late(staff=one.reviewer, run_id=first.pk).pk == run.pk
    run = one.confirm(one.drawn(run), "publish")
    after = dict(ClassSeat.objects.values_list("application_id", "number"))
    assert {pk: after[pk] for pk in before} == before
    assert {pk for pk in after if pk not in before} == {pupil.pk for pupil in late}
    sizes = [list(after.values()).count(number) for number in (1, 2, 3)]
    assert max(sizes) - min(sizes) <= 1
    assert Message.objects.count() == 16
    assert run.announcement["base"] == ClassFile.objects.get(run=first, name="classes-public.json").sha256


@pytest.mark.parametrize("wish", ["together", "apart"])
def test_the_wish_of_the_parents_holds_in_both_draws(wish: str) -> None:
    one = assignment(pupils=13)
    pair = [pupil.pk for pupil in one.pupils[-2:]]
    sibling_wish_set(guardian=one.parent, application_id=pair[0], wish="apart")
    sibling_wish_set(guardian=one.parent, application_id=pair[1], wish=wish)
    first = one.published()
    numbers = dict(ClassSeat.objects.values_list("application_id", "number"))
    assert (numbers[pair[0]] == numbers[pair[1]]) is (wish == "together")
    late = enter(one.round, 50, parent=one.parent)
    run = class_plan_late(staff=one.reviewer, run_id=first.pk)
    one.confirm(one.drawn(run), "publish")
    number = ClassSeat.objects.get(application=late).number
    assert (number in {numbers[pk] for pk in pair}) is (wish == "together")


def test_a_wish_comes_in_time_from_the_parents_of_two_children_or_is_refused() -> None:
    one = assignment(pupils=8)
    pk, alone = one.pupils[-1].pk, one.pupils[0]
    with pytest.raises(NotAllowed):
        sibling_wish_set(guardian=alone.guardian, application_id=pk, wish="apart")
    single = refusal(lambda: sibling_wish_set(guardian=alone.guardian, application_id=alone.pk, wish="together"))
    assert single.code == "single"
    for wish in ("", "near", "\x00"):
        wrong = refusal(partial(sibling_wish_set, guardian=one.parent, application_id=pk, wish=wish))
        assert wrong.field == "wish"
    one.committed()
    late = refusal(lambda: sibling_wish_set(guardian=one.parent, application_id=pk, wish="apart"))
    assert late.code == "late"


def test_wishes_that_cannot_hold_are_refused_before_they_bind() -> None:
    one = assignment(pupils=6)
    sibling_wish_set(guardian=one.parent, application_id=one.pupils[-1].pk, wish="apart")
    wrong = refusal(lambda: one.committed(classes="1"))
    assert (wrong.code, wrong.field) == ("classes.apart", "size")
    assert ClassRun.objects.get().state == "planned"
    assert not ClassEntry.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"classes": "0"}, "classes"),
        ({"classes": "²"}, "classes"),
        ({"size": "-1"}, "size"),
        ({"witnesses": "A\nA"}, "witnesses"),
        ({"witnesses": "", "balls": "", "public_value": " "}, "witnesses"),
        ({"balls": "x" * 201}, "balls"),
        ({"public_value": "a\x00b"}, "public_value"),
        ({"teachers": TEACHERS + "\n合成己,科任,数学,x"}, "teachers"),
        ({"measures": "26-ABCD,1.25"}, "measures"),
    ],
)
def test_a_plan_that_cannot_be_read_names_its_field(changed: dict[str, str], field: str) -> None:
    one = assignment(pupils=6)
    assert refusal(lambda: one.committed(None, **changed)).field == field


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"size": "1"}, "classes.size"),
        ({"classes": "7"}, "classes.count"),
        ({"teachers": ""}, "teachers"),
        ({"teachers": "合成甲,班主任"}, "classes.teachers"),
        ({"teachers": TEACHERS + "\n合成己,班主任,,1,26-0000-0000-0"}, "teachers"),
        ({"measures": "26-0000-0000-0,90"}, "measures"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_before_it_binds(changed: dict[str, str], code: str) -> None:
    one = assignment(pupils=6)
    assert refusal(lambda: one.committed(None, **changed)).code == code
    run = ClassRun.objects.get()
    assert (run.state, run.announcement) == ("planned", {})
    assert run.typed["teachers"] == changed.get("teachers", TEACHERS)  # nothing typed is lost


@pytest.mark.parametrize(
    ("nonces", "balls", "field"),
    [
        (NONCES[:1], BALLS, "nonces"),
        (["short", NONCES[1]], BALLS, "nonces"),
        (["a" * 257, NONCES[1]], BALLS, "nonces"),
        (["long enough\x00 to be one", NONCES[1]], BALLS, "nonces"),
        (NONCES, "", "balls"),
        (NONCES, "7; 12", "balls"),
        (NONCES, "-7", "balls"),
        (NONCES, "99999999999", "balls"),
    ],
)
def test_what_the_hall_gives_is_checked(nonces: list[str], balls: str, field: str) -> None:
    one = assignment(pupils=6)
    run = one.committed()
    wrong = refusal(lambda: class_nonces_enter(staff=one.reviewer, run_id=run.pk, nonces=nonces, balls=balls))
    assert wrong.field == field
    assert ClassRun.objects.get(pk=run.pk).state == "committed"


def test_a_silent_witness_stays_in_the_transcript() -> None:
    one = assignment(pupils=6)
    run = one.committed()
    class_nonces_enter(staff=one.reviewer, run_id=run.pk, nonces=["", NONCES[1]], balls=BALLS)
    class_value_enter(staff=one.reviewer, run_id=run.pk, value=VALUE)
    run = one.confirm(one.confirm(one.confirm(run, "draw"), "draw_teachers"), "publish")
    public = json.loads(gzip.decompress(ClassFile.objects.get(run=run, name="classes-public.json").body))
    assert public["nonces"][0] is None


def test_only_children_who_accepted_this_school_are_on_the_roll() -> None:
    one = assignment(pupils=8)
    elsewhere = enter(one.round, 60, school="WL02")
    Application.objects.filter(pk=one.pupils[0].pk).update(state="declined")
    run = one.committed()
    listed = set(ClassEntry.objects.filter(run=run).values_list("application_id", flat=True))
    assert listed == {pupil.pk for pupil in one.pupils[1:]}
    assert elsewhere.pk not in listed
    assert {one.application.pk for one in members_of(run)} == listed


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_make_one_draw() -> None:
    one = assignment(pupils=9)
    run = one.ready()
    tokens = {person: token(person) for person in (one.official, one.notary)}
    done = at_once(
        [
            partial(class_confirm, official=person, run_id=run.pk, step="draw", token=code)
            for person, code in tokens.items()
        ]
    )
    assert not [failed for failed in done if isinstance(failed, Exception)]
    assert ClassConfirmation.objects.filter(step="draw").count() == 2
    assert ClassRun.objects.get(pk=run.pk).state == "drawn"


@pytest.mark.parametrize("how", ["nothing", "copy", "lead", "order"])
def test_the_class_is_told_to_those_who_are_told_of_decisions(how: str) -> None:
    one, other = assignment(), person()
    child = one.pupils[0]
    told_now = arrange(how, child, other)
    one.published()
    found = Message.objects.filter(template="class_result", key__startswith=f"class_result:{child.pk}")
    assert set(found.values_list("account_id", flat=True)) == told_now
    assert found.count() == len(told_now)
    assert Message.objects.filter(template="class_result", account=other).count() == (other.pk in told_now)

"""Balanced, replayable classes."""

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.engine.classes import (
    ClassPupil,
    Late,
    SizeWarning,
    Teacher,
    Wish,
    assign_classes,
    draw_teachers,
    late_arrivals,
)
from lottery.engine.messages import MESSAGES, LotteryError

KEY = b"k" * 32


def _cohort(count: int, seed: int = 1) -> list[ClassPupil]:
    chance = random.Random(seed)
    return [
        ClassPupil(f"p{number:04}", chance.choice("12"), max(0, min(3000, int(chance.gauss(2200, 350)))))
        for number in range(count)
    ]


def test_five_hundred_pupils_into_ten_classes_are_balanced() -> None:
    """Measures are tenths of points out of 300: a spread of 0.3 points is 3."""
    found = assign_classes(_cohort(500), classes=10, key=KEY)
    assert found.sizes == (50,) * 10
    assert found.gender_range <= 1
    assert found.mean_range <= 3


def test_swaps_improve_on_the_snake_alone() -> None:
    snake = assign_classes(_cohort(500), classes=10, key=KEY, swaps=0)
    swapped = assign_classes(_cohort(500), classes=10, key=KEY)
    assert swapped.mean_range < snake.mean_range
    assert swapped.gender_range == snake.gender_range


@given(st.randoms(use_true_random=False), st.integers(1, 60), st.integers(1, 6))
@settings(max_examples=40)
def test_the_same_key_replays_whatever_the_order(shuffler: random.Random, count: int, classes: int) -> None:
    pupils = _cohort(count, seed=count)
    if classes > count:
        classes = count
    first = assign_classes(pupils, classes=classes, key=KEY, swaps=2000)
    shuffler.shuffle(pupils)
    assert assign_classes(pupils, classes=classes, key=KEY, swaps=2000) == first
    assert sum(first.sizes) == count
    assert max(first.sizes) - min(first.sizes) <= 1
    assert max(first.sizes) == -(-count // classes)


def test_another_key_gives_other_classes() -> None:
    pupils = _cohort(200)
    one, two = (assign_classes(pupils, classes=5, key=key) for key in (KEY, b"l" * 32))
    assert one.assignment != two.assignment


@given(st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=20)
def test_sibling_wishes_hold(together: int, apart: int) -> None:
    pupils = _cohort(120, seed=together * 31 + apart)
    for pair in range(together + apart):
        wish: Wish = "together" if pair < together else "apart"
        for at in (2 * pair, 2 * pair + 1):
            pupils[at] = replace(pupils[at], group=f"g{pair}", wish=wish)
    found = assign_classes(pupils, classes=4, key=KEY, swaps=3000).assignment
    for pair in range(together + apart):
        same = found[pupils[2 * pair].id] == found[pupils[2 * pair + 1].id]
        assert same is (pair < together)


def test_warnings_name_the_class_and_the_limit() -> None:
    assert assign_classes(_cohort(45), classes=1, key=KEY).warnings == ()
    for count, words in [(46, "above_primary"), (51, "above_junior"), (56, "large"), (66, "oversize")]:
        (warning,) = assign_classes(_cohort(count), classes=1, key=KEY).warnings
        assert warning == SizeWarning(f"size.{words}", 1, count)
        assert str(count) in MESSAGES[warning.code].format(number=1, size=count)


@pytest.mark.parametrize(
    ("pupils", "classes", "size", "message"),
    [
        (_cohort(5), 0, None, "number of classes"),
        (_cohort(5), 6, None, "number of classes"),
        (_cohort(5), 2, 2, "at least 3"),
        ([*_cohort(5), *_cohort(1)], 2, None, "id"),
        ([ClassPupil("a", "1", 1.5)], 1, None, "measure"),  # type: ignore[arg-type]
        ([ClassPupil("a", "1", 1, "g", "near")], 1, None, "wish"),  # type: ignore[arg-type]
        ([ClassPupil(name, "1", 1, "g", "apart") for name in "abc"], 2, None, "more than there are classes"),
        ([ClassPupil(name, "1", 1, "g") for name in "abc"] + _cohort(1), 2, None, "more than a class has seats"),
    ],
)
def test_impossible_requests_are_refused(
    pupils: list[ClassPupil], classes: int, size: int | None, message: str
) -> None:
    with pytest.raises(LotteryError, match=message):
        assign_classes(pupils, classes=classes, key=KEY, size=size)


def _year(count: int, seed: int, *, measured: bool = True) -> list[ClassPupil]:
    """A year with gender, month of birth and admission group, and a measure if the stage has one."""
    chance = random.Random(seed)
    return [
        replace(
            pupil,
            measure=pupil.measure if measured else 0,
            month=chance.randrange(72, 84),
            kind=chance.choices("abcd", [50, 25, 15, 10])[0],
        )
        for pupil in _cohort(count, seed)
    ]


def test_where_a_pupil_comes_follows_from_the_key_alone() -> None:
    """Over 600 keys every pupil is in each of three classes 200 times, give or take five sigma, siblings included."""
    pupils = [ClassPupil(f"p{number:02}", "12"[number % 2], month=72 + number) for number in range(18)]
    pupils[3:5] = [replace(pupil, group="g") for pupil in pupils[3:5]]
    counts = Counter(
        (pupil, at)
        for number in range(600)
        for pupil, at in assign_classes(pupils, classes=3, key=number.to_bytes(32), swaps=200).assignment.items()
    )
    assert len(counts) == 54
    assert all(abs(count - 200) < 5 * (600 * 2 / 9) ** 0.5 for count in counts.values())


def test_who_meets_whom_follows_from_the_key_alone() -> None:
    """Over 300 keys each pair of 20 pupils alike in all is in one of 4 classes 63 times, give or take five sigma."""
    alike = [ClassPupil(f"p{number:02}", "1") for number in range(20)]
    met: Counter[tuple[str, str]] = Counter()
    for number in range(300):
        found = assign_classes(alike, classes=4, key=number.to_bytes(32)).assignment
        met.update(pair for pair in combinations(sorted(found), 2) if found[pair[0]] == found[pair[1]])
    chance = 4 / 19  # four others in the class of five, of nineteen others
    assert len(met) == 190
    assert all(abs(count - 300 * chance) < 5 * (300 * chance * (1 - chance)) ** 0.5 for count in met.values())


@pytest.mark.parametrize("count", [500, 497])
@pytest.mark.parametrize("measured", [True, False])
def test_months_groups_and_measures_are_all_close_to_even(count: int, measured: bool) -> None:
    found = assign_classes(_year(count, 5, measured=measured), classes=10, key=KEY)
    assert max(found.sizes) - min(found.sizes) <= 1
    assert found.gender_range <= 1
    assert found.month_range <= 0.05  # a day and a half between the mean ages of two classes
    assert found.kind_range <= 1
    assert found.mean_range <= 3  # tenths of a point of 300


@given(st.integers(1, 150), st.integers(1, 9), st.integers(0, 12), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_everybody_has_one_class_of_fair_size(count: int, classes: int, slack: int, shuffler: random.Random) -> None:
    classes = min(classes, count)
    size = -(-count // classes) + slack
    pupils = _year(count, count)
    shuffler.shuffle(pupils)
    found = assign_classes(pupils, classes=classes, key=KEY, size=size, swaps=500)
    assert set(found.assignment) == {pupil.id for pupil in pupils}
    assert sum(found.sizes) == count
    assert max(found.sizes) - min(found.sizes) <= 1
    assert found.gender_range <= 1


@given(st.integers(0, 40), st.integers(1, 6), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_late_arrivals_fill_the_emptiest_classes_whatever_the_order(
    count: int, classes: int, shuffler: random.Random
) -> None:
    start = [{"1": shuffler.randrange(8, 12), "2": shuffler.randrange(8, 12)} for _ in range(classes)]
    before = [dict(one) for one in start]
    late = [Late(f"late{number:02}", "12"[number % 2]) for number in range(count)]
    size = max(sum(one.values()) for one in start) + count
    first = late_arrivals(late, start, key=KEY, size=size)
    shuffler.shuffle(late)
    assert late_arrivals(late, start, key=KEY, size=size) == first
    assert start == before
    sizes = [sum(one.values()) for one in start]
    after = [size + list(first.values()).count(at) for at, size in enumerate(sizes)]
    assert set(first) == {one.id for one in late}
    # nobody joined a class while another had less: a class that grew is at most one above the smallest
    assert all(now - min(after) <= 1 for now, was in zip(after, sizes, strict=True) if now > was)


def test_late_siblings_join_or_avoid_each_other() -> None:
    start = [{"1": 10, "2": 10}, {"1": 8, "2": 8}, {"1": 8, "2": 9}]
    late = [Late("a", "1", near=0), Late("b", "2", away=frozenset({1}))]
    late += [Late("c", "1", group="g"), Late("d", "2", group="g")]
    late += [Late("e", "1", group="h", together=False), Late("f", "1", group="h", together=False)]
    found = late_arrivals(late, start, key=KEY, size=30)
    assert found["a"] == 0
    assert found["b"] != 1
    assert found["c"] == found["d"]
    assert found["e"] != found["f"]
    other = late_arrivals(late, start, key=b"l" * 32, size=30)
    assert other["a"] == 0


def test_a_full_school_takes_nobody_more() -> None:
    start = [{"1": 10}, {"1": 9}]
    assert late_arrivals([Late("a", "1")], start, key=KEY, size=10) == {"a": 1}
    with pytest.raises(LotteryError, match="no room"):
        late_arrivals([Late("a", "1"), Late("b", "1")], start, key=KEY, size=10)
    with pytest.raises(LotteryError, match="No class has room"):
        late_arrivals([Late("a", "1", near=0)], start, key=KEY, size=10)


@given(st.integers(1, 12), st.integers(0, 5), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_teachers_are_a_permutation_that_the_order_of_the_list_does_not_change(
    classes: int, spare: int, shuffler: random.Random
) -> None:
    teachers = [Teacher(f"t{number}") for number in range(classes + spare)]
    first = draw_teachers(teachers, classes=classes, key=KEY)
    shuffler.shuffle(teachers)
    assert draw_teachers(teachers, classes=classes, key=KEY) == first
    assert len(set(first)) == len(first) == classes


def test_every_teacher_gets_every_class_equally_often() -> None:
    """A uniform permutation: over 3,000 keys each of the nine pairs is drawn 1,000 times, give or take five sigma."""
    drawn = Counter(
        (at, name)
        for number in range(3000)
        for at, name in enumerate(draw_teachers([Teacher(one) for one in "abc"], classes=3, key=number.to_bytes(32)))
    )
    assert len(drawn) == 9
    assert all(abs(count - 1000) < 5 * (3000 * 2 / 9) ** 0.5 for count in drawn.values())


@given(st.integers(2, 8), st.integers(0, 7))
@settings(max_examples=40)
def test_a_teacher_never_gets_the_class_of_an_own_child(classes: int, own: int) -> None:
    teachers = [Teacher(f"t{number}") for number in range(classes - 1)]
    teachers.append(Teacher("parent", barred=frozenset({own % classes})))
    found = draw_teachers(teachers, classes=classes, key=KEY)
    assert found[own % classes] != "parent"
    assert len(set(found)) == classes


def test_subject_teachers_take_several_classes_and_subjects_are_unrelated() -> None:
    teachers = [Teacher("a", 3), Teacher("b", 2)]
    maths = draw_teachers(teachers, classes=5, key=KEY, subject="maths")
    assert Counter(maths) == {"a": 3, "b": 2}
    assert any(draw_teachers(teachers, classes=5, key=KEY, subject=word) != maths for word in ("art", "music", "sport"))
    with pytest.raises(LotteryError, match="only 5 places"):
        draw_teachers(teachers, classes=6, key=KEY, subject="maths")
    with pytest.raises(LotteryError, match="own child"):
        draw_teachers([Teacher("a", barred=frozenset({0}))], classes=1, key=KEY)
    with pytest.raises(LotteryError, match="capacity"):
        draw_teachers([Teacher("a", 0)], classes=1, key=KEY)
    with pytest.raises(LotteryError, match="id"):
        draw_teachers([Teacher("a"), Teacher("a")], classes=1, key=KEY)

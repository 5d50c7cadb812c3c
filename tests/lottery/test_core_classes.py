"""Balanced, replayable classes."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.classes import ClassPupil, SizeWarning, Wish, assign_classes
from lottery.messages import MESSAGES, LotteryError

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
    assert max(first.sizes) - min(first.sizes) <= (2 if classes > 1 else 0)
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

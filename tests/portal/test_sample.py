"""The sample of a commit: stable, never empty, in order, and another one at another commit."""

import pytest

from tests.sample import Sample

THINGS = [f"page {number}" for number in range(100)]


def drawn(seed: str, one_in: int = 4) -> list[str]:
    return Sample(seed).draw(THINGS, one_in=one_in, key=str)


def test_a_commit_draws_the_same_every_time_and_another_draws_others() -> None:
    assert drawn("a") == drawn("a")
    assert len(drawn("a")) == len(drawn("b")) == 25
    assert drawn("a") != drawn("b")
    assert drawn("a") == sorted(drawn("a"), key=THINGS.index)


def test_commits_come_round_to_everything() -> None:
    """With one in four, forty commits leave a page out with a chance of one in a hundred thousand."""
    assert set().union(*(drawn(str(commit)) for commit in range(40))) == set(THINGS)


def test_one_is_drawn_of_few_and_none_of_none() -> None:
    assert len(Sample("a").draw(["one", "two"], one_in=4, key=str)) == 1
    assert Sample("a").draw([], one_in=4, key=str) == []


def test_without_a_seed_everything_is_taken() -> None:
    assert drawn("") == THINGS


@pytest.mark.parametrize(
    ("place", "touched"),
    [("lottery/draw.py", True), ("lottery/", True), ("lottery", True), ("lot", False), ("lottery/draw", False)],
)
def test_a_change_touches_a_file_or_its_folder(place: str, touched: bool) -> None:
    assert Sample("a", frozenset({"lottery/draw.py"})).touches([place]) is touched

"""Wrong codes are counted by who typed them: a table of who may go on (pure)."""

import pytest

from accounts import tries
from accounts.askers import ASK_SECONDS

AT = 1_780_000_000


def after(*askers: str, at: int = AT) -> dict[str, list[int]]:
    counted: dict[str, list[int]] = {}
    for asker in askers:
        counted = tries.wrong(counted, asker, at).tries
    return counted


@pytest.mark.parametrize(
    ("typed", "asker", "later", "seconds"),
    [
        ([], "other:a", 0, 0),
        (["other:a"] * 4, "other:a", 0, 0),
        (["other:a"] * 5, "other:a", 0, 900),
        (["other:a"] * 5, "other:a", 899, 1),
        (["other:a"] * 5, "other:a", 900, 0),
        (["other:a"] * 5, "other:b", 0, 0),
        (["other:a"] * 5, "device:f", 0, 0),
        (["other:a"] * 5, "ask:1", 0, 0),
        (["device:f"] * 5, "device:f", 0, 900),
        (["device:f"] * 5, "other:a", 0, 0),
        (["ask:1"] * 5, "ask:2", 0, 0),
        ([f"other:{at}" for at in range(20)], "other:new", 0, 86_400),
        ([f"other:{at}" for at in range(20)], "other:new", 86_400, 0),
        ([f"other:{at}" for at in range(20)], "ask:1", 0, 0),
        ([f"other:{at}" for at in range(20)], "device:f", 0, 0),
        ([f"ask:{at}" for at in range(60)], "other:new", 0, 0),
    ],
)
def test_who_is_shut_out(typed: list[str], asker: str, later: int, seconds: int) -> None:
    assert tries.locked(after(*typed), asker, AT + later) == seconds


def test_what_is_over_is_forgotten_and_the_row_stays_small() -> None:
    assert tries.wrong(after(*["other:a"] * 3), "other:a", AT + 900).left == tries.MOST - 1
    many = after(*(f"ask:{at}" for at in range(1_000)))
    assert len(many) <= tries.MOST_ASKERS


def test_a_browsers_five_tries_never_come_back_for_one_code_sent() -> None:
    """It counts as the one who asked for a shorter time than its wrong codes are remembered."""
    assert ASK_SECONDS < tries.LOCK_SECONDS
    assert tries.locked(after(*["ask:1"] * 5), "ask:1", AT + ASK_SECONDS) > 0


def test_a_right_code_forgets_the_own_slips_and_nobody_elses() -> None:
    mixed = after(*["other:a"] * 4, *["other:b"] * 2, "ask:1")
    assert tries.right(mixed, "other:a") == after(*["other:b"] * 2, "ask:1")
    assert tries.right(mixed, "device:f") == mixed
    assert tries.right(after("other:a"), "other:a") == {}
    spent = after(*(f"other:{at}" for at in range(20)))
    assert tries.locked(tries.right(spent, "ask:2"), "other:new", AT) > 0

"""Whatever is sent as a policy is refused or read in a time that its size explains."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from policy import PolicyError, load
from policy.conditions import MAX_PARTS
from policy.tree import MAX_BYTES, MAX_ENTRIES, MAX_LINE, MAX_LINES, MAX_VALUES, refuse_unbounded
from tests.policy.builder import policy_text

LEAF = "{fact: household.zone_relation, eq: in_zone}"
LONG = 218 * 1024
NEST = "\n".join(f"{' ' * level}a:" for level in range(60))
# What is too large, and the line that says so.
TOO_LARGE = {
    "one condition on one line": (policy_text("{any: [" + ", ".join([LEAF] * 4_900) + "]}"), 15),
    "a text": (policy_text(f'{{fact: child.ethnic_group, eq: "{"x" * LONG}"}}'), 15),
    "a number": (policy_text(f"{{fact: insurance.months, eq: {'9' * LONG}}}"), 15),
    "a number in groups of sixty": (policy_text("{fact: insurance.months, eq: 1" + ":1" * (LONG // 2) + "}"), 15),
    "escapes": (policy_text('{fact: "' + "\\u4e00" * (LONG // 6) + '"}'), 15),
    "brackets": ("a: " + "[" * LONG, 1),
    "nested lists": ("a: " + "[" * 60 + "]" * 60, 1),
    "nested mappings": (NEST, 41),
    "a list": ("a:\n" + "- 1\n" * (MAX_ENTRIES + 1), MAX_ENTRIES + 2),
    "keys": ("\n".join(f"a{number}: 1" for number in range(MAX_ENTRIES + 1)), MAX_ENTRIES + 1),
    "values": ("\n".join(f"a{number}: [{'1, ' * 40}1]" for number in range(300)), MAX_VALUES // 43 + 1),
    "lines": ("\n" * MAX_LINES + "a: 1", MAX_LINES + 1),
    "comments": ("# x\n" * MAX_LINES * 4, MAX_LINES + 1),
    "bytes": (("# " + "x" * 1_000 + "\n") * (MAX_BYTES // 1_000), MAX_BYTES // 1_003 + 1),
    "characters of three bytes": (("# " + "字" * 1_000 + "\n") * 60, 60),
    "indicators": ("- " * (LONG // 2), 1),
    "tags": ("!" + "a" * LONG + " x", 1),
}


def refused_in(text: str, check: Callable[[str], object]) -> tuple[PolicyError, float]:
    """How it is refused, and the processor's seconds: the least of several, for the machine has other work."""
    least, found = 9.0, None
    for _ in range(5):
        started = time.process_time()
        with pytest.raises(PolicyError) as caught:
            check(text)
        least, found = min(least, time.process_time() - started), caught.value
    assert found is not None
    return found, least


@pytest.mark.parametrize("name", sorted(TOO_LARGE))
def test_what_is_too_large_is_refused_at_once_with_its_line(name: str) -> None:
    text, line = TOO_LARGE[name]
    error, seconds = refused_in(text, load)
    assert [(issue.code, issue.line) for issue in error.errors] == [("too_large", line)]
    assert "more than" in error.errors[0].message
    assert "超过" in error.errors[0].message_zh
    assert seconds < 0.05


def test_an_alias_is_refused_before_it_is_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    error, seconds = refused_in("\n".join(lines), load)
    assert [(issue.code, issue.line) for issue in error.errors] == [("alias", 1)]
    assert seconds < 0.05


def test_the_longest_line_and_list_are_still_read() -> None:
    refuse_unbounded("a: " + "x" * (MAX_LINE - 3))
    refuse_unbounded("a:\n" + "- 1\n" * MAX_ENTRIES)


def test_definitions_that_grow_are_refused_by_their_parts() -> None:
    lines = [f"  d{n}: {{all: [{', '.join([f'{{use: d{n + 1}}}'] * 20)}]}}" for n in range(30)]
    extra = "definitions:\n" + "\n".join(lines) + "\n  d30: {fact: home.kind, eq: deed}\n"
    error, _ = refused_in(policy_text("{use: d0}", extra=extra), load)
    assert {issue.code for issue in error.errors} == {"too_large"}
    assert str(MAX_PARTS) in error.errors[0].message


def comparisons(count: int) -> str:
    """As many different comparisons of a date and a share, none of which decides alone."""
    parts = [
        f"{{fact: household.registered_on, lte: {1970 + number % 50}-01-{number % 28 + 1:02}}}"
        if number % 2
        else f"{{fact: home.ownership_share, gte: 0.{number:04}}}"
        for number in range(count)
    ]
    rows = [f"{{any: [{', '.join(parts[at : at + 40])}]}}" for at in range(0, count, 40)]
    return policy_text("{any: [" + ",\n      ".join(rows) + "]}")


def test_reading_grows_with_the_policy_and_not_with_its_square() -> None:
    def seconds(count: int) -> float:
        text, least = comparisons(count), 99.0
        for _ in range(3):
            started = time.process_time()
            assert load(text).groups
            least = min(least, time.process_time() - started)
        return least

    seconds(40)  # loads what a first policy loads
    small, large = seconds(320), seconds(1_280)
    assert large / small < 8  # 16 and more where every part is compared with every other

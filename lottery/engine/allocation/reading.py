"""From JSON written by a stranger to a `Problem`, or to one sentence that names the place that is wrong."""

import json
import math
from dataclasses import asdict
from typing import Any, NoReturn, TypeVar

from lottery.engine.allocation.problem import Choice, Mechanism, Number, Problem, Pupil, School, check_problem
from lottery.engine.drawing.draw import MOST_SEATS, SiblingRule
from lottery.engine.messages import LotteryError

Word = TypeVar("Word", Mechanism, SiblingRule)
MOST_TEXT = 200
# Wide enough for a whole 32-byte ticket used as an order; far from where arithmetic on it gets slow.
MOST_NUMBER = 2**256
MOST_TIER = 1_000_000
MOST_ROWS = 5_000_000


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise LotteryError("json.twice", key=ascii(key))
        found[key] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise LotteryError("json.number", value=text)


def read_json(text: str) -> Any:
    """Strict JSON: no NaN or infinity, no key twice. Raises LotteryError json.*."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except LotteryError:
        raise
    except (ValueError, RecursionError) as error:
        raise LotteryError("json.syntax", detail=ascii(str(error))[1:-1][:200]) from None


def _object(raw: object, place: str, *, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise LotteryError("problem.type", place=place or "The problem", expected="an object")
    dot = f"{place}." if place else ""
    for key in needed:
        if key not in raw:
            raise LotteryError("problem.missing", place=dot + key)
    for key in raw:
        if key not in needed and key not in optional:
            raise LotteryError("problem.unknown_key", place=dot + ascii(key)[1:-1][:80])
    return raw


def _list(raw: object, place: str) -> list[Any]:
    if not isinstance(raw, list):
        raise LotteryError("problem.type", place=place, expected="a list")
    if len(raw) > MOST_ROWS:
        raise LotteryError("problem.range", place=f"The length of {place}", least=0, most=MOST_ROWS)
    return raw


def _text(raw: object, place: str) -> str:
    if not isinstance(raw, str):
        raise LotteryError("problem.type", place=place, expected="a text")
    if not 1 <= len(raw) <= MOST_TEXT or not raw.isprintable():
        raise LotteryError("problem.text", place=place)
    return raw


def _whole(raw: object, place: str, least: int, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise LotteryError("problem.type", place=place, expected="a whole number")
    if not least <= raw <= most:
        raise LotteryError("problem.range", place=place, least=least, most=most)
    return raw


def _number(raw: object, place: str) -> Number:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not (isinstance(raw, int) or math.isfinite(raw)):
        raise LotteryError("problem.type", place=place, expected="a finite number")
    if not -MOST_NUMBER <= raw <= MOST_NUMBER:
        raise LotteryError("problem.range", place=place, least="-2^256", most="2^256")
    return raw


def _choice(raw: object, place: str) -> Choice:
    item = _object(raw, place, needed=("school", "order"), optional=("tier", "points"))
    tier, points = item.get("tier"), item.get("points")
    return Choice(
        school=_text(item["school"], f"{place}.school"),
        order=_number(item["order"], f"{place}.order"),
        points=0 if points is None else _number(points, f"{place}.points"),
        tier=0 if tier is None else _whole(tier, f"{place}.tier", -MOST_TIER, MOST_TIER),
    )


def _pupil(raw: object, place: str) -> Pupil:
    item = _object(raw, place, needed=("id", "choices"), optional=("group",))
    choices = _list(item["choices"], f"{place}.choices")
    group = item.get("group")
    return Pupil(
        id=_text(item["id"], f"{place}.id"),
        choices=tuple(_choice(choice, f"{place}.choices[{index}]") for index, choice in enumerate(choices)),
        group=None if group is None else _text(group, f"{place}.group"),
    )


def _school(raw: object, place: str) -> School:
    item = _object(raw, place, needed=("id", "seats"), optional=("line",))
    line = _text(item["line"], f"{place}.line") if item.get("line") else ""
    return School(_text(item["id"], f"{place}.id"), _whole(item["seats"], f"{place}.seats", 0, MOST_SEATS), line)


def _word(raw: object, place: str, kind: type[Word]) -> Word:
    try:
        return kind(str(raw))
    except ValueError:
        raise LotteryError("problem.value", place=place, allowed=", ".join(word.value for word in kind)) from None


def read_problem(raw: object) -> Problem:
    """The problem in parsed JSON (docs/audit.md shows the form). Raises LotteryError problem.*."""
    item = _object(raw, "", needed=("mechanism", "schools", "pupils"), optional=("siblings",))
    schools, pupils = _list(item["schools"], "schools"), _list(item["pupils"], "pupils")
    problem = Problem(
        schools=tuple(_school(school, f"schools[{index}]") for index, school in enumerate(schools)),
        pupils=tuple(_pupil(pupil, f"pupils[{index}]") for index, pupil in enumerate(pupils)),
        mechanism=_word(item["mechanism"], "mechanism", Mechanism),
        siblings=_word(item.get("siblings", SiblingRule.EXPAND), "siblings", SiblingRule),
    )
    check_problem(problem)
    return problem


def problem_json(problem: Problem) -> dict[str, Any]:
    """The problem in the form `lottery.engine.allocation.allocate` reads."""
    return {
        "mechanism": problem.mechanism.value,
        "siblings": problem.siblings.value,
        "schools": [asdict(school) for school in problem.schools],
        "pupils": [
            {"id": pupil.id, "group": pupil.group, "choices": [asdict(choice) for choice in pupil.choices]}
            for pupil in problem.pupils
        ],
    }

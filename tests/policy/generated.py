"""Policies and families as hypothesis draws them: every construct of the language, every standing of a fact."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from policy import DICTIONARY, Fact, FactSpec, Text
from policy.family import STATUSES

LOCAL = {
    "local.island": FactSpec("local.island", "flag", Text("海岛", "island")),
    "local.grade": FactSpec(
        "local.grade", "choice", Text("等级", "grade"), choices={"a": Text("甲", "A"), "b": Text("乙", "B")}
    ),
}
SPECS = {**DICTIONARY, **LOCAL}
ORDERED = ("date", "number", "share")
NAMES = sorted(SPECS)
# Drawn more often than the rest: policies are about them, and families state them.
USUAL = (
    "child.birth_date",
    "household.zone_relation",
    "household.registered_on",
    "home.kind",
    "home.zone_relation",
    "home.ownership_share",
    "home.owner_relation",
    "home.deed_date",
    "insurance.months",
    "local.grade",
)
DAYS = st.dates(date(2010, 1, 1), date(2026, 1, 1)) | st.dates()
TEXTS = st.sampled_from(("汉族", "常德市", "x"))
PLACES = 3  # a float written like 5e-324 is text to YAML
NUMBERS = st.integers(0, 40) | st.floats(0, 40).map(lambda one: round(one, PLACES)) | st.integers(0, 10**9)
SHARES = st.sampled_from((0, 0.5, 1, 1.0)) | st.floats(0, 1).map(lambda one: round(one, PLACES))


def value(spec: FactSpec) -> st.SearchStrategy[Any]:
    """A value that fits a fact, as a family states it."""
    if spec.choices:
        return st.sampled_from(sorted(spec.choices))
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "date": DAYS.map(date.isoformat) | DAYS.map(lambda day: f"{day}T08:00:00"),
        "number": NUMBERS,
        "share": SHARES,
        "flag": st.booleans(),
        "text": TEXTS,
    }
    return kinds[spec.kind]


def names(*kinds: str) -> st.SearchStrategy[str]:
    fitting = [name for name in NAMES if not kinds or SPECS[name].kind in kinds]
    usual = [name for name in USUAL if name in fitting]
    return st.sampled_from(usual) | st.sampled_from(fitting) if usual else st.sampled_from(fitting)


DATES = (
    st.dates(date(2010, 1, 1), date(2026, 1, 1)).map(date.isoformat)
    | st.sampled_from(("cutoff", "entry"))
    | st.builds(
        "{} {}s {} {}".format,
        st.integers(0, 90),
        st.sampled_from(("day", "month", "year")),
        st.sampled_from(("before", "after")),
        st.sampled_from(("cutoff", "entry")),
    )
)


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(names())
    spec = SPECS[name]
    operand: st.SearchStrategy[Any] = DATES if spec.kind == "date" else value(spec)
    same = [other for other in NAMES if SPECS[other].kind == spec.kind]
    either = st.one_of(operand, operand, st.sampled_from(same).map(lambda other: {"fact": other}))
    operators = ("eq", "ne", "in", *(("gt", "gte", "lt", "lte", "between") if spec.kind in ORDERED else ()))
    operator = draw(st.sampled_from(operators))
    if operator == "in":
        return {"fact": name, "in": draw(st.lists(either, min_size=1, max_size=3))}
    if operator == "between":
        ends = draw(st.lists(operand, min_size=2, max_size=2))
        if spec.kind == "date":
            ends = draw(
                st.sampled_from((["2018-01-01", "cutoff"], [{"fact": name}, "entry"], ["2015-09-01", "2020-08-31"]))
            )
        return {"fact": name, "between": ends if spec.kind == "date" else sorted(ends)}
    return {"fact": name, operator: draw(either)}


def _parts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda parts: {"all": parts}),
        several.map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
        st.sampled_from(("one", "other")).map(lambda name: {"use": name}),
    )


SIMPLE = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=3,
)
CONDITIONS = st.recursive(comparisons(), _parts, max_leaves=6)
STAGES = ("kindergarten", "primary", "junior")
WORDS = {"zh": "文字", "en": "Words"}


@st.composite
def orders(draw: st.DrawFn, *, points: bool) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from(("date", "number", "rank", *(("points",) if points else ()))), max_size=3))
    rules: list[dict[str, Any]] = []
    for kind in kinds:
        if kind == "points":
            rules.append({"by": "points"})
            continue
        fitting = {"date": ("date",), "number": ("number", "share"), "rank": ("choice", "flag", "text")}[kind]
        name = draw(names(*fitting))
        rule: dict[str, Any] = {"by": kind, "fact": name}
        if kind == "rank":
            rule["values"] = draw(st.lists(value(SPECS[name]), min_size=1, max_size=3))
        else:
            rule["direction"] = draw(st.sampled_from(("asc", "desc")))
            if draw(st.booleans()):
                rule["else_fact"] = draw(names(*fitting))
        rules.append(rule)
    return [*rules, {"by": "ticket"}]


@st.composite
def groups_of(draw: st.DrawFn, stages: list[str], *, points: bool) -> list[dict[str, Any]]:
    """One to four groups of these stages."""
    return [
        {
            "id": f"g{number}",
            "name": WORDS,
            "rule": WORDS,
            "when": draw(CONDITIONS),
            "order": draw(orders(points=points)),
            "agencies": ["household"],
            "materials": [
                {"id": "book", "name": WORDS, "proves": draw(st.lists(names(), min_size=1, max_size=2))},
                {"id": "paper", "name": WORDS},
            ][: draw(st.integers(0, 2))],
            "stages": draw(st.lists(st.sampled_from(stages), unique=True, min_size=1)),
            "check": draw(st.sampled_from(("online", "offline"))),
        }
        for number in range(draw(st.integers(1, 4)))
    ]


@st.composite
def points_of(draw: st.DrawFn, mode: str) -> dict[str, Any]:
    """Points of a mode; computed ones have items."""
    items = st.fixed_dictionaries(
        {
            "id": st.integers(0, 10**6).map("i{}".format),
            "dimension": st.just("residence"),
            "name": st.just(WORDS),
            "points": st.integers(0, 50) | st.sampled_from((0.5, 2.25)),
            "when": CONDITIONS,
        }
    )
    several = st.lists(items, min_size=1, max_size=3, unique_by=lambda item: str(item["id"]))
    return {"mode": mode, "items": draw(several)} if mode == "computed" else {"mode": mode}


@st.composite
def policies(draw: st.DrawFn) -> str:
    """The text of a policy (JSON is YAML); one that is refused for what it means is possible, and then left out."""
    stages = draw(st.lists(st.sampled_from(STAGES), unique=True, min_size=1, max_size=3))
    with_points = draw(st.sampled_from((None, "imported", "computed")))
    groups = draw(groups_of(stages, points=with_points is not None))
    body: dict[str, Any] = {
        "policy": 1,
        "id": "generated",
        "title": WORDS,
        "district": "430702",
        "year": 2025,
        "stages": stages,
        "source": {"name": WORDS},
        "cutoff": "2025-08-31",
        "age": [
            {"stage": stage, "cutoff": draw(st.sampled_from(("2025-08-31", "2024-02-29"))), "min_years": 6}
            | draw(st.sampled_from(({}, {"max_years": 8}, {"stretch": {"until": "2025-12-31", "rounds": ["private"]}})))
            for stage in draw(st.lists(st.sampled_from(stages), unique=True))
        ],
        "facts": [
            {"name": "local.island", "type": "flag", "label": {"zh": "海岛", "en": "island"}},
            {
                "name": "local.grade",
                "type": "choice",
                "label": {"zh": "等级", "en": "grade"},
                "choices": {"a": {"zh": "甲", "en": "A"}, "b": {"zh": "乙", "en": "B"}},
            },
        ],
        "definitions": {"one": draw(SIMPLE), "other": draw(SIMPLE)},
        "groups": groups,
        "otherwise": {"verdict": draw(st.sampled_from(("person", "not_eligible"))), "text": WORDS},
        "choices": {"count": 2, "mechanism": "parallel"},
        "siblings": {"last_seat": "expand"},
    }
    if with_points:
        body["points"] = draw(points_of(with_points))
    if draw(st.booleans()):
        body["seat_lock"] = {
            "years": draw(st.dictionaries(st.sampled_from(STAGES), st.integers(1, 6), min_size=1)),
            "groups": draw(st.lists(st.sampled_from([group["id"] for group in groups]), min_size=1, unique=True)),
            "sibling_exempt": draw(st.booleans()),
        }
    if draw(st.booleans()):
        body["supplementary"] = {"cutoff": "2025-10-31"}
    return "\n".join([json.dumps({key: part}, ensure_ascii=False)[1:-1] for key, part in body.items()])


JUNK = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12)
SOURCES = st.sampled_from(("household", "declaration", "review", "own list"))


@st.composite
def families(draw: st.DrawFn) -> dict[str, Fact]:
    """Facts of a family: some with a value that does not fit, some unknown to any policy."""
    stated = draw(st.lists(st.sampled_from(USUAL) | st.sampled_from(NAMES), unique=True, max_size=22))
    found = {}
    for name in stated:
        held = draw(st.one_of(value(SPECS[name]), value(SPECS[name]), value(SPECS[name]), st.none(), JUNK))
        at = draw(st.none() | st.just("2025-06-20T09:30:00+08:00"))
        status = draw(st.sampled_from((*STATUSES, "verified", "declared")))
        found[name] = Fact(held, status, draw(SOURCES), at)
    if draw(st.booleans()):
        found["application.stage"] = Fact(draw(st.sampled_from((*STAGES, "senior", None))))
    if draw(st.booleans()):
        found["application.round"] = Fact(draw(st.sampled_from(("main", "private", "supplementary", None))))
    if draw(st.integers(0, 9)) == 0:
        found[draw(st.sampled_from(("home", "local.island.west", "pets.cat", "x")))] = Fact("what")
    if draw(st.booleans()):  # around the cut-offs of the ages, where a day decides
        born = date(2019, 8, 31) + timedelta(days=draw(st.integers(-800, 200)))
        found["child.birth_date"] = Fact(born.isoformat(), draw(st.sampled_from(STATUSES)))
    return found

"""The steps of a judgement, readable by a family: which rule, which fact, from which source, when, and what came
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, overload

from policy.dates import DateExpr
from policy.facts import AGENCIES, FactSpec, value_words
from policy.family import Fact
from policy.logic import Days, LeafResult, Outcome
from policy.messages import OUTCOMES, STATUS_WORDS, STEPS
from policy.model import FactRef, Leaf, Operand
from policy.words import Text

_OPERATORS: Final[Mapping[str, Text]] = {
    "eq": Text("{0}", "{0}"),
    "ne": Text("不是{0}", "not {0}"),
    "in": Text("为以下之一：{0}", "one of: {0}"),
    "not_in": Text("不是以下之一：{0}", "none of: {0}"),
    "gt": Text("大于{0}", "more than {0}"),
    "gte": Text("不少于{0}", "at least {0}"),
    "lt": Text("小于{0}", "less than {0}"),
    "lte": Text("不超过{0}", "at most {0}"),
    "between": Text("从{0}到{1}", "from {0} to {1}"),
    "not_between": Text("不在{0}到{1}之间", "not from {0} to {1}"),
}
_DATE_OPERATORS: Final[Mapping[str, Text]] = {
    **_OPERATORS,
    "gt": Text("晚于{0}", "after {0}"),
    "gte": Text("不早于{0}", "on or after {0}"),
    "lt": Text("早于{0}", "before {0}"),
    "lte": Text("不晚于{0}", "on or before {0}"),
}
_SOURCES: Final[Mapping[str, Text]] = {
    "declaration": Text("家长填报", "declared by the family"),
    "document": Text("上传材料", "uploaded document"),
    "review": Text("人工审核", "checked by a person"),
    "register": Text("登记部门", "the register"),
    "list": Text("教育局名单", "the list that the bureau keeps"),
    "none": Text("尚无数据来源", "no source yet"),
}


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step.

    `rule` is the id of the group, or "age", "seat_lock", "points", "order"; `facts`, `values`, `statuses`, `sources`
    and `at` run in parallel; `outcome` is "true", "false" or "unknown"; `params` fill the text of `code`.
    """

    code: str
    rule: str
    outcome: Outcome
    params: Mapping[str, Text | str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    values: tuple[object, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    at: tuple[str | None, ...] = ()

    def text(self, lang: str) -> str:
        """Return the step in plain words; `lang` is a language tag such as "zh-hans" or "en"."""
        words = {name: value.of(lang) if isinstance(value, Text) else value for name, value in self.params.items()}
        said = STEPS[self.code].of(lang).format(**words).strip()
        return said[:1].upper() + said[1:]

    def to_json(self) -> dict[str, object]:
        """Return a JSON-safe object with both texts."""
        return {
            "code": self.code,
            "rule": self.rule,
            "outcome": self.outcome,
            "facts": list(self.facts),
            "values": [_json(value) for value in self.values],
            "statuses": list(self.statuses),
            "sources": list(self.sources),
            "at": list(self.at),
            "params": {k: v.to_json() if isinstance(v, Text) else v for k, v in self.params.items()},
            "text": {"zh": self.text("zh"), "en": self.text("en")},
        }


class Trace(Sequence[TraceStep]):
    """The steps of one judgement, written when they are first read: most judgements are only counted or compared.

    `write(*material)` writes them, and is asked once.
    """

    __slots__ = ("_material", "_steps", "_write")

    def __init__(self, write: Callable[..., Iterable[TraceStep]], *material: Any) -> None:
        self._write = write
        self._material = material
        self._steps: tuple[TraceStep, ...] | None = None

    def _read(self) -> tuple[TraceStep, ...]:
        if self._steps is None:
            self._steps = tuple(self._write(*self._material))
        return self._steps

    @overload
    def __getitem__(self, at: int) -> TraceStep: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[TraceStep, ...]: ...
    def __getitem__(self, at: int | slice) -> TraceStep | tuple[TraceStep, ...]:
        return self._read()[at]

    def __len__(self) -> int:
        return len(self._read())

    def __iter__(self) -> Iterator[TraceStep]:
        return iter(self._read())

    def __eq__(self, other: object) -> bool:
        return self._read() == other._read() if isinstance(other, Trace) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # steps hold mappings

    def __repr__(self) -> str:
        return f"Trace({list(self._read())!r})"


def _json(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def source_words(spec: FactSpec, fact: Fact | None) -> Text:
    """Name the source of a fact: an agency, the family's declaration, or the agency that should have answered."""
    source = fact.source if fact is not None else "declaration"
    if fact is not None and fact.status in {"not_found", "unavailable", "mismatch", "verified"}:
        # Facts given without a source still name the agency that proves this kind of fact.
        source = source if source != "declaration" else (*spec.agencies, "register")[0]
    return AGENCIES.get(source) or _SOURCES.get(source) or Text(source, source)


def when_words(fact: Fact | None) -> Text:
    """Say when the source answered, or nothing."""
    if fact is None or not fact.at:
        return Text("", "")
    return Text(f"，{fact.at[:16].replace('T', ' ')}", f", {fact.at[:16].replace('T', ' ')}")


def required_words(leaf: Leaf, days: Days) -> Text:
    """Say what a comparison asks for, with relative dates worked out."""
    pattern = (_DATE_OPERATORS if leaf.spec.kind == "date" else _OPERATORS)[leaf.operator]
    words = [_operand_words(leaf.spec, operand, days) for operand in leaf.operands]
    if leaf.operator in {"in", "not_in"}:
        words = [Text("、".join(word.zh for word in words), ", ".join(word.en for word in words))]
    return Text(pattern.zh.format(*(w.zh for w in words)), pattern.en.format(*(w.en for w in words)))


def _operand_words(spec: FactSpec, operand: Operand, days: Days) -> Text:
    if isinstance(operand, FactRef):
        return operand.spec.label
    if isinstance(operand, DateExpr):
        day: date = operand.resolve(days.cutoff, days.entry)
        return Text(day.isoformat(), day.isoformat())
    return value_words(spec, operand)


CONDITION_CODES: Final[Mapping[str, str]] = {
    "value": "condition",
    "default": "condition_default",
    "not_claimed": "condition_not_claimed",
    "question": "condition_question",
    "refuted": "condition_refuted",
}


def fact_words(spec: FactSpec, fact: Fact | None, *, by_default: bool) -> dict[str, Text | str]:
    """What a step about a comparison says of the fact itself."""
    status = fact.status if fact else "missing"
    return {
        "label": spec.label,
        "value": value_words(spec, spec.default if by_default else (fact.value if fact else None)),
        "source": source_words(spec, fact),
        "status": STATUS_WORDS.get(status, status),
        "at": when_words(fact),
    }


def is_unstated(fact: Fact | None) -> bool:
    """Whether the family left a fact out, so that it is asked for it and no agency is named."""
    return fact is None or (fact.value is None and fact.status in {"declared", "verified"})


def leaf_step(rule: str, result: LeafResult, days: Days) -> TraceStep:
    """Write one comparison as a step of the rule (group id or point item) it belongs to."""
    spec, fact = result.leaf.spec, result.fact
    params = {
        **fact_words(spec, fact, by_default=result.basis == "default"),
        "required": required_words(result.leaf, days),
        "outcome": OUTCOMES[result.outcome],
    }
    unstated = result.basis == "question" and is_unstated(fact)
    code = "condition_missing" if unstated else CONDITION_CODES[result.basis]
    return step(code, rule, result.outcome, params, spec, fact)


def step(
    code: str,
    rule: str,
    outcome: Outcome,
    params: Mapping[str, Text | str],
    spec: FactSpec | None = None,
    fact: Fact | None = None,
) -> TraceStep:
    """Build a step, with the fact it rests on when there is one."""
    if spec is None:
        return TraceStep(code, rule, outcome, params)
    return TraceStep(
        code=code,
        rule=rule,
        outcome=outcome,
        params=params,
        facts=(spec.name,),
        values=(fact.value if fact else None,),
        statuses=(fact.status if fact else "missing",),
        sources=(fact.source if fact else "",),
        at=(fact.at if fact else None,),
    )

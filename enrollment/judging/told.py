"""What a family reads of a judgement: every rule, source and outcome, and no value that a register or a person holds.

Pure. A child's application can be filed by somebody who does not live with it, and a home be another person's: what
was typed is known to whoever typed it, what a register says is not.
"""

from collections.abc import Mapping
from typing import Any, Final

from policy import AGENCIES
from policy.messages import STEPS

OWN_SOURCES: Final = frozenset({"declaration", "register"})  # what the family typed, and the round that it chose
# A step of these codes says a fact's value. Where a register told it, the family is told the step by the code beside
# it, without the value: whoever only typed a number would otherwise read what registers hold of that person.
SILENT: Final[Mapping[str, str]] = {
    "condition": "condition_compared",
    "condition_refuted": "condition_differs",
    "order_part": "order_compared",
}
# These parts of an evaluation rank children by dates and figures of registers: read as numbers they would give away
# what the words leave out, so a family does not get them.
UNSAID: Final = frozenset({"order", "order_key"})


def told(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as its family may have it."""
    steps = [_step(step) for step in evaluation.get("trace", [])]
    return {**{name: value for name, value in evaluation.items() if name not in UNSAID}, "trace": steps}


def _step(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """A step without the value of a fact that came from elsewhere."""
    if set(step.get("sources", ())) <= OWN_SOURCES:
        return step
    code = SILENT.get(step["code"], step["code"])
    params = {name: value for name, value in step["params"].items() if name != "value"}
    text = step["text"]
    if code != step["code"]:
        params |= {} if "source" in params else {"source": _source(step["sources"][0])}
        text = {lang: _said(code, params, lang) for lang in ("zh", "en")}
    return {**step, "code": code, "params": params, "text": text, "values": [None] * len(step.get("values", ()))}


def _source(name: str) -> dict[str, str]:
    words = AGENCIES.get(name)
    return {"zh": words.zh, "en": words.en} if words else {"zh": "登记部门", "en": "the register"}


def _said(code: str, params: Mapping[str, Any], lang: str) -> str:
    words = {name: value[lang] if isinstance(value, Mapping) else value for name, value in params.items()}
    said = STEPS[code].of(lang).format(**words).strip()
    return said[:1].upper() + said[1:]

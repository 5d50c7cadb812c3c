"""Which of the materials that its rules name a family was spared, and by which registers."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from enrollment.judging.judgement import Judged
from verification.models import Agency
from verification.tallies import Spared

PERSON = "review"  # the source of a fact that a reviewer settled: then a person spared the family the material


def spared(judged: Judged) -> Spared:
    """What is counted of a judgement: the materials of the group, how many of them data answered, and whose data.

    A material that several registers answered together counts for each of them.
    """
    group, facts = judged.evaluation.group, judged.facts
    by: Counter[str] = Counter()
    replaced = 0
    rules = {one.id: one for one in group.materials} if group else {}
    for material in judged.evaluation.materials:
        sources = {fact.source for name in rules[material.id].proves if (fact := facts.get(name)) is not None}
        if material.needed or PERSON in sources:
            continue
        replaced += 1
        by.update(source for source in sources if source in Agency.values)
    return Spared(len(rules), replaced, dict(by))


def stored(one: Spared) -> dict[str, Any]:
    """As it is kept with the application."""
    return {"named": one.named, "replaced": one.replaced, "by": dict(one.by)}


def read(kept: Mapping[str, Any] | None) -> Spared | None:
    """Of ``stored``; None for a family that was not counted yet."""
    return Spared(kept["named"], kept["replaced"], kept["by"]) if kept else None

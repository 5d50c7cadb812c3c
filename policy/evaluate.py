"""Judging a child by a policy: the one way everybody takes, with the compiled policies kept by their digest."""

from __future__ import annotations

from typing import Final

from policy.evaluation import Evaluation
from policy.family import Facts
from policy.judge import Judge
from policy.model import Policy

MOST: Final = 64  # policies kept; a district has a handful of versions in use
_judges: dict[str, tuple[Policy, Judge]] = {}


def judge_of(policy: Policy) -> Judge:
    """The policy compiled for judging, made once for each digest.

    A digest names the text of a policy, and the same text may have been loaded twice. A policy that was changed in
    memory keeps its digest: it is not equal to the one that is kept, and is compiled for itself.
    """
    kept = _judges.get(policy.digest)
    if kept is not None and kept[0] is policy:
        return kept[1]
    if kept is None and len(_judges) >= MOST:
        _judges.clear()
    judge = kept[1] if kept is not None and kept[0] == policy else Judge(policy)
    _judges[policy.digest] = (policy, judge)
    return judge


def evaluate(policy: Policy, facts: Facts) -> Evaluation:
    """Judge one child. Total: never raises, whatever the facts; silence of an agency leads to a person, never to a
    refusal.
    """
    return judge_of(policy).judge(facts)

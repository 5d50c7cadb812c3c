"""The policy engine: a district's admission scheme as data, judged in a way a family can read and anyone can repeat.

Pure: no Django, no clock, no network. `load` reads a YAML document, `evaluate` judges one child's `Facts` by it,
`compare` rehearses a new policy on known families. How to write a scheme: docs/policy.md.
"""

from enrollment.policy.compare import Comparison, compare
from enrollment.policy.compile import digest, load
from enrollment.policy.evaluate import Evaluation, Material, Verdict, evaluate
from enrollment.policy.facts import AGENCIES, DICTIONARY, FactSpec
from enrollment.policy.family import Fact, Facts, FactsError
from enrollment.policy.model import Group, Policy
from enrollment.policy.shipped import scheme_names, scheme_text
from enrollment.policy.trace import TraceStep
from enrollment.policy.tree import PolicyError, PolicyIssue
from enrollment.policy.words import Text

__all__ = [
    "AGENCIES",
    "DICTIONARY",
    "Comparison",
    "Evaluation",
    "Fact",
    "FactSpec",
    "Facts",
    "FactsError",
    "Group",
    "Material",
    "Policy",
    "PolicyError",
    "PolicyIssue",
    "Text",
    "TraceStep",
    "Verdict",
    "compare",
    "digest",
    "evaluate",
    "load",
    "scheme_names",
    "scheme_text",
]

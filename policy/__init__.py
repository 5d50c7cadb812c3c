"""The policy engine: a district's admission scheme as data, judged in a way a family can read and anyone can repeat.

Pure: no Django, no clock, no network. `load` reads a YAML document, `evaluate` judges one child's `Facts` by it,
`compare` rehearses a new policy on known families. How to write a scheme: docs/policy.md.
"""

from policy.compare import Comparison, compare
from policy.compile import digest, load
from policy.evaluate import evaluate
from policy.evaluation import Evaluation, Material, Verdict
from policy.facts import AGENCIES, DICTIONARY, FactSpec
from policy.family import Fact, Facts, FactsError
from policy.model import Group, Policy
from policy.shipped import scheme_names, scheme_text
from policy.trace import TraceStep
from policy.tree import PolicyError, PolicyIssue
from policy.uses import facts_used
from policy.words import Text

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
    "facts_used",
    "load",
    "scheme_names",
    "scheme_text",
]

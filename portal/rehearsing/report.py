"""What of a rehearsal's report is a problem (pure): the report is counted by ``rehearsal.report``, read here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Report = Mapping[str, Any]
NOT_PLAYED: Final = "not played"  # of an unusual kind: the season has no round for its stage
EXPECTED: Final = frozenset({"second_document"})  # refusals at filing that are right
UNSETTLED: Final = frozenset({"submitted", "verifying", "attention", "in_review", "returned", "approved", "in_pool"})
MOST_NEEDLESS: Final = 0.02  # of the families about which every register can tell all that the rules ask


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that went wrong, and how often."""

    code: str
    count: int


def problems(report: Report) -> tuple[Finding, ...]:
    """What went wrong, the gravest first; () where nothing did."""
    return tuple(one for one in _found(report) if one.count)


def _found(report: Report) -> Iterator[Finding]:
    judging = report["judging"]
    yield Finding("approvals", sum(judging["wrong_approvals"].values()))
    yield Finding("certificates", sum(not (run["certificate"] or {}).get("valid") for run in report["admission"]))
    yield Finding("unsettled", sum(count for state, count in report["states"].items() if state in UNSETTLED))
    refused = report["refused_at_filing"].items()
    yield Finding("refused", sum(count for code, count in refused if code not in EXPECTED))
    yield Finding("kinds", len(wrong_kinds(report)))
    yield Finding("unchecked", int(report["rates"]["checks_done"] < 1))
    yield Finding("messages", report["messages"]["failed"])
    needless = judging["needless_share"] > MOST_NEEDLESS
    yield Finding("needless", sum(judging["needless_questions"].values()) if needless else 0)


def wrong_kinds(report: Report) -> dict[str, list[str]]:
    """The unusual families that ended wrongly, each with what was wrong."""
    kinds = {name: kind["wrong"] for name, kind in report["kinds"].items()}
    return {name: wrong for name, wrong in kinds.items() if wrong and wrong != [NOT_PLAYED]}


def played_kinds(report: Report) -> list[str]:
    """The kinds of unusual families that were played."""
    return [name for name, kind in report["kinds"].items() if kind["wrong"] != [NOT_PLAYED]]

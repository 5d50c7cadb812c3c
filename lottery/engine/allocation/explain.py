"""Why a child got its place: one line per listed school, with exact numbers."""

from dataclasses import dataclass
from typing import Literal

from lottery.engine.allocation.allocate import Result
from lottery.engine.allocation.problem import Choice, Problem
from lottery.engine.messages import LotteryError

Verdict = Literal["placed", "higher choice placed", "outranked", "not seated together", "not eligible"]


@dataclass(frozen=True, slots=True)
class ChoiceOutcome:
    """One listed school: what came of it, the child's own key and that of the last admitted (None if nobody was)."""

    school: str
    outcome: Verdict
    own: Choice | None
    last_admitted: Choice | None


MESSAGE_CODES: dict[Verdict, str] = {
    "placed": "outcome.placed",
    "higher choice placed": "outcome.higher",
    "outranked": "outcome.outranked",
    "not seated together": "outcome.group",
    "not eligible": "outcome.ineligible",
}


def explain(
    problem: Problem, result: Result, pupil_id: str, *, not_eligible: tuple[str, ...] = ()
) -> tuple[ChoiceOutcome, ...]:
    """The fate of each choice in the order listed; then the schools in `not_eligible`, which the run never saw.

    Raises LotteryError problem.pupil.
    """
    pupil = next((pupil for pupil in problem.pupils if pupil.id == pupil_id), None)
    if pupil is None:
        raise LotteryError("problem.pupil", value=ascii(pupil_id))
    place = result.placements[pupil_id]
    outcomes: list[ChoiceOutcome] = []
    verdict: Verdict = "outranked"
    for choice in pupil.choices:
        if choice.school == place:
            verdict = "placed"
        elif verdict == "placed":
            verdict = "higher choice placed"
        withdrawn = (pupil_id, choice.school) in result.withdrawn
        shown: Verdict = "not seated together" if withdrawn and verdict == "outranked" else verdict
        outcomes.append(ChoiceOutcome(choice.school, shown, choice, result.cutoffs[choice.school].last))
    for school in not_eligible:
        cutoff = result.cutoffs.get(school)
        outcomes.append(ChoiceOutcome(school, "not eligible", None, cutoff.last if cutoff else None))
    return tuple(outcomes)

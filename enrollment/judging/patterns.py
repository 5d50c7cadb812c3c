"""What is open in a case, as one line by which cases of a kind are found, counted and decided together (pure)."""

from collections.abc import Iterable
from typing import Final

from enrollment.judging.judgement import Judged

LONGEST: Final = 400  # of the column; what does not fit any more is no pattern that two cases share
AGAIN: Final = "again|"  # approved before, and something that decides is another now
BESIDE: Final = ("double", "claimed", "often", "parted", "named")


def pattern_of(judged: Judged) -> str:
    """Every open question as ``fact:status:source``, then what stands beside the facts, in order, each ending in "|".

    Never empty where a person is needed: what no fact explains is ``policy`` or ``zone``.
    """
    parts = [f"{name}:{judged.facts[name].status}:{judged.facts[name].source}" for name in judged.questions]
    parts += [name for name in BESIDE if getattr(judged, name)]
    if not parts:
        parts = ["policy" if judged.evaluation.questions or judged.evaluation.needs_person else "zone"]
    return _fitting(f"{part}|" for part in parts)


def _fitting(parts: Iterable[str]) -> str:
    whole = ""
    for part in parts:
        if len(whole) + len(part) > LONGEST:
            break
        whole += part
    return whole


def questions_in(pattern: str) -> list[tuple[str, str, str]]:
    """(fact, status, source) of each question of a pattern; what stands beside the facts is left out."""
    return [(parts[0], parts[1], parts[2]) for one in pattern.split("|") if len(parts := one.split(":")) == 3]


def only_questions(pattern: str) -> bool:
    """Whether nothing but facts is open, so that cases of this pattern can be decided alike."""
    parts = [one for one in pattern.split("|") if one]
    return bool(parts) and len(parts) == len(questions_in(pattern))

"""What no policy may ask for: proofs that were abolished, and what is never collected.

Ministry of Education, enrollment rules of 2020 and later: preschool education history, family planning certificate,
over-age certificate and proof of "no guardian at the registered place" are abolished; proof of vaccination is no
precondition; parents' post and income are never collected. Words are matched in both languages, since a material has a
free name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy.words import Text


@dataclass(frozen=True, slots=True)
class Ban:
    """One refused proof: its name, the words that reveal it, and whether it was abolished or is never asked."""

    name: Text
    words: tuple[str, ...]
    code: str = "abolished_proof"


BANS: Final[tuple[Ban, ...]] = (
    Ban(
        Text("学前教育经历证明", "preschool education history"),
        (
            "学前教育",
            "幼儿园毕业",
            "幼儿园就读",
            "preschool",
            "pre-school",
            "kindergarten history",
            "kindergarten diploma",
        ),
    ),
    Ban(
        Text("计划生育证明", "family planning certificate"),
        ("计划生育", "计生", "独生子女证", "family planning", "family_planning", "family-planning"),
    ),
    Ban(Text("超龄入学证明", "over-age certificate"), ("超龄", "over-age", "overage", "over age", "over_age")),
    Ban(
        Text("户籍地无人监护证明", "certificate of no guardian"),
        ("无人监护", "无监护", "no guardian", "no-guardian", "no_guardian", "without guardian"),
    ),
    Ban(
        Text("预防接种证明", "proof of vaccination"),
        ("预防接种", "疫苗", "接种证", "vaccin", "immunis", "immuniz"),
    ),
    Ban(
        Text("父母职务", "parents' post"),
        ("职务", "职级", "行政级别", "job title", "parents' post", "parent's post"),
        "never_asked",
    ),
    Ban(Text("父母收入", "parents' income"), ("收入", "工资", "薪资", "income", "salary", "wage"), "never_asked"),
)

DIMENSIONS: Final[Mapping[str, Text]] = {
    "household_type": Text("户籍类型", "household type"),
    "residence": Text("居住情况", "residence"),
    "occupation": Text("从业情况", "occupation"),
    "property_type": Text("房产类型", "property type"),
}


def banned(*texts: str) -> Ban | None:
    """Return the ban that one of the texts falls under, or None."""
    joined = "\n".join(texts).lower()
    return next((ban for ban in BANS if any(word in joined for word in ban.words)), None)

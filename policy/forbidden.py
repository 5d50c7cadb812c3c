"""What no policy may ask for: proofs that were abolished, and what is never collected.

Ministry of Education, enrollment rules of 2020 and later: preschool education history, family planning certificate,
over-age certificate and proof of "no guardian at the registered place" are abolished; proof of vaccination is no
precondition; parents' post and income are never collected. Parents' schooling is on no such list: it may stand in a
list of talents, and earns points only by an exemption (DIMENSIONS). Words are matched in both languages, since a
material has a free name.
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
            "幼儿园在读",
            "幼儿园证明",
            # a health check before a kindergarten (入园体检) is asked by law and stays
            "入园证",
            "入园登记",
            "入园经历",
            "在园证",
            "离园证",
            "preschool",
            "pre-school",
            "kindergarten history",
            "kindergarten diploma",
        ),
    ),
    Ban(
        Text("计划生育证明", "family planning certificate"),
        (
            "计划生育",
            "计生",
            "独生子女",
            "准生证",
            "生育服务证",
            "生育登记",
            "生育证",
            "生育状况",
            "婚育",
            "节育",
            "绝育",
            "结扎",
            "超生",
            "社会抚养费",
            "family planning",
            "family_planning",
            "family-planning",
            "contracepti",
            "sterilis",
            "steriliz",
            "only child",
            "only-child",
            "only_child",
            "one-child",
            "birth permit",
        ),
    ),
    Ban(
        Text("超龄入学证明", "over-age certificate"),
        (
            "超龄",
            "正常入学年龄",
            "超过入学年龄",
            "超过规定年龄",
            "over-age",
            "overage",
            "over age",
            "over_age",
        ),
    ),
    Ban(
        Text("户籍地无人监护证明", "certificate of no guardian"),
        ("无人监护", "无监护", "no guardian", "no-guardian", "no_guardian", "without guardian"),
    ),
    Ban(
        Text("预防接种证明", "proof of vaccination"),
        (
            "预防接种",
            "疫苗",
            "接种证",
            "接种本",
            "接种卡",
            "接种记录",
            "免疫",
            "预防针",
            "防疫证",
            "防疫本",
            "防疫卡",
            "打针本",
            "vaccin",
            "immunis",
            "immuniz",
            "inoculat",
        ),
    ),
    Ban(
        Text("父母职务", "parents' post"),
        (
            "职务",
            "职级",
            "行政级别",
            "职称",
            "职位",
            "任职",
            "job title",
            "job_title",
            "professional title",
            "parents' post",
            "parent's post",
        ),
        "never_asked",
    ),
    Ban(
        Text("父母收入", "parents' income"),
        (
            "收入",
            "工资",
            "年薪",
            "月薪",
            "薪资",
            "薪酬",
            "薪金",
            "薪水",
            # what shows an income: the tax on it and where it arrives; the tax on a home (契税完税) shows none
            "个税",
            "所得税",
            "银行流水",
            "账户流水",
            "流水单",
            "流水明细",
            "income",
            "salary",
            "wage",
            "payslip",
            "bank statement",
            "bank_statement",
            "personal tax",
            "personal_tax",
        ),
        "never_asked",
    ),
)

DIMENSIONS: Final[Mapping[str, Text]] = {
    "household_type": Text("户籍类型", "household type"),
    "residence": Text("居住情况", "residence"),
    "occupation": Text("从业情况", "occupation"),
    "property_type": Text("房产类型", "property type"),
}


def banned(*texts: str) -> Ban | None:
    """Return the ban that one of the texts falls under, or None."""
    joined = "\n".join("".join(text.split()) if not text.isascii() else text for text in texts).lower()
    return next((ban for ban in BANS if any(word in joined for word in ban.words)), None)

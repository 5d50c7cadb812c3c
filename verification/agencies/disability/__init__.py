"""Disability certificates (disabled persons' federation): does the child hold one, and of which grade?

An enquiry, not a claim. Claim: ``id_number`` and ``name`` of the child, ``on`` (the check day; today if absent). Grades
one and two are severe, three is moderate, four is mild (GB/T 26341).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    about,
    day_in,
    judged,
    name_difference,
    said,
)

DEGREES: Final[Mapping[str, str]] = {
    "1": "severe",
    "2": "severe",
    "3": "moderate",
    "4": "mild",
    "一": "severe",
    "二": "severe",
    "三": "moderate",
    "四": "mild",
}
OVER = {"cancelled", "注销"}


def degree(record: Record) -> str | None:
    """The degree that the grade stands for; None where it is none of the four."""
    return DEGREES.get(said(record, "grade").strip().removesuffix("级"))


class Disability:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        own, stranger = about(records, str(claim["id_number"]))
        if stranger:
            return Judgement("mismatch", tuple(stranger))
        standing = [record for record in own if said(record, "status") not in OVER]
        if not standing:
            return Judgement("match")
        # certificates are renewed every ten years: the one that is valid longest counts
        record = max(standing, key=lambda one: said(one, "until") or "9")
        found = name_difference(claim, record, Doubt.CHILD_NAME)
        if degree(record) is None:
            found.append(Difference(Doubt.DISABILITY_GRADE, "", said(record, "grade")))
        until = day_in(record, "until")
        if until is not None and until < date.fromisoformat(str(claim.get("on") or today)):
            found.append(Difference(Doubt.DISABILITY_UNTIL, "", until.isoformat()))
        return judged(found, record)


ADAPTER = Disability()

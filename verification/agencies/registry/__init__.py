"""The student registry (education): where the child, and elder children of its parents, went and go to school.

An enquiry, not a claim. Claim: ``id_number`` and ``name`` of the child, ``guardian_ids``, ``homes`` (numbers of
certificate or contract of the family's home), ``stage`` (the one applied for). What was found is told apart: entries of
the child itself (``own``), of other children of its parents (``siblings``) and of whoever used the home (``homes``).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import identifiers
from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    judged,
    lookups,
    name_difference,
    number,
    rows,
    said,
    text,
)

AT_SCHOOL = {"", "enrolled", "在籍", "在读"}


def is_at_school(record: Record) -> bool:
    """Whether the entry is of a child that is at the school now."""
    return said(record, "status") in AT_SCHOOL and not said(record, "left_on")


def home_numbers(record: Record) -> set[str]:
    """The numbers under which the entry names the home that it used, each in its normal form."""
    kinds = {"certificate": said(record, "certificate"), "contract": said(record, "contract")}
    return {identifiers.normalise(kind, value) for kind, value in kinds.items() if value}


def parents_in(record: Record) -> set[str]:
    return {number(one.get("id_number")) for one in rows(record, "guardians")} - {""}


class Registry:
    def keys(self, claim: Claim) -> list[str]:
        return lookups([claim.get("id_number"), *claim.get("guardian_ids", ()), *claim.get("homes", ())])

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        child = number(claim["id_number"])
        parents = {number(one) for one in claim.get("guardian_ids", ())}
        homes = {str(one) for one in claim.get("homes", ())}
        homes = {identifiers.normalise(kind, one) for one in homes for kind in ("certificate", "contract")}
        own = [record for record in records if number(text(record, "id_number")) == child]
        others = [record for record in records if number(text(record, "id_number")) != child]
        siblings = [record for record in others if parents_in(record) & parents]
        used = [record for record in others if home_numbers(record) & homes]
        if others and not own and not siblings and not used:
            return Judgement("mismatch", (Difference(Doubt.OTHER_PERSON, "", ""),))
        found: Mapping[str, Any] = {"own": own, "siblings": siblings, "homes": used}
        return judged(self._differences(claim, own), found)

    def _differences(self, claim: Claim, own: Sequence[Record]) -> list[Difference]:
        found: list[Difference] = []
        for record in own:
            found += name_difference(claim, record, Doubt.CHILD_NAME)
        now = [record for record in own if is_at_school(record)]
        if len({text(record, "school") for record in now}) > 1:
            found.append(Difference(Doubt.TWO_RECORDS, text(now[0], "school"), text(now[1], "school")))
        stage = str(claim.get("stage") or "")
        found += [
            Difference(Doubt.REGISTERED_ALREADY, "", text(record, "school"))
            for record in now
            if stage and said(record, "stage") == stage
        ]
        return found


ADAPTER = Registry()

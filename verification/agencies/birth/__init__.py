"""Birth certificates (health): which parents the certificate of the child names.

Claim: ``id_number`` and ``name`` of the child, ``born_on``, ``parents`` (the numbers of the declared parents; empty
where somebody else applies). A child without a number of its own is found under that of its certificate.
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    about,
    judged,
    name_difference,
    number,
    rows,
    said,
    text,
)


def parents_on(record: Record) -> set[str]:
    """The numbers of the parents on a certificate; one that was filled in without a number is left out."""
    return {number(one.get("id_number")) for one in rows(record, "parents")} - {""}


class Birth:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        asked = number(claim["id_number"])
        named = [record for record in records if number(said(record, "certificate")) == asked]
        own, stranger = (named, []) if named else about(records, asked)
        if stranger:
            return Judgement("mismatch", tuple(stranger))
        if not own:
            return Judgement("not_found")
        record = own[0]
        found = name_difference(claim, record, Doubt.CHILD_NAME) if said(record, "name") else []
        born, declared = text(record, "born_on"), str(claim.get("born_on") or "")
        if declared and born != declared:
            found.append(Difference(Doubt.BIRTH_DATE, declared, born))
        if any(parents_on(other) != parents_on(record) for other in own[1:]):
            found.append(Difference(Doubt.TWO_RECORDS, "", ""))
        parents = {number(one) for one in claim.get("parents", ())}
        if parents and not parents & parents_on(record):
            found.append(Difference(Doubt.BIRTH_PARENT, "", ""))
        return judged(found, record)


ADAPTER = Birth()

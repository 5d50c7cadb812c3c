"""Social insurance (human resources): paid in this city by the declared person; back-paid months do not count.

Claim: ``none``, ``id_number`` and ``name`` of the insured, ``months`` declared (or empty).
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import Claim, Difference, Judgement, MalformedRecord, Record, name_difference


def counted_months(record: Record) -> list[str]:
    """The months that count ("YYYY-MM", ascending): paid, and not paid in arrears. Raises MalformedRecord."""
    months, late = record.get("months"), record.get("backpaid", [])
    if not isinstance(months, list) or not isinstance(late, list):
        raise MalformedRecord("months is missing")
    return sorted({str(month) for month in months} - {str(month) for month in late})


class Insurance:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        if claim.get("none"):
            return Judgement("match", record=records[0] if records else None)
        if not records:
            return Judgement("not_found")
        record = records[0]
        months = len(counted_months(record))
        found = name_difference(claim, record, "guardian_name")
        declared = str(claim.get("months") or "")
        if declared and months < int(declared):
            found.append(Difference("insurance_months", declared, str(months)))
        return Judgement("mismatch" if found else "match", tuple(found), record)


ADAPTER = Insurance()

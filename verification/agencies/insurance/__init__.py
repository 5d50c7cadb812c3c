"""Social insurance (human resources): paid in this city by the declared person; back-paid months do not count.

Claim: ``none``, ``id_number`` and ``name`` of the insured, ``months`` declared (or empty), ``cities``: the ways in
which this city is written (name, division).
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    MalformedRecord,
    Record,
    about,
    judged,
    name_difference,
    text,
)


def counted_months(record: Record) -> list[str]:
    """The months that count ("YYYY-MM", ascending): paid, and not paid in arrears. Raises MalformedRecord."""
    months, late = record.get("months"), record.get("backpaid", [])
    if not isinstance(months, list) or not isinstance(late, list):
        raise MalformedRecord("months is missing")
    return sorted({str(month) for month in months} - {str(month) for month in late})


def paid_in(record: Record, cities: Sequence[str]) -> bool:
    """Whether the record is of one of the named cities; "常德" and "常德市" are one. Raises MalformedRecord."""
    city = text(record, "city").strip().removesuffix("市")
    return bool(city) and city in {one.strip().removesuffix("市") for one in cities}


class Insurance:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        if claim.get("none"):
            return Judgement("match")
        own, stranger = about(records, str(claim["id_number"]))
        if stranger:
            return Judgement("mismatch", tuple(stranger))
        if not own:
            return Judgement("not_found")
        cities = [str(one) for one in claim.get("cities", ())]
        here = [record for record in own if paid_in(record, cities)]
        record = max(here or own, key=lambda item: len(counted_months(item)))
        months = len(counted_months(record))
        found = name_difference(claim, record, Doubt.GUARDIAN_NAME)
        if not here:
            found.append(Difference(Doubt.INSURANCE_CITY, cities[0] if cities else "", text(record, "city")))
        declared = str(claim.get("months") or "")
        if declared and months < int(declared):
            found.append(Difference(Doubt.INSURANCE_MONTHS, declared, str(months)))
        return judged(found, record)


ADAPTER = Insurance()

"""Residence permits (police): held by the declared person and still valid on the day of the check.

Claim: ``none``, ``id_number`` and ``name`` of the holder, ``address``, ``on`` (the check day; today if absent).
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import (
    Claim,
    Difference,
    Judgement,
    MalformedRecord,
    Record,
    address_difference,
    name_difference,
    text,
)


class Permit:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        if claim.get("none"):
            return Judgement("match", record=records[0] if records else None)
        if not records:
            return Judgement("not_found")
        record = max(records, key=lambda item: text(item, "endorsed_until"))
        until = text(record, "endorsed_until")
        try:
            lapsed = date.fromisoformat(until) < date.fromisoformat(str(claim.get("on") or today))
        except ValueError:
            raise MalformedRecord("endorsed_until is not a date") from None
        found = [Difference("permit_holder", "", until)] if lapsed else []
        found += name_difference(claim, record, "guardian_name")
        found += address_difference(claim, record, "home_address")
        return Judgement("mismatch" if found else "match", tuple(found), record)


ADAPTER = Permit()

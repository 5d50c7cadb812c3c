"""Residence permits (police): held by the declared person and still valid on the day of the check.

Claim: ``none``, ``id_number`` and ``name`` of the holder, ``address``, ``on`` (the check day; today if absent).
A permit that is being renewed may carry no day: it is neither valid nor lapsed until a person has looked.
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
    address_difference,
    day_in,
    judged,
    name_difference,
    said,
)

RENEWING = "renewing"


def valid_on(record: Record, day: date) -> bool | None:
    """Whether a permit is valid on a day; None where the register leaves it open. Raises MalformedRecord."""
    until = day_in(record, "endorsed_until")
    if until is None:
        return None
    if until >= day:
        return True
    return None if said(record, "status") == RENEWING else False


class Permit:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        if claim.get("none"):
            # a permit that nobody claims gives no right and takes none
            return Judgement("match")
        own, stranger = about(records, str(claim["id_number"]))
        if stranger:
            return Judgement("mismatch", tuple(stranger))
        if not own:
            return Judgement("not_found")
        # "9": a permit that is being renewed is newer than every one with a day
        record = max(own, key=lambda item: said(item, "endorsed_until") or "9")
        until = said(record, "endorsed_until") or said(record, "status")
        sure = valid_on(record, date.fromisoformat(str(claim.get("on") or today)))
        found = [] if sure else [Difference(Doubt.PERMIT_UNTIL, "", until)]
        found += name_difference(claim, record, Doubt.GUARDIAN_NAME)
        found += address_difference(claim, record, Doubt.HOME_ADDRESS)
        return judged(found, record)


ADAPTER = Permit()

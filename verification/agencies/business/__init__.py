"""Business licences (market supervision): does a parent run a business, since when, and where?

An enquiry, not a claim: the form asks nobody for a licence. Claim: ``people`` (the numbers of the parents), ``names``
(by number, where the form has a name), ``city`` (the first four digits of the divisions of this city). No licence is an
answer, too.
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    judged,
    name_difference,
    number,
    said,
    text,
)

OPEN = {"", "open", "存续", "在业", "开业"}
CLOSED = {"cancelled", "注销"}  # given up in due form: it is over, and contradicts nothing


class Business:
    def keys(self, claim: Claim) -> list[str]:
        return [str(one) for one in claim.get("people", ()) if one]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        people = {number(one) for one in claim.get("people", ())}
        own = [record for record in records if number(text(record, "id_number")) in people]
        if records and not own:
            return Judgement("mismatch", (Difference(Doubt.OTHER_PERSON, "", text(records[0], "name")),))
        standing = [record for record in own if said(record, "status") not in CLOSED]
        if not standing:
            return Judgement("match")
        city = str(claim.get("city") or "")
        # the oldest one in force in this city counts
        record = min(
            standing,
            key=lambda one: (
                said(one, "status") not in OPEN,
                not said(one, "division").startswith(city),
                text(one, "registered_on"),
            ),
        )
        found = []
        if said(record, "status") not in OPEN:
            found.append(Difference(Doubt.BUSINESS_STATE, "", said(record, "status")))
        declared = {number(key): value for key, value in dict(claim.get("names") or {}).items()}
        name = declared.get(number(text(record, "id_number")), "")
        return judged([*found, *name_difference({"name": name}, record, Doubt.GUARDIAN_NAME)], record)


ADAPTER = Business()

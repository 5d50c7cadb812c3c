"""Household registration (police): is the child registered where, with whom and under which name it is declared?

Claim: ``id_number``, ``name``, ``guardian_ids``, ``address``, ``registered_on`` (may be
empty), ``none`` (the family declares no household here).
"""

from collections.abc import Sequence
from datetime import date

from verification.agencies import Claim, Difference, Judgement, Record, address_difference, name_difference, rows, text


class Household:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        if not records:
            return Judgement("match" if claim.get("none") else "not_found")
        record = records[0]
        found = list(self._differences(claim, record))
        return Judgement("mismatch" if found else "match", tuple(found), record)

    def _differences(self, claim: Claim, record: Record) -> Sequence[Difference]:
        found = [
            *name_difference(claim, record, "child_name"),
            *address_difference(claim, record, "household_address"),
        ]
        since = str(claim.get("registered_on") or "")
        if since and since != text(record, "registered_on"):
            found.append(Difference("household_registered_on", since, text(record, "registered_on")))
        people = {text(member, "id_number") for member in rows(record, "members")}
        guardians = {str(number) for number in claim.get("guardian_ids", ())}
        if not guardians & (people | {text(record, "householder_id")}):
            found.append(Difference("guardian_id", "", ""))
        return found


ADAPTER = Household()

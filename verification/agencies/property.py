"""What real estate and contract filing share: a numbered paper, people on it with shares, an address.

Claim: ``none`` (the family declares that it has none), ``number``, ``people`` (document numbers of which one must be on
the paper), ``address``, ``share`` (percent, or empty).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import identifiers
from verification.agencies import Claim, Difference, Judgement, MalformedRecord, Record, address_difference, rows, text

WHOLE = 100


@dataclass(frozen=True, slots=True)
class PaperAdapter:
    """``number_field`` and ``people_field`` are the record's own names; the others name the fields of the form."""

    kind: str  # identifiers kind of the number
    number_field: str
    people_field: str
    form_number: str

    def keys(self, claim: Claim) -> list[str]:
        return [key for key in (str(claim.get("number") or ""), *map(str, claim.get("people", ()))) if key]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        if claim.get("none"):
            return self._judge_none(claim, records)
        if not records:
            return Judgement("not_found")
        number = identifiers.normalise(self.kind, str(claim.get("number") or ""))
        named = [r for r in records if identifiers.normalise(self.kind, text(r, self.number_field)) == number]
        placed = [r for r in records if identifiers.same_place(text(r, "address"), str(claim.get("address") or ""))]
        record = (named or placed or list(records))[0]
        found = self._differences(claim, record, named=bool(named))
        return Judgement("mismatch" if found else "match", tuple(found), record)

    def _judge_none(self, claim: Claim, records: Sequence[Record]) -> Judgement:
        people = {str(person) for person in claim.get("people", ())}
        for record in records:
            if people & self._people(record).keys():
                return Judgement("mismatch", (Difference("home_kind", "none", text(record, "address")),), record)
        return Judgement("match")

    def _people(self, record: Record) -> dict[str, float]:
        shares = {}
        for person in rows(record, self.people_field):
            share = person.get("share", 1)
            if not isinstance(share, int | float):
                raise MalformedRecord("share is not a number")
            shares[text(person, "id_number")] = float(share)
        return shares

    def _differences(self, claim: Claim, record: Record, *, named: bool) -> list[Difference]:
        found = []
        if claim.get("number") and not named:
            found.append(Difference(self.form_number, str(claim["number"]), text(record, self.number_field)))
        found += address_difference(claim, record, "home_address")
        held = self._people(record)
        people = [str(person) for person in claim.get("people", ())]
        if not any(person in held for person in people):
            found.append(Difference("home_owner_relation", "", ""))
        elif claim.get("share"):
            share = round(WHOLE * sum(held.get(person, 0.0) for person in people), 2)
            if abs(share - float(claim["share"])) > 1:
                found.append(Difference("home_share", str(claim["share"]), f"{share:g}"))
        return found

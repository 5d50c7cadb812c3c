"""Marriage and custody (civil affairs): do the parents live apart, and with whom does the child stay?

Claim: ``people`` (the numbers of the declared parents), ``child_id``, ``separated``, ``stays_with`` (the numbers of the
parents with whom the child is said to live; empty where the family says both, or neither). Many parents were never
married: no record contradicts nobody who says that the family lives together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from verification.agencies import Claim, Difference, Doubt, Judgement, Record, judged, number, said, text

BOTH = "both"
OVER = {"divorced", "离婚"}


def couple(record: Record) -> set[str]:
    """The numbers of the two people of a record."""
    return {number(text(record, "id_number")), number(said(record, "spouse_id"))} - {""}


def is_divorced(record: Record) -> bool:
    return text(record, "status") in OVER


def custodian(record: Record, child_id: str) -> str:
    """The number of the parent to whom the child was given, ``both``, or "" where the record does not say."""
    given = record.get("custody")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, Mapping) and number(one.get("child_id")) == number(child_id):
            holder = said(one, "parent")
            return BOTH if holder in {BOTH, "双方"} else number(holder)
    return ""


class Marriage:
    def keys(self, claim: Claim) -> list[str]:
        return [str(one) for one in claim.get("people", ()) if one]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        people = {number(one) for one in claim.get("people", ())}
        own = [record for record in records if couple(record) & people]
        if records and not own:
            return Judgement("mismatch", (Difference(Doubt.OTHER_PERSON, "", ""),))
        if not own:
            return Judgement("not_found" if claim.get("separated") else "match")
        record = self._of_this_child(own, people, str(claim.get("child_id") or ""))
        return judged(self._differences(claim, record, people), record)

    def _of_this_child(self, own: Iterable[Record], people: set[str], child_id: str) -> Record:
        """Of several marriages the one the child is of: of both parents, or which gave custody of it; else the last."""
        return max(
            own,
            key=lambda one: (
                bool(custodian(one, child_id)),
                len(couple(one) & people),
                text(one, "registered_on"),
            ),
        )

    def _differences(self, claim: Claim, record: Record, people: set[str]) -> list[Difference]:
        if not is_divorced(record):
            return []  # who is married may well live apart
        found = []
        if not claim.get("separated") and couple(record) <= people:
            found.append(Difference(Doubt.FAMILY_SITUATION, "", "divorced"))
        holder = custodian(record, str(claim.get("child_id") or ""))
        stays = {number(one) for one in claim.get("stays_with", ())}
        if holder and holder != BOTH and stays and holder not in stays:
            found.append(Difference(Doubt.CUSTODY, "", ""))
        return found


ADAPTER = Marriage()

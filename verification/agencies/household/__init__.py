"""Household registration (police): is the child registered where, with whom and under which name it is declared?

Claim: ``id_number``, ``name``, ``guardian_ids``, ``address``, ``registered_on`` (may be
empty), ``city`` (the first four digits of the divisions of this city), ``none`` (the family declares that the household
is in another city; the child has one there all the same, so that no record is ``not_found`` here too).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import identifiers
from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    about,
    address_difference,
    judged,
    name_difference,
    number,
    rows,
    said,
    text,
)

IN_FORCE = {"", "normal"}


def members_of(record: Record) -> list[Record]:
    """The members of a household as recorded; what is no member is left out."""
    found = record.get("members")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def people_of(record: Record) -> set[str]:
    """The numbers of everybody in a household, the householder among them."""
    named = [record.get("householder_id"), *(one.get("id_number") for one in members_of(record))]
    return {number(one) for one in named if one}


class Household:
    def keys(self, claim: Claim) -> list[str]:
        return [str(claim["id_number"])]

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        own, stranger = about(records, str(claim["id_number"]))
        if stranger:
            return Judgement("mismatch", tuple(stranger))
        if not own:
            return Judgement("not_found")
        newest_first = sorted(own, key=lambda item: text(item, "registered_on"), reverse=True)
        standing = [record for record in newest_first if said(record, "status") in IN_FORCE]
        record = (standing or newest_first)[0]
        return judged([*self._standing(standing, record), *self._differences(claim, record)], record)

    def _standing(self, standing: Sequence[Record], record: Record) -> list[Difference]:
        """What the state of the register leaves open: nothing in force, or two entries that contradict each other."""
        if not standing:
            return [Difference(Doubt.HOUSEHOLD_STATE, "", said(record, "status"))]
        return [
            Difference(Doubt.TWO_RECORDS, text(record, "address"), text(other, "address"))
            for other in standing[1:]
            if not identifiers.same_place(text(record, "address"), text(other, "address"))
        ]

    def _differences(self, claim: Claim, record: Record) -> Sequence[Difference]:
        found = name_difference(claim, record, Doubt.CHILD_NAME)
        if claim.get("none"):
            # a register that does not say where may well mean here
            division, city = said(record, "division"), str(claim.get("city") or "")
            if not division or not city or division.startswith(city):
                found.append(Difference(Doubt.HOUSEHOLD_HERE, "no", text(record, "address")))
        else:
            found += address_difference(claim, record, Doubt.HOUSEHOLD_ADDRESS)
            since = str(claim.get("registered_on") or "")
            if since and since != text(record, "registered_on"):
                found.append(Difference(Doubt.HOUSEHOLD_SINCE, since, text(record, "registered_on")))
        child = number(claim["id_number"])
        people = {number(text(member, "id_number")) for member in rows(record, "members")}
        people = (people | {number(text(record, "householder_id"))}) - {child}
        guardians = {number(one) for one in claim.get("guardian_ids", ())}
        if not guardians & people:
            found.append(Difference(Doubt.NO_PARENT, "", ""))
        return found


ADAPTER = Household()

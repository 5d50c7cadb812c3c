"""What real estate and contract filing share: a number, people on it with shares, an address, a use, a state.

Claim: ``none`` (the family declares that it has none), ``number``, ``people`` (document numbers of which one must be
on it; the declared share is that of all of them together), ``spouse_unknown`` (the other parent was not
declared), ``family`` (the numbers of the parents, where their other homes matter), ``address``, ``share`` (percent, or
empty).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import identifiers
from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    MalformedRecord,
    Record,
    address_difference,
    judged,
    lookups,
    number,
    rows,
    said,
    text,
)

WHOLE = 100
ROUNDED = 0.5  # percent: a third is declared as 33; the register's exact share decides either way
HOMES = {"residential", "住宅", "成套住宅"}  # uses of a unit in which a family may live
IN_FORCE = {"", "current", "filed"}


def usage(record: Record) -> str:
    """The use of the unit as the register writes it; "" where it does not say."""
    return said(record, "kind")


def is_usable(record: Record) -> bool | None:
    """Whether the unit is one to live in, and free of seizure; None where the register does not say."""
    if state_of(record):
        return False
    return usage(record) in HOMES if usage(record) else None


def is_held_home(record: Record) -> bool:
    """Whether the record gives its people a home, as far as the register says: also one that is seized."""
    return said(record, "status") in IN_FORCE and (not usage(record) or usage(record) in HOMES)


def state_of(record: Record) -> str:
    """What speaks against the record as it stands ("cancelled", "seized", ...); "" for nothing."""
    status = said(record, "status")
    if status not in IN_FORCE:
        return status
    seized = record.get("seized", False)
    if not isinstance(seized, bool):
        raise MalformedRecord("seized is neither true nor false")
    return "seized" if seized else ""


@dataclass(frozen=True, slots=True)
class PropertyAdapter:
    """``number_field`` and ``people_field`` are the record's own names; ``form_number`` is the form's field."""

    kind: str  # identifiers kind of the number
    number_field: str
    people_field: str
    form_number: Doubt

    def keys(self, claim: Claim) -> list[str]:
        return lookups([*self._asked(claim), *claim.get("people", ()), *claim.get("family", ())])

    def _asked(self, claim: Claim) -> list[str]:
        """The numbers of the deed or contract as the family gave them: a flat and its store room may have one each."""
        given = str(claim.get("number") or "")
        if self.kind == "certificate":
            return identifiers.numbers_in(given)
        return [identifiers.normalise(self.kind, given)] if given else []

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:  # noqa: ARG002 - no dates here
        if claim.get("none"):
            return self._judge_none(claim, records)
        wanted = set(self._asked(claim))
        named = [r for r in records if wanted & self._numbers(r)]
        owned = [r for r in records if self._holds(r, claim.get("people", ()))]
        placed = [r for r in owned if identifiers.same_place(text(r, "address"), str(claim.get("address") or ""))]
        candidates = named or placed or owned
        if not candidates:
            # a home of the parents that nobody asked about is no record of what was asked, and is not lost either
            others = self._others(claim, records, None)
            return Judgement("mismatch", tuple(others)) if others else Judgement("not_found")
        record = min(candidates, key=lambda item: bool(state_of(item)))  # of an old and a new one the new one
        found = [*self._differences(claim, record, named=bool(named)), *self._twins(named, record)]
        found += self._beside(claim, named, record)
        return judged([*found, *self._others(claim, [r for r in records if r not in named], record)], record)

    def _beside(self, claim: Claim, named: Sequence[Record], record: Record) -> list[Difference]:
        """What speaks against the other records of one home, where the family gave several numbers."""
        found: list[Difference] = []
        for one in self._asked(claim) if named else ():
            another = next((row for row in named if one in self._numbers(row)), None)
            if another is None:
                found.append(Difference(self.form_number, one, ""))
            elif text(another, self.number_field) != text(record, self.number_field):
                found += self._differences(claim, another, named=True)
        return found

    def _numbers(self, record: Record) -> set[str]:
        """The number of the record, and that of the old certificate which it replaced: families still have both."""
        known = [text(record, self.number_field), said(record, f"former_{self.number_field}")]
        return {identifiers.normalise(self.kind, one) for one in known if one}

    def _twins(self, named: Sequence[Record], record: Record) -> list[Difference]:
        """Records of one number, both in force, that give the home to different people."""
        return [
            Difference(Doubt.TWO_RECORDS, text(record, "address"), text(other, "address"))
            for other in named
            if text(other, self.number_field) == text(record, self.number_field)
            if not state_of(other) and not state_of(record) and self._people(other) != self._people(record)
        ]

    def _judge_none(self, claim: Claim, records: Sequence[Record]) -> Judgement:
        for record in records:
            if self._holds(record, claim.get("people", ())) and is_held_home(record):
                return judged([Difference(Doubt.HOME_KIND, "none", text(record, "address"))], record)
        return Judgement("match")

    def _holds(self, record: Record, people: Sequence[object]) -> bool:
        return bool({number(person) for person in people} & self._people(record).keys())

    def _people(self, record: Record) -> dict[str, float]:
        shares = {}
        for person in rows(record, self.people_field):
            share = person.get("share", 1)
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                raise MalformedRecord("share is not a number from 0 to 1")
            shares[number(text(person, "id_number"))] = float(share)
        return shares

    def _differences(self, claim: Claim, record: Record, *, named: bool) -> list[Difference]:
        found = []
        if claim.get("number") and not named:
            found.append(Difference(self.form_number, str(claim["number"]), text(record, self.number_field)))
        found += address_difference(claim, record, Doubt.HOME_ADDRESS)
        if state_of(record):
            found.append(Difference(Doubt.HOME_STATE, "", state_of(record)))
        elif usage(record) and usage(record) not in HOMES:
            found.append(Difference(Doubt.HOME_USAGE, "", usage(record)))
        return [*found, *self._owners(claim, record)]

    def _owners(self, claim: Claim, record: Record) -> list[Difference]:
        held = self._people(record)
        people = {number(person) for person in claim.get("people", ())}
        if not people & held.keys():
            return [Difference(Doubt.HOME_OWNER, "", "")]
        found = []
        dead = [person for person in rows(record, self.people_field) if person.get("deceased")]
        if dead:
            found.append(Difference(Doubt.HOME_OWNER_STATE, "", text(dead[0], "name")))
        share = share_of(held, people)
        if claim.get("share") and abs(share - float(claim["share"])) >= ROUNDED:
            found.append(Difference(Doubt.HOME_SHARE, str(claim["share"]), f"{share:g}"))
        strangers = [person for person in rows(record, self.people_field) if number(person["id_number"]) not in people]
        if strangers and claim.get("spouse_unknown"):
            # the co-owner may be the other parent, whom the form let out: only a person can add up the shares
            found.append(Difference(Doubt.HOME_CO_OWNER, "", text(strangers[0], "name")))
        return found

    def _others(self, claim: Claim, records: Sequence[Record], own: Record | None) -> list[Difference]:
        """Homes of the parents beside the one that was claimed, where it matters whether they have any."""
        return [
            Difference(Doubt.PARENTS_OTHER_HOME, "", text(record, "address"))
            for record in records
            if record is not own and is_held_home(record) and self._holds(record, claim.get("family", ()))
        ]

    def share_held(self, record: Record, people: Sequence[object]) -> float:
        """The share of all these people together, from 0 to 1, exact as registered. Raises MalformedRecord."""
        return share_of(self._people(record), {number(one) for one in people}) / WHOLE


def share_of(held: dict[str, float], people: set[str]) -> float:
    """Percent that these people hold together, without the dust of binary fractions."""
    return round(WHOLE * sum(held.get(person, 0.0) for person in people), 6)

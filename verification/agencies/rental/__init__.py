"""Leases on file and public rental homes (housing): who rents which home, and until when.

Claim: ``number`` (of the filing or the contract; may be empty), ``public`` (a public rental home is claimed),
``people`` (who may be the tenant), ``address``, ``on`` (the check day; today if absent). A lease that nobody says is
on file, and that is on none, contradicts nothing.
"""

from collections.abc import Sequence
from datetime import date

import identifiers
from verification.agencies import (
    Claim,
    Difference,
    Doubt,
    Judgement,
    Record,
    address_difference,
    day_in,
    judged,
    lookups,
    number,
    rows,
    said,
    text,
)

PUBLIC = {"public_rental", "公租房", "公共租赁住房"}
IN_FORCE = {"", "filed", "normal"}


def is_public(record: Record) -> bool:
    return said(record, "kind") in PUBLIC


def state_of(record: Record) -> str:
    """What speaks against the lease as it stands; "" for nothing."""
    status = said(record, "status")
    return "" if status in IN_FORCE else status


def runs_on(record: Record, day: date) -> bool | None:
    """Whether the lease runs on a day; None where no end is recorded. Raises MalformedRecord."""
    until = day_in(record, "until")
    return None if until is None else until >= day


class Rental:
    def keys(self, claim: Claim) -> list[str]:
        return lookups([claim.get("number"), *claim.get("people", ())])

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        wanted = identifiers.normalise("contract", str(claim.get("number") or ""))
        people = {number(one) for one in claim.get("people", ())}
        named = [r for r in records if wanted and identifiers.normalise("contract", text(r, "lease")) == wanted]
        rented = [r for r in records if self._tenants(r) & people]
        if not named and not rented:
            claimed = bool(wanted or claim.get("public"))
            return Judgement("not_found" if claimed or records else "match")
        day = date.fromisoformat(str(claim.get("on") or today))
        # of an old and a new lease the one that runs; of two that run the one at the address that was given
        record = max(
            named or rented,
            key=lambda one: (
                not state_of(one) and runs_on(one, day) is not False,
                identifiers.same_place(text(one, "address"), str(claim.get("address") or "")),
                said(one, "until"),
            ),
        )
        return judged(self._differences(claim, record, day, named=bool(named)), record)

    def _tenants(self, record: Record) -> set[str]:
        return {number(text(one, "id_number")) for one in rows(record, "tenants")}

    def _differences(self, claim: Claim, record: Record, day: date, *, named: bool) -> list[Difference]:
        found = []
        if claim.get("number") and not named:
            found.append(Difference(Doubt.LEASE_NUMBER, str(claim["number"]), text(record, "lease")))
        if not self._tenants(record) & {number(one) for one in claim.get("people", ())}:
            found.append(Difference(Doubt.LEASE_TENANT, "", ""))
        found += address_difference(claim, record, Doubt.HOME_ADDRESS)
        if state_of(record):
            found.append(Difference(Doubt.LEASE_STATE, "", state_of(record)))
        elif runs_on(record, day) is False:
            found.append(Difference(Doubt.LEASE_UNTIL, "", said(record, "until")))
        if claim.get("public") and not is_public(record):
            found.append(Difference(Doubt.LEASE_KIND, "", said(record, "kind")))
        return found


ADAPTER = Rental()

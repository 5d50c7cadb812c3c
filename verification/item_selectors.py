"""Reads of the catalogue of data items: what each division may ask whom, and why it does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from accounts.abilities import OF_ROLE, Ability
from accounts.models import Account
from accounts.scopes import scope
from foundation import clock
from verification.catalogue import ALWAYS, ITEMS, Text, by_owner
from verification.lines import BROKEN, ENDED, OFF, line_of, rows_for
from verification.models import Agency, DataItem
from verification.quotas import Use, uses


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a division. ``state``: on, off, off_above, ended, broken or absent."""

    agency: str
    label: str
    owner: Text
    basis: Text
    purpose: Text
    valid_until: date | None
    host: str
    secret: str
    quota: int | None
    state: str
    note: str
    by: str
    at: date | None
    asked: str  # why somebody asks that it be switched off; "" where nobody does
    mine: bool  # the person who looks asked for it
    may_try: bool
    use: Use | None  # of its line today; None where it has none

    @property
    def is_on(self) -> bool:
        return self.state == "on"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The items of one division."""

    division: str
    items: tuple[ItemView, ...]

    @property
    def owners(self) -> list[tuple[str, list[ItemView]]]:
        """The same by the departments that own them, in words."""
        return by_owner(self.items)


def divisions_of(account: object) -> list[str]:
    """The divisions whose switches a person holds, the highest first."""
    reaches = scope(account).reaches
    held = {reach.district for role, reach in reaches if Ability.AGENCY_SWITCH in OF_ROLE[role]}
    return sorted(held, key=lambda code: (len(code), code))


def catalogues(account: object) -> list[Catalogue]:
    """The catalogue of each division whose switches a person holds."""
    mine = divisions_of(account)
    rows = rows_for(mine)
    people = {row.changed_by_id for many in rows.values() for row in many if row.changed_by_id}
    names = {one.pk: str(one) for one in Account.objects.filter(pk__in=people)} if people else {}
    used = {one.line: one for one in uses({(code, agency) for code in mine for agency in Agency.values})}
    return [
        Catalogue(code, tuple(_view(code, agency, rows[code], names, used, account) for agency in Agency.values))
        for code in mine
    ]


def _view(
    division: str,
    agency: str,
    rows: Iterable[DataItem],
    names: Mapping[int, str],
    used: Mapping[str, Use],
    viewer: object,
) -> ItemView:
    mine = [row for row in rows if row.agency == agency]
    words, line = ITEMS[agency], line_of(agency, mine, clock.today())
    own = next((row for row in mine if row.division == division), None)
    said = next((row for row in reversed(mine) if not row.enabled), own or (mine[-1] if mine else None))
    state = {"": "on", OFF: "off", ENDED: "ended", BROKEN: "broken"}[line.closed]
    if state == "off" and (own is None or own.enabled):
        state = "off_above"
    if not mine and agency not in ALWAYS:
        state = "absent"
    return ItemView(
        agency=agency,
        label=str(Agency(agency).label),
        owner=next((row.owner for row in reversed(mine) if row.owner), words.owner),
        basis=next((row.basis for row in reversed(mine) if row.basis), words.basis),
        purpose=next((row.purpose for row in reversed(mine) if row.purpose), words.purpose),
        valid_until=next((row.valid_until for row in reversed(mine) if row.valid_until), None),
        host=urlsplit(line.url).hostname or "",
        secret=next((row.secret for row in reversed(mine) if row.secret), ""),
        quota=line.quota,
        state=state,
        note=said.note if said else "",
        by=names.get(said.changed_by_id or 0, "") if said else "",
        at=clock.day_of(said.changed_at) if said and said.changed_by_id else None,
        asked=own.asked_note if own and own.asked_by_id else "",
        mine=bool(own and own.asked_by_id == getattr(viewer, "pk", None)),
        may_try=any(row.test_person for row in mine),
        use=used.get(line.name) if state != "absent" else None,
    )

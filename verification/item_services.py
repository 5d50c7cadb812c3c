"""Writing the catalogue of data items: a season's folder stores rows, officials switch what is theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from verification.catalogue import ALWAYS
from verification.client import Request, ask_line
from verification.dialect import parse
from verification.lines import COUNTY, line_of, rows_for
from verification.models import Agency, AgencySwitch, DataItem

DONE, ASKED = "done", "asked"
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One row of a division's catalogue as it is written down."""

    agency: str
    owner: str = ""
    basis: str = ""
    purpose: str = ""
    valid_until: date | None = None
    endpoint: str = ""
    secret: str = ""
    quota: int | None = None
    test_person: str = ""
    dialect: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def items_store(*, division: str, rows: Sequence[ItemRow]) -> int:
    """Write rows of a division's catalogue; what is on or off stays so. Returns how many changed.

    Raises DialectError.
    """
    changed = 0
    for row in rows:
        parse(row.dialect)
        values = {name: getattr(row, name) for name in ItemRow.__dataclass_fields__ if name != "agency"}
        values["dialect"] = dict(row.dialect)
        there = DataItem.objects.filter(agency=row.agency, division=division).first()
        if there is not None and all(getattr(there, name) == value for name, value in values.items()):
            continue
        DataItem.objects.update_or_create(
            agency=row.agency, division=division, defaults={**values, "changed_at": clock.now()}
        )
        changed += 1
    if changed:
        details = {"items": [row.agency for row in rows]}
        record(actor=None, action="items.stored", object_type="district", object_id=division, details=details)
    return changed


@dataclass(frozen=True, slots=True)
class Trial:
    """What an agency answered about its test person: the request as it went, and the records as they were read."""

    agency: str
    keys: tuple[str, ...]
    status: int
    milliseconds: int
    why: str
    source: str
    records: tuple[Mapping[str, Any], ...]


def _refuse_stranger(actor: Account, division: str) -> None:
    """Raises NotAllowed unless the switches of the division are this person's."""
    if not scope(actor).may(Ability.AGENCY_SWITCH, district=division):
        raise NotAllowed(_("You may not switch agencies here."))


def item_try(*, actor: Account, division: str, agency: str) -> Trial:
    """Ask over the line of a division about the agency's own test person. Nothing but the count of requests is stored.

    Nobody else can be asked about here: the number stands in the catalogue. Raises NotAllowed, Refused.
    """
    _refuse_stranger(actor, division)
    rows = [row for row in rows_for([division])[division] if row.agency == agency]
    person = next((row.test_person for row in reversed(rows) if row.test_person), "")
    if not person:
        raise Refused(_("The catalogue names no test person of this agency."), code="no_test_person")
    line = replace(line_of(agency, rows, clock.today()), closed="")
    record(actor=actor, action="agency.tried", object_type="agency", object_id=agency, district=division)
    call = ask_line(Request(agency, (person,), division, line))
    answer = call.answer
    return Trial(
        agency,
        (person,),
        call.status,
        call.milliseconds,
        call.why,
        answer.source if answer else "",
        answer.records if answer else (),
    )


@transaction.atomic
def item_switch(*, actor: Account, division: str, agency: str, enabled: bool, note: str = "") -> str:
    """Switch an agency on or off for a division and all below it, and for nobody else: ``done``, or ``asked``.

    Cutting off more than one county takes two people: the first asks, the second does it. While an agency is off its
    checks wait and end as ``unavailable``: a person decides. Raises NotAllowed, Refused.
    """
    _refuse_stranger(actor, division)
    if agency not in Agency.values:
        raise Refused(_("There is no such agency."), code="unknown_agency", field="agency")
    row = DataItem.objects.select_for_update().filter(agency=agency, division=division).first()
    if row is None:
        if agency not in ALWAYS:
            raise Refused(_("This division has no such data item."), code="no_item", field="agency")
        row = DataItem(agency=agency, division=division)
    if not enabled and not note.strip():
        raise Refused(_("Please say why it is switched off."), code="no_note", field="note")
    row.changed_at = clock.now()
    if not enabled and len(division) < COUNTY and (row.asked_by_id is None or row.asked_by_id == actor.pk):
        row.asked_by, row.asked_note = actor, note[:LONGEST_NOTE]
        row.save()
        _record(actor, "agency.off_asked", row)
        return ASKED
    row.enabled, row.note, row.changed_by = enabled, note[:LONGEST_NOTE], actor
    if not enabled and row.asked_by_id is not None:
        row.note = row.asked_note
    row.asked_by, row.asked_note = None, ""
    row.save()
    if enabled:
        # its own line is asked again at once; a line that it shares rests on for the others
        line = f"{agency}@{division}" if division else agency
        AgencySwitch.objects.filter(pk=line).update(failures=0, open_until=None)
    _record(actor, "agency.on" if enabled else "agency.off", row)
    return DONE


@transaction.atomic
def switch_drop(*, actor: Account, division: str, agency: str) -> None:
    """Take back, or refuse, what somebody asked for. Raises NotAllowed."""
    _refuse_stranger(actor, division)
    row = DataItem.objects.select_for_update().filter(agency=agency, division=division).first()
    if row is None or row.asked_by_id is None:
        return
    row.asked_by, row.asked_note = None, ""
    row.save(update_fields=["asked_by", "asked_note"])
    _record(actor, "agency.off_dropped", row)


def _record(actor: Account, action: str, row: DataItem) -> None:
    record(
        actor=actor,
        action=action,
        object_type="agency",
        object_id=row.agency,
        district=row.division,
        details={"division": row.division, "note": row.note or row.asked_note},
    )

"""The door of verification: open checks (``checking`` makes them), ask for prefill, switch an agency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.bulk import insert_new
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from verification.client import ask_all
from verification.models import Agency, AgencySwitch, Check


def checks_open(*, subject: UUID, district: str, claims: Mapping[str, Mapping[str, Any]]) -> None:
    """Create one check per agency claimed, once, in the caller's transaction, and wake the workers on commit."""
    now = clock.now()
    rows = [
        Check(
            subject=subject,
            district_code=district,
            agency=agency,
            claim=dict(claim),
            next_attempt_at=now,
            created_at=now,
        )
        for agency, claim in claims.items()
    ]
    if insert_new(rows):
        ring_on_commit("families")


@dataclass(frozen=True, slots=True)
class Prefill:
    """What one agency could tell before anything is typed: ``found``, ``empty`` or ``silent`` are told apart."""

    agency: str
    outcome: str
    records: tuple[dict[str, Any], ...]
    source: str
    at: datetime | None


def prefill(*, lookups: Mapping[str, Sequence[str]]) -> dict[str, Prefill]:
    """Ask several agencies at once for a person's own records; never raises, silence is an outcome."""
    found = {}
    for agency, made in ask_all(lookups, purpose="prefill").items():
        answer = made.answer
        if answer is None:
            found[agency] = Prefill(agency, "silent", (), "", None)
        else:
            outcome = "found" if answer.records else "empty"
            found[agency] = Prefill(agency, outcome, answer.records, answer.source, answer.at)
    return found


@transaction.atomic
def agency_switch(*, actor: Account, agency: str, enabled: bool, note: str = "") -> None:
    """Switch an agency on or off. While it is off its checks wait and end as ``unavailable``: a person decides.

    Raises NotAllowed, Refused (unknown agency).
    """
    if not scope(actor).any("agency.switch"):
        raise NotAllowed(_("You may not switch agencies."))
    if agency not in Agency.values:
        raise Refused(_("There is no such agency."), code="unknown_agency", field="agency")
    AgencySwitch.objects.update_or_create(
        pk=agency, defaults={"enabled": enabled, "failures": 0, "open_until": None, "note": note}
    )
    record(
        actor=actor,
        action="agency.on" if enabled else "agency.off",
        object_type="agency",
        object_id=agency,
        details={"note": note},
    )

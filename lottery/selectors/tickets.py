"""A family's own line on the roll, with everything needed to check it."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.models import Application
from foundation.errors import NotAllowed
from lottery.merkle import inclusion_proof
from lottery.models import AdmissionRun, Placement, PublicFile, RollEntry
from lottery.placing import entry
from lottery.tickets import draw_key, ticket
from schools.selectors import schools_by_code


@lru_cache(maxsize=4)
def _roll_lines(file_id: int) -> tuple[bytes, ...]:
    # a public file never changes, so its lines may be kept
    body = gzip.decompress(PublicFile.objects.values_list("body", flat=True).get(pk=file_id))
    return tuple(body.splitlines()[1:])


@dataclass(frozen=True, slots=True)
class SchoolTicket:
    school: str
    name: str
    ticket: str
    position: int | None


@dataclass(frozen=True, slots=True)
class MyTicket:
    """One application's own line on the roll, with everything needed to check it."""

    application: Application
    entry: RollEntry
    index: int
    size: int
    proof: tuple[str, ...]
    tickets: tuple[SchoolTicket, ...]

    def to_json(self) -> dict[str, Any]:
        """What the family downloads: only its own, and enough for the verifier."""
        return {
            "receipt": self.application.receipt,
            "salt": self.entry.salt,
            "facts": self.entry.facts,
            "row": self.entry.row,
            "leaf_number": self.index,
            "leaves": self.size,
            "inclusion_proof": list(self.proof),
            "root": self.entry.draw.roll_root,
            "tickets": [{"school": one.school, "ticket": one.ticket, "position": one.position} for one in self.tickets],
        }


def my_tickets(guardian: Account, round_id: int) -> list[MyTicket]:
    """The guardian's own lines on the roll of a round. Raises NotAllowed when there are none."""
    entries = list(
        RollEntry.objects.filter(draw__round_id=round_id, application__guardian=guardian)
        .select_related("draw", "application__child")
        .order_by("position")
    )
    if not entries:
        raise NotAllowed(_("None of your applications stands on the roll of this round."))
    lines = _roll_lines(PublicFile.objects.values_list("pk", flat=True).get(round_id=round_id, name="roll.csv"))
    return [_my_ticket(one, lines) for one in entries]


def _my_ticket(one: RollEntry, lines: Sequence[bytes]) -> MyTicket:
    draw, index = one.draw, one.position
    placement = Placement.objects.filter(application=one.application, run__state=AdmissionRun.State.PUBLISHED).first()
    told = placement.explanation["choices"] if placement else []
    positions = {row["school"]: row["own"]["position"] for row in told}
    tickets: tuple[SchoolTicket, ...] = ()
    if draw.seed:
        seed, domains = bytes.fromhex(draw.seed), draw.commitment["school_domains"]
        listed = [school for school, _near in entry("", one.group_id, one.facts).choices if school in domains]
        names = {code: school.name for code, school in schools_by_code(listed).items()}
        tickets = tuple(
            SchoolTicket(
                code, names[code], ticket(draw_key(seed, domains[code]), one.group_id).hex(), positions.get(code)
            )
            for code in listed
        )
    proof = tuple(step.hex() for step in inclusion_proof(lines, index))
    return MyTicket(one.application, one, index, len(lines), proof, tickets)

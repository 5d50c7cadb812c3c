"""A family's own line on the roll, with everything needed to check it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.seasons.models import Application, Round
from foundation.errors import NotAllowed
from lottery.admission.inputs import rules
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.selectors import public_rounds
from lottery.ceremony.models import Draw, PublicFile, RollEntry
from lottery.engine.admission.entries import SHARED, entry, real
from lottery.engine.drawing.merkle import HASH_SIZE, merkle_levels, proof_from, verify_inclusion
from lottery.engine.drawing.methods import METHODS
from lottery.engine.drawing.tickets import RollRow, draw_key
from schools.models import School
from schools.selectors import schools_by_code


@lru_cache(maxsize=2)
def _roll_tree(file_id: int) -> tuple[bytes, ...]:
    # A public file never changes, so its tree may be kept: on the day of the results every family asks for a proof.
    body = b"".join(PublicFile.objects.get(pk=file_id).content())
    return merkle_levels(body.splitlines()[1:])


def drawn_rounds() -> QuerySet[Round]:
    """The public rounds whose draw was made: their transcripts can be checked."""
    return public_rounds().exclude(draw__seed="")


@lru_cache(maxsize=64)
def _ring_values(draw_id: int, school: str, key: bytes) -> dict[str, bytes]:
    # A place on the ring depends on everybody who listed the school. Roll and facts never change, so it may be kept.
    draw = Draw.objects.select_related("round__policy").get(pk=draw_id)
    run, named = rules(draw, schools_by_code(sorted(draw.seats))), f'"{real(school)}"'
    rows = RollEntry.objects.filter(draw_id=draw_id, facts__contains=named).values_list("group_id", "facts")
    groups = {
        group
        for group, facts in rows.iterator(5000)
        if any(name == school for name, _level in run.listed(entry("", group, facts)))
    }
    listed = sorted(groups)
    return dict(zip(listed, METHODS["ring"].tickets(key, listed), strict=True))


def _value(draw: Draw, school: str, group: str) -> tuple[str, str]:
    """The value drawn for a group at a school in hexadecimal, and what a person reads of it."""
    method = METHODS[draw.commitment.get("method", "ticket")]
    key = draw_key(bytes.fromhex(draw.seed), draw.commitment["school_domains"][school])
    ring = method.name == "ring"
    value = _ring_values(draw.pk, school, key)[group] if ring else method.tickets(key, [group])[0]
    return value.hex(), method.shown(value)


@dataclass(frozen=True, slots=True)
class SchoolTicket:
    """The value drawn at one school; `shown` is what a person reads of it, `position` the rank there if published."""

    school: str
    name: str
    ticket: str
    shown: str
    position: int | None


@dataclass(frozen=True, slots=True)
class MyTicket:
    """One application's own line on the roll, with everything needed to check it; `verified`: the proof was checked."""

    application: Application
    entry: RollEntry
    index: int
    size: int
    proof: tuple[str, ...]
    tickets: tuple[SchoolTicket, ...]
    method: str
    verified: bool

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
        .select_related("draw__round__policy", "application__child")
        .order_by("position")
    )
    if not entries:
        raise NotAllowed(_("None of your applications stands on the roll of this round."))
    tree = _roll_tree(PublicFile.objects.values_list("pk", flat=True).get(round_id=round_id, name="roll.csv"))
    return [_my_ticket(one, tree) for one in entries]


def _name(school: str, schools: Mapping[str, School]) -> str:
    name = schools[str(real(school))].name
    return _("%(name)s (seats shared in the big zone)") % {"name": name} if school.endswith(SHARED) else name


def _tickets(one: RollEntry) -> tuple[SchoolTicket, ...]:
    """What was drawn at every school of the run the child applied to; a published run knows the ranks there."""
    draw = one.draw
    schools = schools_by_code(sorted(draw.seats))
    listed = [school for school, _level in rules(draw, schools).listed(entry("", one.group_id, one.facts))]
    published = {"application": one.application_id, "run__state": AdmissionRun.State.PUBLISHED}
    placement = Placement.objects.filter(**published).only("positions").first()
    ranks: Sequence[int | None] = placement.positions if placement else [None] * len(listed)
    return tuple(
        SchoolTicket(school, _name(school, schools), *_value(draw, school, one.group_id), rank)
        for school, rank in zip(listed, ranks, strict=True)
    )


def _my_ticket(one: RollEntry, tree: Sequence[bytes]) -> MyTicket:
    draw, index = one.draw, one.position
    proof, size = proof_from(tree, index), len(tree[0]) // HASH_SIZE
    line, root = RollRow(**one.row).line().encode(), bytes.fromhex(draw.roll_root)
    return MyTicket(
        application=one.application,
        entry=one,
        index=index,
        size=size,
        proof=tuple(step.hex() for step in proof),
        tickets=_tickets(one) if draw.seed else (),
        method=draw.commitment.get("method", "ticket"),
        verified=verify_inclusion(line, index, size, proof, root),
    )

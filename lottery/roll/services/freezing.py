"""Freezing the roll: from now on nobody can be added, left out or changed without it being seen."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

import lottery
from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.bulk import copy_in, text
from foundation.errors import Refused
from lottery.admission.inputs import site_of
from lottery.afterwards.seats import supplementary_seats
from lottery.ceremony.digests import announcement_digest, domain, domains
from lottery.ceremony.files import publish_file
from lottery.ceremony.models import CeremonyPlan, Draw, RollEntry
from lottery.ceremony.people import names
from lottery.ceremony.services.planning import plan_default
from lottery.ceremony.states import DrawEvent, DrawState
from lottery.ceremony.steps import step_row
from lottery.engine.admission.entries import COORDINATION, entry
from lottery.engine.drawing.draw import sibling_rule
from lottery.engine.drawing.tickets import RollRow, canonical_roll, roll_row
from lottery.engine.drawing.transcript import Sources, announce, canonical_json, roll_lines
from lottery.roll.stated import round_key, salt_of, stated
from lottery.roll.surroundings import announced, schools_of_the_run
from lottery.scores.facts import check_scores
from schools.selectors import schools_by_code, seat_plan

COLUMNS = "draw_id, position, application_id, group_id, salt, leaf, row, facts"
PROGRAMS = (  # everything that decides a draw or an admission, below lottery/
    "audit.py",
    *(f"engine/admission/{name}.py" for name in ("coordination", "entries", "placing", "province", "waiting")),
    *(
        f"engine/allocation/{name}.py"
        for name in ("allocate", "certificate", "fast", "heaps", "mechanisms", "packing", "problem", "siblings")
    ),
    *(
        f"engine/drawing/{name}.py"
        for name in (
            "bound",
            "draw",
            "merkle",
            "methods",
            "ring",
            "ticket_rows",
            "tickets",
            "transcript",
        )
    ),
)


@dataclass(frozen=True, slots=True)
class _Member:
    application: UUID
    salt: str
    group: str
    facts: str
    row: RollRow


def _members(round_: Round) -> Iterator[_Member]:
    key = round_key(round_)
    for one in stated(round_):
        salt = salt_of(one.token, key)
        public = roll_row(one.receipt, salt=bytes.fromhex(salt), group=one.group, facts=one.facts)
        yield _Member(one.application, salt, one.group, one.facts, public)


def _programs() -> dict[str, str]:
    here = Path(lottery.__path__[0])
    return {name: hashlib.sha256((here / name).read_bytes()).hexdigest() for name in PROGRAMS}


def _announcement(
    round_: Round, plan: CeremonyPlan, members: Sequence[_Member], rows: Sequence[RollRow], seats: Mapping[str, int]
) -> dict[str, Any]:
    policy = compiled(round_.policy)
    rules = announced(round_, seats, (entry(one.row.receipt_hash, one.group, one.facts) for one in members))
    order, schools = domain(round_, COORDINATION, "order"), schools_by_code(sorted(seats))
    # The draw announces 0 seats: it makes only the order, the admission run gives the places (docs/audit.md).
    sources = Sources(tuple(names(plan)), "none", plan.public_value, plan.fallback)
    rule = sibling_rule(policy.last_seat)
    body = announce(rows, domain=order, seats=0, rule=rule, sources=sources, method=plan.method)
    return body | {
        "school_seats": dict(seats),
        "school_domains": domains(round_, schools_of_the_run(seats, rules["shared_limits"])),
        "sites": {code: site_of(one, rules["score_files"]).to_json() for code, one in schools.items()},
        **rules,
        "mechanism": policy.mechanism,
        "policy": {"code": round_.policy.code, "number": round_.policy.number, "digest": round_.policy.digest},
        "programs": _programs(),
        "ceremony": _ceremony(plan),
        "frozen_at": clock.now().isoformat(timespec="seconds"),
    }


def _ceremony(plan: CeremonyPlan) -> dict[str, Any]:
    """Place, times and duties as announced; times in Beijing time to the minute, null where none was named."""

    def moment(at: datetime | None) -> str | None:
        return at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes") if at else None

    times = {name: moment(getattr(plan, name)) for name in ("starts_at", "commit_by", "reveal_by", "value_by")}
    return {"place": plan.place, "duties": {one["name"]: one["duty"] for one in plan.witnesses}, **times}


def _check_plan(plan: CeremonyPlan) -> None:
    if plan.commit_by and clock.deadline_passed(plan.commit_by):
        text = _("The deadline for commitments in the plan has passed. Name later deadlines in the plan first.")
        raise Refused(text, code="past")


@transaction.atomic
def roll_freeze(*, official: Account, round_id: int, second: Account) -> Draw:
    """Freeze the roll of a closed round and publish what binds everybody before any randomness exists.

    Two officials have confirmed it (``closing``). Raises NotAllowed, Refused (undecided applications, nobody approved,
    wrong state of the round, a plan out of date).
    """
    round_ = round_step(official=official, round_id=round_id, event=RoundEvent.FREEZE, second=second)
    plan = plan_default(round_, official)
    _check_plan(plan)
    members = list(_members(round_))
    if not members:
        raise Refused(_("There is no approved application in this round: the roll would be empty."), code="empty")
    rows = canonical_roll(member.row for member in members)
    season = round_.season
    # A school that lost its seat plan after families chose it stays in the run with no seats: no choice vanishes.
    listed = {school: 0 for member in members for school, _near in entry("", "", member.facts).choices}
    check_scores(round_, listed)
    later = round_.kind == Round.Kind.SUPPLEMENTARY
    plan_seats = supplementary_seats(round_) if later else seat_plan(season.district_id, season.year, round_.stage)
    seats = dict(sorted((listed | plan_seats).items()))
    draw = Draw.objects.create(
        round=round_,
        sibling_rule=compiled(round_.policy).last_seat,
        method=plan.method,
        roll_root="",
        roll_count=len(rows),
        seats=seats,
        commitment={},
        frozen_at=clock.now(),
    )
    draw.commitment = _announcement(round_, plan, members, rows, seats)
    draw.roll_root = draw.commitment["roll"]["root"]
    draw.save(update_fields=["commitment", "roll_root"])
    _store(draw, members, rows)
    publish_file(round_, "roll.csv", b"".join(roll_lines(rows)))
    publish_file(round_, "announcement.json", canonical_json(draw.commitment))
    step_row(draw, DrawEvent.FREEZE, DrawState.PLANNED, official)
    details = {
        "count": len(rows),
        "root": draw.roll_root,
        "announcement": announcement_digest(draw),
        "second": second.pk,
    }
    record(
        actor=official,
        action="roll.freeze",
        object_type="draw",
        object_id=draw.pk,
        district=season.district_id,
        details=details,
    )
    return draw


def _store(draw: Draw, members: Sequence[_Member], rows: Sequence[RollRow]) -> None:
    positions = {row.receipt_hash: position for position, row in enumerate(rows)}
    copy_in(RollEntry._meta.db_table, COLUMNS, (_fields(draw, one, positions[one.row.receipt_hash]) for one in members))


def _fields(draw: Draw, one: _Member, position: int) -> tuple[str, ...]:
    row = {"receipt_hash": one.row.receipt_hash, "group": one.group, "leaf": one.row.leaf}
    return (
        str(draw.pk),
        str(position),
        str(one.application),
        one.group,
        one.salt,
        one.row.leaf,
        text(json.dumps(row)),
        text(one.facts),
    )

"""Freezing the roll: from now on nobody can be added, left out or changed without it being seen."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from enrollment.models import Application, ApplicationVersion, Round
from enrollment.policies import compiled
from enrollment.selectors.binding import apart_keys
from enrollment.services import round_step
from foundation import clock
from foundation.bulk import copy_in, text
from foundation.errors import Refused
from lottery.engine.draw import sibling_rule
from lottery.engine.entries import COORDINATION, entry, facts_text
from lottery.engine.tickets import RollRow, canonical_roll, roll_row
from lottery.engine.transcript import Sources, announce, canonical_json, roll_lines
from lottery.models import CeremonyPlan, Draw, RollEntry
from lottery.services.afterwards import supplementary_seats
from lottery.services.common import announcement_digest, domain, domains, publish_file, step_row
from lottery.services.planning import names, plan_default
from lottery.services.score_facts import Scores, check_scores
from lottery.services.wishes import Surroundings, announced, schools_of_the_run
from schools.selectors import seat_plan

COLUMNS = "draw_id, position, application_id, group_id, salt, leaf, row, facts"
PROGRAMS = (  # everything that decides a draw or an admission, below lottery/
    "audit.py",
    *(
        f"engine/{name}.py"
        for name in (
            "allocate",
            "certificate",
            "coordination",
            "draw",
            "entries",
            "fast",
            "fasttickets",
            "heaps",
            "lanes",
            "mechanisms",
            "merkle",
            "methods",
            "packing",
            "placing",
            "problem",
            "province",
            "ring",
            "siblings",
            "tickets",
            "transcript",
            "waiting",
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


@dataclass(frozen=True, slots=True)
class Stated:
    """A child as a run knows it: the facts that decide, its ticket's name, and the secret its salt is made from."""

    application: UUID
    receipt: str
    token: UUID
    group: str
    facts: str


def round_key(round_: Round) -> str:
    """The round's name in every database: district/year/stage/kind."""
    season = round_.season
    return f"{season.district_id}/{season.year}/{round_.stage}/{round_.kind}"


def salt_of(token: UUID, key: str) -> str:
    """A family's salt, 64 hex digits: from the secret token of its first submission, so that it can be made again."""
    return hmac.digest(token.bytes, f"roll salt{key}".encode(), "sha256").hex()


def group_name(applications: Sequence[UUID]) -> str:
    """The public name of a ticket: the application's id, or for siblings a digest of all their ids."""
    if len(applications) == 1:
        return str(applications[0])
    return hashlib.sha256(",".join(sorted(map(str, applications))).encode()).hexdigest()


def _groups(rows: Sequence[Mapping[str, Any]], apart: Collection[str]) -> dict[UUID, str]:
    """The ticket of every application; ``apart`` are the keys of siblings whose guardians have not all agreed."""
    sizes = Counter(row["sibling_key"] for row in rows if row["sibling_key"] and row["sibling_key"] not in apart)
    families: dict[str, list[UUID]] = {}
    for row in rows:
        bound = sizes[row["sibling_key"]] > 1
        families.setdefault(row["sibling_key"] if bound else str(row["id"]), []).append(row["id"])
    return {pk: group_name(members) for members in families.values() for pk in members}


def stated(round_: Round, states: Sequence[str] = ("in_pool",)) -> Iterator[Stated]:
    """What the run would know of every child whose application is in one of the states, by application."""
    around, scores = Surroundings(round_), Scores(round_)
    columns = ("id", "receipt", "version", "group_code", "tier", "points", "order", "zone_code", "sibling_key")
    rows = list(Application.objects.filter(round=round_, state__in=states).order_by("id").values(*columns))
    groups = _groups(rows, apart_keys(round_, states))
    tokens: dict[UUID, UUID] = {}
    choices: dict[tuple[UUID, int], list[str]] = {}
    versions = ApplicationVersion.objects.filter(application__round=round_, application__state__in=states)
    for pk, number, token, listed in versions.values_list("application_id", "number", "client_token", "choices"):
        choices[pk, number] = listed
        if number == 1:
            tokens[pk] = token
    for row in rows:
        pk = row["id"]
        listed = choices[pk, row["version"]]
        facts = facts_text(
            group_code=row["group_code"],
            tier=row["tier"],
            points=row["points"],
            order=row["order"],
            choices=listed,
            zone_schools=around.zone_schools(row["zone_code"]),
            big_zone_schools=around.big_zone_schools(row["zone_code"], row["group_code"]),
            scores=scores.of(row["receipt"], listed),
        )
        yield Stated(pk, row["receipt"], tokens[pk], groups[pk], facts)


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
    order = domain(round_, COORDINATION, "order")
    # no seats of its own: the draw makes the order, the admission run gives the places (docs/audit.md)
    sources = Sources(tuple(names(plan)), "none", plan.public_value, plan.fallback)
    rule = sibling_rule(policy.last_seat)
    body = announce(rows, domain=order, seats=0, rule=rule, sources=sources, method=plan.method)
    return body | {
        "school_seats": dict(seats),
        "school_domains": domains(round_, schools_of_the_run(seats, rules["shared_limits"])),
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

    Two officials have confirmed it (``lottery.services.closing``). Raises NotAllowed, Refused (undecided applications,
    nobody approved, wrong state of the round, a plan out of date).
    """
    round_ = round_step(official=official, round_id=round_id, event="freeze", second=second)
    plan = plan_default(round_, official)
    _check_plan(plan)
    members = list(_members(round_))
    if not members:
        raise Refused(_("There is no approved application in this round: the roll would be empty."), code="empty")
    rows = canonical_roll(member.row for member in members)
    season = round_.season
    # a school that lost its plan after families chose it stays in the run, with no seats: nobody's choice vanishes
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
    step_row(draw, "freeze", "planned", official)
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

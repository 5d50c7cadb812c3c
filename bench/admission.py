"""An admission run from PostgreSQL to published offers, inside a scratch database: `python -m bench.admission PUPILS`.

Every row is synthetic and made in bulk: one child and one guardian stand behind all applications, because a run reads
neither. The floor copies the same rows out (roll, applications) and in (placements, offers, transitions, applications)
into tables with the same indexes and foreign keys.
"""

import json
import os
import random
import resource
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

SPACE = uuid.UUID("0f4b1c52-7a0e-5d0e-8f0c-62656e636831")
PER_SCHOOL = 400
DISTRICT = "430702"
YEAR = 2026


def copied(table: str, where: str, again: bool) -> float:
    """Seconds to COPY the rows of a table out, and with `again` into an empty one with its indexes and foreign keys."""
    from django.db import connection, transaction

    with TemporaryFile("w+b") as file, connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {where}) TO STDOUT (FORMAT binary)", file)
        out = time.perf_counter() - started
        if not again:
            return out
        file.seek(0)
        with transaction.atomic():
            cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
                [table],
            )
            for (key,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE bench_copy ADD {key}")
            started = time.perf_counter()
            cursor.copy_expert("COPY bench_copy FROM STDIN (FORMAT binary)", file)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_copy")
    return seconds


def _round(schools: int) -> Any:
    from enrollment.seasons.lists.services import lists_keep
    from enrollment.seasons.services.seasons import policy_store, season_store
    from foundation import clock
    from policy import scheme_text
    from schools.models import School
    from schools.services import district_ensure, schools_store

    district = district_ensure(code=DISTRICT)
    rng = random.Random(1)
    schools_store(
        schools=[
            School(
                code=f"S{at:04}",
                district=district,
                name=f"示例学校{at}",
                address=f"示例路{at}号",
                longitude=111 + rng.random(),
                latitude=29 + rng.random(),
                education_group=f"G{at % 50}",
                town=f"T{at % 200}",
            )
            for at in range(schools)
        ]
    )
    lists_keep(district=district, kinds=["seats"])
    policy = policy_store(district=district, code="changde", text=scheme_text("changde"))
    now = clock.now()
    times = {"opens_at": now - timedelta(days=9), "closes_at": now - timedelta(days=2), "results_at": now}
    row = {"stage": "primary", "kind": "main", "policy": policy, "state": "drawn", **times}
    season = season_store(district=district, year=YEAR, synthetic=True, calendar=[], rounds=[row])
    return season.rounds.get()


def _draw(round_: Any, seats: dict[str, int]) -> Any:
    """A draw whose roll is filled and announced afterwards."""
    from foundation import clock
    from lottery.ceremony.models import Draw

    return Draw.objects.create(
        round=round_,
        state="drawn",
        sibling_rule="expand",
        method="ticket",
        roll_root="0" * 64,
        roll_count=0,
        seats=seats,
        commitment={},
        public_value="3245.67",
        frozen_at=clock.now(),
        drawn_at=clock.now(),
    )


def _announce(round_: Any, draw: Any, official: Any) -> None:
    """What is published, logged and confirmed of a draw, in the form in which a run holds its inputs against it."""
    from audit.services import record
    from foundation import clock
    from lottery.admission.inputs import site_of
    from lottery.ceremony.digests import announcement_digest, ceremony_digest, domain, domains, entropy_of, rows_of
    from lottery.ceremony.files import publish_file
    from lottery.ceremony.models import Confirmation
    from lottery.engine.drawing.draw import SiblingRule
    from lottery.engine.drawing.transcript import Sources, announce, canonical_json, seed_of
    from schools.models import School

    policy, order = round_.policy, domain(round_, "*", "order")
    sources = Sources((), "none", "the index", "none")
    body = announce(rows_of(draw), domain=order, seats=0, rule=SiblingRule.EXPAND, sources=sources)
    draw.commitment = body | {
        "mechanism": "parallel",
        "coordination": {"criteria": ["nearby"], "groups": []},
        "school_domains": domains(round_, sorted(draw.seats)),
        "school_seats": draw.seats,
        "sites": {one.code: site_of(one, ()).to_json() for one in School.objects.all()},
        "policy": {"code": policy.code, "number": policy.number, "digest": policy.digest},
    }
    draw.roll_root, draw.roll_count = body["roll"]["root"], body["roll"]["rows"]
    draw.seed = seed_of(draw.commitment, entropy_of(draw)).hex()
    draw.save()
    publish_file(round_, "announcement.json", canonical_json(draw.commitment))
    details = {"announcement": announcement_digest(draw)}
    record(actor=None, action="roll.freeze", object_type="draw", object_id=draw.pk, details=details)
    for one in (official, _second()):
        Confirmation.objects.create(
            round=round_, step="draw", subject=ceremony_digest(draw), official=one, at=clock.now()
        )


def _second() -> Any:
    from accounts.services import staff_create

    found, _ = staff_create(
        username="bench-2", password="only for this bench 1", name="合成", roles=[("official", DISTRICT, "")]
    )
    return found


def _people() -> tuple[Any, Any, Any]:
    from datetime import date

    from accounts.models import Account
    from accounts.services import staff_create
    from enrollment.seasons.models import Child
    from foundation import clock

    official, _ = staff_create(
        username="bench", password="only for this bench 1", name="合成", roles=[("official", DISTRICT, "")]
    )
    parent = Account.objects.create(username="bench-parent", is_active=True, created_at=clock.now())
    child = Child.objects.create(
        guardian=parent,
        document_kind="resident_id",
        id_number="0",
        id_index="0",
        name="合成",
        birth_date=date(2020, 1, 1),
        sex="1",
        created_at=clock.now(),
    )
    return official, parent, child


APPLICATION = (
    "id, receipt, round_id, child_id, guardian_id, district_code, season_year, stage, rehearsal, child_index, state,"
    " version,"
    ' channel, online, uploads, fill_seconds, group_code, tier, points, "order", zone_code, needs_person,'
    " needs_offline_check, sibling_key, submitted_at, state_at"
)

ROLL = "draw_id, position, application_id, group_id, salt, leaf, row, facts"


def _rows(pupils: int, schools: int, round_: Any, draw: Any, parent: Any, child: Any) -> Iterator[tuple[str, str]]:
    """(line of applications, line of the roll) for every pupil, in roll order."""
    import numpy as np

    from bench.cases import province
    from lottery.engine.admission.entries import facts_text
    from lottery.engine.drawing.tickets import receipt_hash, roll_row

    table = province(pupils, schools)
    lists, at = table.schools.tolist(), 0
    tiers = table.tiers[np.cumsum(table.counts) - 1].tolist()
    numbers = range(pupils)
    salts = [uuid.uuid5(SPACE, f"salt {number}").hex * 2 for number in numbers]
    order = sorted(numbers, key=lambda at: receipt_hash(f"B{at:012}", bytes.fromhex(salts[at])))
    now = "2026-07-01 00:00+08"
    for position, (count, number, tier) in enumerate(zip(table.counts.tolist(), order, tiers, strict=True)):
        name = uuid.uuid5(SPACE, str(number))
        listed = [f"S{school:04}" for school in dict.fromkeys(lists[at : at + count])]
        at += count
        facts = facts_text(
            group_code=f"class_{tier + 1}",
            tier=tier + 1,
            points=0,
            order=[number % 50],
            choices=listed,
            zone_schools=listed[:1],
        )
        salt = salts[number]
        made = roll_row(f"B{number:012}", salt=bytes.fromhex(salt), group=str(name), facts=facts)
        row = json.dumps({"receipt_hash": made.receipt_hash, "group": str(name), "leaf": made.leaf})
        yield (
            f"{name}\tB{number:012}\t{round_.pk}\t{child.pk}\t{parent.pk}\t{DISTRICT}\t{YEAR}\tprimary\tf\t{number}\tin_pool\t1\tweb\tt\t0\t0\t"
            f"class_{tier + 1}\t{tier + 1}\t0\t[]\t\tf\tf\t\t{now}\t{now}",
            f"{draw.pk}\t{position}\t{name}\t{name}\t{salt}\t{made.leaf}\t{row}\t{facts}",
        )


def _fill(pupils: int, schools: int, round_: Any, draw: Any, parent: Any, child: Any) -> None:
    from foundation.bulk import copy_in

    rows = list(_rows(pupils, schools, round_, draw, parent, child))
    copy_in("enrollment_application", APPLICATION, ([one] for one, _ in rows))
    copy_in("lottery_rollentry", ROLL, ([two] for _, two in rows))


def apart(work: Callable[[], None]) -> None:
    """Do something in a process of its own: what it needed must not count as memory of the run."""
    from django.db import connections

    connections.close_all()
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the rows could not be made")
        return
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def timed(work: Callable[[], Any]) -> float:
    """Seconds of a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(pupils: int) -> dict[str, Any]:
    """Make the rows, run, publish, and measure the floor on what was written."""
    from django.db import connection

    from lottery.admission.models import AdmissionRun
    from lottery.admission.services import run_publish, run_request, run_work

    count = max(4, pupils // PER_SCHOOL)
    round_ = _round(count)
    seats = {f"S{at:04}": -(-pupils * 19 // (count * 20)) for at in range(count)}
    draw, (official, parent, child) = _draw(round_, seats), _people()

    def fill() -> None:
        _fill(pupils, count, round_, draw, parent, child)
        _announce(round_, draw, official)

    apart(fill)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE enrollment_application, lottery_rollentry")
    run = run_request(official=official, round_id=round_.pk)
    computing = timed(lambda: run_work(run_id=run.pk))
    AdmissionRun.objects.filter(pk=run.pk).update(state="publishing", published_by=official)
    publishing = timed(lambda: run_publish(run_id=run.pk))
    floor = copied("lottery_rollentry", "true", again=False) + copied("enrollment_application", "true", again=True)
    floor += sum(
        copied(table, "true", again=True)
        for table in ("lottery_placement", "enrollment_offer", "enrollment_transition")
    )
    run.refresh_from_db()
    return {
        "seconds": computing + publishing,
        "floor": floor,
        "facts": {
            "pupils": pupils,
            "schools": count,
            "computing": round(computing, 2),
            "publishing": round(publishing, 2),
            "placed": run.result["counts"]["by_choice"],
            "valid": run.result["certificate"]["valid"],
            "published": run.state == "published",
        },
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(main(int(sys.argv[1]))))

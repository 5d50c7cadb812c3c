"""The public file of an admission run, written piece by piece: a province never stands in memory as one text (pure).

Its form is `admission_json` with "order" (how the ranks follow from the draw), "coordination" (what it read
and whom it placed where) and "run_digest" (over every place) added: `audit.py admission` replays the whole run. Nothing
of a family enters but its ticket's name, its ranks as dense numbers and the schools it listed.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from lottery.engine.admission.coordination import queue
from lottery.engine.admission.province import Province
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.allocation.problem import Mechanism, Problem
from lottery.engine.allocation.reading import problem_json

Json = dict[str, Any]
ADMISSION_FORMAT = "enrollment-lottery/admission/1"
PUPILS_AT_ONCE = 5_000


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def certificate_json(province: Province) -> Json:
    """The certificate as published, with what the sibling rule withdrew, and how many leaves of the roll were made
    again from the facts that decided, with the root they led to.
    """
    found, made = province.certificate, province.columns
    shown = asdict(found)
    withdrawn = [[made.entries[made.owners[at]].pupil, made.names[made.schools[at]]] for at in province.withdrawn]
    return {
        **{name: value for name, value in shown.items() if name != "violations"},
        "valid": found.valid,
        "violations": list(found.violations),
        "passes": province.settled.passes,
        "withdrawn": sorted(withdrawn),
        "leaves": {"compared": len(made.entries) if province.inputs.root else 0, "root": province.inputs.root},
    }


def _cutoffs(province: Province) -> Json:
    made, found = province.columns, {}
    for number, name in enumerate(made.names):
        last = int(province.last[number])
        none = last == NOBODY
        found[name] = {
            "seats": int(province.seats[number]),
            "extra_seats": province.settled.extra_seats[number],
            "filled": int(province.filled[number]),
            "tier": None if none else int(made.tiers[last]),
            "points": None if none else 0,
            "order": None if none else int(made.positions[last]),
        }
        if province.inputs.mechanism is Mechanism.SEQUENTIAL:
            found[name]["choice"] = None if none else int(province.choice_numbers[last]) + 1
    return found


def _joined(parts: Iterator[str]) -> Iterator[str]:
    """The parts with commas between them, a few thousand at once."""
    kept: list[str] = []
    first = True
    for part in parts:
        kept.append(part)
        if len(kept) == PUPILS_AT_ONCE:
            yield ("" if first else ",") + ",".join(kept)
            kept, first = [], False
    if kept:
        yield ("" if first else ",") + ",".join(kept)


def _pupils(province: Province) -> Iterator[str]:
    made = province.columns
    names, group_sizes = [_dump(name) for name in made.names], made.group_sizes
    for part, rows in made.parts(PUPILS_AT_ONCE):
        columns = (made.schools[rows], made.positions[rows], made.tiers[rows])
        choices = [
            f'{{"school":{names[school]},"order":{position},"points":0,"tier":{tier}}}'
            for school, position, tier in zip(*(column.tolist() for column in columns), strict=True)
        ]
        at, sizes = 0, group_sizes[part].tolist()
        for one, count, size in zip(made.entries[part], made.counts[part].tolist(), sizes, strict=True):
            group = _dump(one.group) if size > 1 else "null"
            yield f'{{"id":"{one.pupil}","group":{group},"choices":[{",".join(choices[at : at + count])}]}}'
            at += count


def _bands(province: Province) -> Iterator[str]:
    made = province.columns
    for part, rows in made.parts(PUPILS_AT_ONCE):
        bands, at = made.bands[rows].tolist(), 0
        for one, count in zip(made.entries[part], made.counts[part].tolist(), strict=True):
            yield f'"{one.pupil}":[{",".join(map(str, bands[at : at + count]))}]'
            at += count


def _sites(province: Province) -> Json:
    """Of every school what the criteria look at; `open` says whether it takes children who did not choose it."""
    return {code: site.to_json() for code, site in sorted(province.inputs.sites.items())}


def _queue(province: Province) -> Iterator[str]:
    """By pupil its family's band and its own first choice, from which the criteria are looked at."""
    placed = {
        one.pupil for one, at in zip(province.columns.entries, province.held.tolist(), strict=True) if at != NOBODY
    }
    for family in queue(province.inputs, placed):
        for one in family.members:
            yield f'"{one.pupil}":[{family.band},{_dump(one.first)}]'


def _coordination(province: Province) -> Iterator[str]:
    inputs = province.inputs
    read = {
        "criteria": list(inputs.coordination),
        "everybody": not inputs.coordination_groups,
        "sites": _sites(province) if inputs.coordination else {},
    }
    yield _dump(read)[:-1] + ',"queue":{'
    yield from _joined(_queue(province))
    yield '},"places":{'
    yield from _joined(f'"{pupil}":{_dump(school)}' for pupil, (school, _) in sorted(province.coordinated.items()))
    yield "}}"


def admission_text(province: Province, run_digest: str) -> Iterator[str]:
    """The file in pieces."""
    inputs, made = province.inputs, province.columns
    schools = [
        {"id": name, "seats": int(seats), "line": inputs.line(name)}
        for name, seats in zip(made.names, province.seats, strict=True)
    ]
    head = {"mechanism": inputs.mechanism.value, "siblings": inputs.siblings.value, "schools": schools}
    yield f'{{"format":{_dump(ADMISSION_FORMAT)},"problem":{_dump(head)[:-1]},"pupils":['
    yield from _joined(_pupils(province))
    yield ']},"result":{"placements":{'
    placed = zip(made.entries, province.school_of, strict=True)
    yield from _joined(f'"{one.pupil}":{_dump(school)}' for one, school in placed)
    result = {
        "cutoffs": _cutoffs(province),
        "certificate": certificate_json(province),
        "digest": province.allocation_digest,
    }
    yield "}," + _dump(result)[1:]
    order = {
        "seed": inputs.seed.hex(),
        "method": inputs.method,
        "domains": dict(inputs.domains),
        "shared": dict(inputs.shared),
    }
    yield f',"order":{_dump(order)[:-1]},"groups":{{'
    yield from _joined(f'"{one.pupil}":{_dump(one.group)}' for one in made.entries)
    yield '},"bands":{'
    yield from _joined(_bands(province))
    yield '}},"coordination":'
    yield from _coordination(province)
    yield f',"run_digest":{_dump(run_digest)}}}'


def admission_json(problem: Problem, result: Json) -> Json:
    """The public file of an admission run: `result` as `allocate.result_json` gives it; ids are pseudonyms."""
    return {"format": ADMISSION_FORMAT, "problem": problem_json(problem), "result": result}

"""One admission run: a checked problem in, places with cut-offs, certificate and digest out.

`python -m lottery.allocate [--engine reference|fast] < problem.json > result.json`
Exit 0 with the result; 2 when the problem cannot be read, with one sentence on standard error naming the place.
The digest is SHA-256 over the placements as canonical JSON: keys sorted, no spaces, UTF-8. Nothing else enters it.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from lottery.engine.allocation.certificate import Certificate, Outcome, certify
from lottery.engine.allocation.fast import compiled_acceptance
from lottery.engine.allocation.mechanisms import NOBODY, Market, deferred_acceptance
from lottery.engine.allocation.packing import canonical_pupils, pack
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, check_problem, positions
from lottery.engine.allocation.reading import read_json, read_problem
from lottery.engine.allocation.siblings import Engine, Settled, settle
from lottery.engine.messages import LotteryError

ENGINES: dict[str, Engine] = {"reference": deferred_acceptance, "fast": compiled_acceptance}


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A school after the run. `last` is the choice of the last admitted; `position` counts a line's choices from 1."""

    seats: int
    extra_seats: int
    filled: int
    last: Choice | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """Places by pupil id (None is no place), what happened at each school, and why it may be trusted."""

    placements: dict[str, str | None]
    cutoffs: dict[str, Cutoff]
    withdrawn: frozenset[tuple[str, str]]
    passes: int
    certificate: Certificate
    digest: str


def placements_digest(placements: dict[str, str | None]) -> str:
    """ "sha256:" and SHA-256 over the placements as canonical JSON."""
    text = json.dumps(placements, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sibling_numbers(pupils: Sequence[Pupil]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for number, pupil in enumerate(pupils):
        if pupil.group is not None:
            groups.setdefault(pupil.group, []).append(number)
    return list(groups.values())


def _cutoffs(problem: Problem, pupils: Sequence[Pupil], market: Market, settled: Settled) -> dict[str, Cutoff]:
    filled = [0] * len(market.seats)
    last: list[int] = [NOBODY] * len(market.seats)
    for entry in settled.held:
        if entry != NOBODY:
            school = market.schools[entry]
            filled[school] += 1
            if last[school] == NOBODY or market.bids[entry] < market.bids[last[school]]:
                last[school] = entry
    cutoffs, lines = {}, {school.id: school.line for school in problem.schools}
    for number, school_id in enumerate(sorted(school.id for school in problem.schools)):
        choice = position = None
        if last[number] != NOBODY:
            owner = market.owners[last[number]]
            listed = last[number] - market.starts[owner]
            choice, position = pupils[owner].choices[listed], positions(pupils[owner], lines)[listed]
        shown = None if position is None else position + 1
        extra = settled.extra_seats[number]
        cutoffs[school_id] = Cutoff(market.seats[number], extra, filled[number], choice, shown)
    return cutoffs


def allocate(problem: Problem, *, engine: Engine = deferred_acceptance) -> Result:
    """Place the pupils. Raises LotteryError problem.* for an inconsistent problem; the input order never matters."""
    check_problem(problem)
    pupils, market = canonical_pupils(problem), pack(problem)
    settled = settle(market, _sibling_numbers(pupils), problem.siblings, engine)
    names = sorted(school.id for school in problem.schools)
    placements = {
        pupil.id: None if entry == NOBODY else names[market.schools[entry]]
        for pupil, entry in zip(pupils, settled.held, strict=True)
    }
    withdrawn = frozenset(
        (pupils[market.owners[entry]].id, names[market.schools[entry]]) for entry in settled.withdrawn
    )
    cutoffs = _cutoffs(problem, pupils, market, settled)
    extra = {school: cutoff.extra_seats for school, cutoff in cutoffs.items()}
    certificate = certify(problem, Outcome(placements, extra, withdrawn))
    return Result(placements, cutoffs, withdrawn, settled.passes, certificate, placements_digest(placements))


def _cutoff_json(cutoff: Cutoff, mechanism: Mechanism) -> dict[str, Any]:
    last = cutoff.last
    shown: dict[str, Any] = {
        "seats": cutoff.seats,
        "extra_seats": cutoff.extra_seats,
        "filled": cutoff.filled,
        "tier": last and last.tier,
        "points": last and last.points,
        "order": last and last.order,
    }
    if mechanism is Mechanism.SEQUENTIAL:
        shown["choice"] = cutoff.position
    return shown


def result_json(problem: Problem, result: Result) -> dict[str, Any]:
    """The result as published; `cutoffs` hold the key of the last admitted, null where nobody was."""
    certificate = result.certificate
    return {
        "placements": result.placements,
        "cutoffs": {school: _cutoff_json(cutoff, problem.mechanism) for school, cutoff in result.cutoffs.items()},
        "certificate": {
            "valid": certificate.valid,
            "capacities": certificate.capacities,
            "individual_rationality": certificate.individual_rationality,
            "no_justified_envy": certificate.no_justified_envy,
            "no_wasted_seat": certificate.no_wasted_seat,
            "sibling_rule": certificate.sibling_rule,
            "violations": list(certificate.violations),
            "passes": result.passes,
            "withdrawn": sorted(map(list, result.withdrawn)),
        },
        "digest": result.digest,
    }


def _read_text(source: TextIO) -> str:
    raw = source.buffer.read()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LotteryError("json.syntax", detail=f"not UTF-8 at byte {error.start}") from None


def main(arguments: Sequence[str] | None = None, source: TextIO = sys.stdin, target: TextIO = sys.stdout) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lottery.allocate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--engine", choices=sorted(ENGINES), default="reference")
    options = parser.parse_args(arguments)
    try:
        problem = read_problem(read_json(_read_text(source)))
    except LotteryError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    result = allocate(problem, engine=ENGINES[options.engine])
    json.dump(result_json(problem, result), target, ensure_ascii=False, indent=1)
    target.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

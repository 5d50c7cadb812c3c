"""The what-if simulation: 1,000 draws of a district before the deadline, and 100 of a city."""

import hashlib
import random

import numpy as np

from bench.model import Case, Limit, Sample, timed
from lottery.engine.admission.entries import ELSEWHERE, IN_ZONE, Entry, Inputs, Site
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.studies.whatif import simulate


def district(pupils: int, schools: int) -> Inputs:
    """Synthetic families around a home school: three tiers, one in fifty a twin, seats for nineteen in twenty."""
    chance = random.Random(1)
    names = [f"S{at:03}" for at in range(schools)]
    entries = []
    for number in range(pupils):
        home = chance.randrange(schools)
        listed = dict.fromkeys((home, *((home + step) % schools for step in (1, 7, 3, 5)[: chance.randrange(5)])))
        tier = chance.randint(1, 3)
        entries.append(
            Entry(
                hashlib.sha256(str(number).encode()).hexdigest(),
                f"g{number - number % 2 if number % 100 < 2 else number}",
                f"class_{tier}",
                tier,
                0,
                (chance.randrange(6),),
                tuple((names[at], ELSEWHERE if rank else IN_ZONE) for rank, at in enumerate(listed)),
            )
        )
    return Inputs(
        tuple(entries),
        dict.fromkeys(names, -(-pupils * 19 // (schools * 20))),
        bytes(32),
        {name: f"simulation/{name}" for name in (*names, "*")},
        {name: Site((111 + chance.random(), 29 + chance.random()), "", "", True) for name in names},
        Mechanism.PARALLEL,
        SiblingRule.EXPAND,
        ("nearby",),
    )


def _sample(inputs: Inputs, draws: int) -> Sample:
    """Floor: making and sorting as many random tickets, as many times."""
    count = sum(len(one.choices) for one in inputs.entries)
    chance = np.random.default_rng(1)
    floor, _ = timed(lambda: [chance.integers(0, 2**64, count, dtype=np.uint64).argsort() for _ in range(draws)])
    seconds, found = timed(lambda: simulate(inputs, draws=draws, seed=1))
    return Sample(seconds, floor, {"draws": draws, "share error": found["error"]})


def whatif_district(quick: bool) -> Sample:
    """1,000 draws of 2,000 families at 20 schools."""
    return _sample(district(2_000, 20), 50 if quick else 1_000)


def whatif_city(quick: bool) -> Sample:
    """100 draws of 24,000 families at 120 schools."""
    return _sample(district(2_400 if quick else 24_000, 120), 20 if quick else 100)


CASES = (
    Case(
        "whatif", "1,000 simulated draws of 2,000 families at 20 schools", whatif_district, (Limit("seconds", 30),), 1
    ),
    Case(
        "whatif city", "100 simulated draws of 24,000 families at 120 schools", whatif_city, (Limit("seconds", 60),), 1
    ),
)

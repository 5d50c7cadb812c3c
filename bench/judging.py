"""Judging a city by a policy, and finding the zone of each of its homes; both pure, on one core.

Seconds are the processor's, the least of several runs in the process: the machine may have other work meanwhile.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bench.model import Case, Limit, Sample
from policy import Evaluation, Facts, Policy, evaluate, load, scheme_names, scheme_text
from policy.evaluation import Material, Verdict
from policy.reference import judge_plainly
from policy.trace import Trace, TraceStep
from schools.matching import AddressRule, Zone, ZoneIndex, ZoneMatch, match
from synthetic import CitySpec, generate
from synthetic.addresses import draw_home, official, typed

RUNS = 5
FIRST_HANDS, SECOND_HANDS = "东西南北春夏秋冬", "明华阳光建设解放"


def _estates(count: int) -> list[dict[str, Any]]:
    """Estates of one road each, ten to a zone."""
    names = [f"{one}{two}{three}" for one in FIRST_HANDS for two in SECOND_HANDS for three in SECOND_HANDS]
    return [
        {
            "name": f"{name}花园",
            "road": f"{name}路",
            "number": 1 + 7 * at % 400,
            "zone_id": f"z{at // 10}",
            "zone_school": f"s{at // 10}",
            "town": "甲镇",
        }
        for at, name in enumerate(names[:count])
    ]


def _city(families: int) -> CitySpec:
    place = {"district": "430702", "place": "武陵区", "city": "常德市", "towns": ["甲镇"]}
    return CitySpec.from_json({"seed": 7, "families": families, "year": 2025, **place, "estates": _estates(400)})


def least(work: Callable[[], object]) -> float:
    """The processor's seconds of the quickest of several runs."""
    found = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found = min(found, time.process_time() - started)
    return found


_NO_TRACE = Trace(tuple, ())


def _bare(policy: Policy) -> Evaluation:
    """The result objects of one judgement, with nothing decided: what is left when judging costs nothing."""
    group = policy.groups[0]
    materials = tuple(Material(one.id, one.name, needed=True) for one in group.materials)
    order = (20190501,)
    return Evaluation(
        eligible=Verdict.YES,
        group=group,
        tier=1,
        points=0,
        order_key=(1, *order),
        order=order,
        materials=materials,
        agencies=group.agencies,
        needs_person=False,
        needs_offline_check=False,
        trace=_NO_TRACE,
        policy_digest=policy.digest,
    )


def _bare_steps(count: int) -> None:
    """As many steps as the traces have, empty."""
    for _ in range(count):
        TraceStep("condition", "rule", "true", {}, (), (), (), (), ())


def _each(work: Callable[[Facts], object], facts: list[Facts]) -> None:
    """Every family in turn, as a comparison takes them: nothing is kept."""
    for one in facts:
        work(one)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Seconds of a policy on the same families: judged, judged with the trace, and the two floors."""

    policy: Policy
    lazy: float
    told: float
    bare: float
    steps: float


def _rates(policy: Policy, facts: list[Facts]) -> _Rates:
    count = sum(len(evaluate(policy, one).trace) for one in facts)
    return _Rates(
        policy,
        least(lambda: _each(lambda one: evaluate(policy, one), facts)),
        least(lambda: _each(lambda one: len(evaluate(policy, one).trace), facts)),
        least(lambda: _each(lambda _one: _bare(policy), facts)),
        least(lambda: _bare_steps(count)),
    )


def judging(quick: bool) -> Sample:
    """A city's children by every shipped scheme, the slowest counts; floor: a loop that makes the result objects."""
    count = 200 if quick else 4_000
    children = (child for one in generate(_city(count)) for child in one.truth.values())
    facts = [Facts.from_json(child.facts) for child in islice(children, count)]
    rates = [_rates(load(scheme_text(name)), facts) for name in scheme_names()]
    slowest, told = max(rates, key=lambda one: one.lazy), max(rates, key=lambda one: one.told)
    policy, some = slowest.policy, facts[: count // 10]
    plain = least(lambda: _each(lambda one: judge_plainly(policy, one), some))
    return Sample(
        slowest.lazy,
        slowest.bare,
        {
            "scheme": policy.id,
            "families a second": round(len(facts) / slowest.lazy),
            "with the trace": round(len(facts) / told.told),
            "trace against its bare objects": round(told.told / (told.bare + told.steps), 2),
            "the reference": round(len(some) / plain),
            "same": all(evaluate(policy, one) == judge_plainly(policy, one) for one in some),
        },
    )


def zones(quick: bool) -> Sample:
    """Addresses as registers and as parents write them, half each; floor: a loop that makes the answers."""
    count = 500 if quick else 20_000
    spec, chance = _city(1), random.Random(7)
    homes = [draw_home(chance, spec) for _ in range(count)]
    asked = [official(spec, home) if at % 2 else typed(chance, spec, home) for at, home in enumerate(homes)]
    found: dict[str, list[AddressRule]] = {}
    for estate in spec.estates:
        rules = found.setdefault(estate.zone_id, [])
        rules += [AddressRule("include", "road", estate.road, low=1, high=500)]
        rules += [AddressRule("include", "estate", estate.name)]
    of_year = tuple(Zone(zone, f"{zone}学区", 2025, "primary", (zone,), tuple(found[zone])) for zone in found)
    index = ZoneIndex.build(of_year)
    wanted = [home.estate.zone_id for home in homes]
    right = sum(match(one, of_year, index=index).zones == (zone,) for one, zone in zip(asked, wanted, strict=True))
    floor = least(lambda: [ZoneMatch("matched", (zone,), (zone,), ()) for zone in wanted])
    seconds = least(lambda: [match(one, of_year, index=index) for one in asked])
    places = list({(home.estate.name, home.building): one for home, one in zip(homes, asked, strict=True)}.values())

    def anew() -> None:
        index.answers.clear()
        for one in places:
            match(one, of_year, index=index)

    return Sample(
        seconds,
        floor,
        {
            "addresses a second": round(count / seconds),
            "of places never asked before": round(len(places) / least(anew)),
            "right": round(right / count, 4),
        },
    )


CASES = (
    Case(
        "judging",
        "4,000 families judged by the slowest of the shipped schemes, without their traces",
        judging,
        (
            Limit("ratio", 15),
            Limit("families a second", 10_000, at_least=True),
            Limit("with the trace", 3_000, at_least=True),
            Limit("trace against its bare objects", 8),
            Limit("same", 1, at_least=True),
        ),
    ),
    Case(
        "zones",
        "20,000 addresses, half of them as parents type them, matched to 40 zones",
        zones,
        (Limit("ratio", 35), Limit("addresses a second", 50_000, at_least=True), Limit("right", 1, at_least=True)),
    ),
)

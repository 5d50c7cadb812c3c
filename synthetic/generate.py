"""Streams the families of a city.

Family number i depends on the seed and i alone, so any part can be made again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from synthetic.agencies import hold
from synthetic.claims import claim
from synthetic.family import ChildTruth, Family
from synthetic.spec import CitySpec
from synthetic.state import HomeState, HouseholdState, State, build
from synthetic.truth import truth


def generate(spec: CitySpec) -> Iterator[Family]:
    """Yield the city's families one by one in constant memory; the same specification always yields the same city."""
    return (family(spec, index) for index in range(spec.families))


def family(spec: CitySpec, index: int) -> Family:
    """Make one family of the city; its generator is seeded, because a synthetic city must be repeatable."""
    rng = Random(f"{spec.seed}:{index}")
    state = build(spec, index, rng)
    held = hold(spec, state, rng)
    claims: dict[str, Mapping[str, Any]] = {}
    labels: dict[str, ChildTruth] = {}
    for child in state.children:
        claims[child.id], slip = claim(spec, state, child, rng)
        if slip:
            held.injected.append(f"claim:{slip}:{child.id}")
        labels[child.id] = truth(spec, state, child, held, slip)
        if state.permit and state.permit.endorsed_until < spec.check_day:
            held.injected.append(f"claim:lapsed_permit:{child.id}")
    return Family(
        id=state.id,
        persona=state.persona,
        births=state.births,
        guardians=state.guardians,
        children=state.children,
        household=_household(state.household),
        home=_home(state.home),
        grandparents=state.grandparents,
        permit=_permit(state),
        insurance=_insurance(state),
        points=_points(state),
        lists=(state.persona,) if state.persona in {"military", "talent"} else (),
        claims=claims,
        records=held.records,
        injected=tuple(held.injected),
        truth=labels,
    )


def _household(household: HouseholdState | None) -> dict[str, Any] | None:
    if household is None:
        return None
    return {
        "householder_id": household.head.id_number,
        "head_relation": household.head_relation,
        "members": [{"id_number": p.id_number, "name": p.name, "relation": r} for p, r in household.members],
        "address": household.address,
        "division": household.division,
        "registered_on": household.registered_on.isoformat(),
    }


def _home(home: HomeState | None) -> dict[str, Any] | None:
    if home is None:
        return None
    return {
        "kind": home.kind,
        "number": home.number,
        "unit_number": home.unit_number,
        "owners": [{"id_number": p.id_number, "name": p.name, "share": share} for p, share in home.owners],
        "owner_relation": home.owner_relation,
        "since": home.since.isoformat(),
        "mortgaged": home.mortgaged,
        "estate": home.home.estate.name,
    }


def _permit(state: State) -> dict[str, Any] | None:
    if state.permit is None:
        return None
    permit = state.permit
    until = permit.endorsed_until.isoformat()
    return {"permit_number": permit.number, "holder_id": permit.holder.id_number, "endorsed_until": until}


def _insurance(state: State) -> dict[str, Any] | None:
    insurance = state.insurance
    if insurance is None:
        return None
    return {"id_number": insurance.person.id_number, "city": insurance.city, "months": len(insurance.months)}


def _points(state: State) -> dict[str, Any] | None:
    if state.points is None:
        return None
    total, town, residence_town = state.points
    return {"total": total, "town": town, "residence_town": residence_town}

"""Streams the families of a city.

Family number i depends on the seed and i alone, so any part can be made again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from synthetic import further, homes
from synthetic.agencies import hold
from synthetic.claims import claim
from synthetic.family import ChildTruth, Family
from synthetic.spec import CitySpec
from synthetic.state import HomeState, HouseholdState, State, build
from synthetic.truth import truth

MOST_TURNS = 10_000  # about one family in three has no error and fits


def generate(spec: CitySpec) -> Iterator[Family]:
    """Yield the city's families one by one in constant memory; the same specification always yields the same city."""
    return (family(spec, index) for index in range(spec.families))


def family(spec: CitySpec, index: int) -> Family:
    """Make one family of the city; its generator is seeded, because a synthetic city must be repeatable."""
    return _family(spec, index, f"{spec.seed}:{index}", None)


def faithful_family(
    spec: CitySpec, index: int, persona: str, births: str, fits: Callable[[Family], bool] = lambda _family: True
) -> Family:
    """A family of this persona and these births of which every register and its parent tell the truth, and that fits.

    Drawn anew until one does, always the same one for a specification.
    """
    drawn = (_family(spec, index, f"{spec.seed}:{index}:{turn}", (persona, births)) for turn in range(MOST_TURNS))
    return next(one for one in drawn if not one.injected and fits(one))


def _family(spec: CitySpec, index: int, seed: str, wanted: tuple[str, str] | None) -> Family:
    rng = Random(seed)
    state = build(spec, index, rng, wanted)
    held = hold(spec, state, rng)
    # drawn apart, so that a city keeps its families whatever further registers there are
    more = further.build(spec, state, Random(f"{seed}:further"))
    further.hold(spec, state, more, held)
    homes.hold(spec, state, Random(f"{seed}:homes"), held)
    claims: dict[str, Mapping[str, Any]] = {}
    labels: dict[str, ChildTruth] = {}
    for child in state.children:
        claims[child.id], slip = claim(spec, state, child, rng)
        if slip:
            held.injected.append(f"claim:{slip}:{child.id}")
        claims[child.id] = further.claimed(claims[child.id], more)
        labels[child.id] = further.told(truth(spec, state, child, held, slip), state, more, child)
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

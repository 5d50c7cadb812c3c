"""What a parent types: true as a rule, spelled in many ways, now and then with a slip that a check must notice."""

from __future__ import annotations

from random import Random
from typing import Any

from synthetic import tables
from synthetic.addresses import Home, typed
from synthetic.family import Child
from synthetic.people import Person
from synthetic.spec import CitySpec
from synthetic.state import MIGRANT, State


def claim(spec: CitySpec, state: State, child: Child, rng: Random) -> tuple[dict[str, Any], str | None]:
    """Return one child's claim (JSON-safe) and the agency at which a planted slip makes it untrue, or None."""
    home = _home(spec, state, rng)
    household = _household(spec, state, rng)
    slip: str | None = None
    if rng.random() * 100 < tables.CLAIM_ERRORS:
        slip = _slip(home, household)
    person = child.person
    document = person.id_number.lower() if rng.randrange(3) == 0 else person.id_number
    siblings = [other.id for other in state.children if other is not child]
    claims: dict[str, Any] = {
        "synthetic": True,
        "stage": child.stage,
        "child": {
            "name": person.name.replace("\u00b7", rng.choice("\u00b7\u30fb\u2022")),
            "document": person.document,
            "id_number": document,
            "birth_date": person.birth_date.isoformat(),
            "sex": person.sex,
            "ethnic_group": person.ethnic_group,
        },
        "guardian": _guardian(state.guardians[0]),
        "second_guardian": _guardian(state.guardians[1]) if len(state.guardians) > 1 else None,
        "parents_separated": state.persona == "separated",
        "address": typed(rng, spec, state.residence),
        "household": household,
        "home": home,
        "permit": _permit(spec, state, rng),
        "insurance": _insurance(state) if state.persona in MIGRANT else None,
        "points": _points(state),
        "preferential": [state.persona] if state.persona in {"military", "talent"} else [],
        "siblings": siblings,
    }
    return claims, slip


def _guardian(person: Person) -> dict[str, str]:
    relation = "father" if person.sex == "male" else "mother"
    return {"name": person.name, "id_number": person.id_number, "mobile": person.mobile, "relation": relation}


def _typed(spec: CitySpec, rng: Random, home: Home | None, address: str) -> str:
    return typed(rng, spec, home) if home else address


def _household(spec: CitySpec, state: State, rng: Random) -> dict[str, Any] | None:
    household = state.household
    if household is None:
        return None
    return {
        "householder_name": household.head.name,
        "householder_id": household.head.id_number,
        "householder_relation": household.head_relation,
        "address": _typed(spec, rng, household.home, household.address),
        "registered_on": household.registered_on.isoformat(),
        "here": household.home is not None,
    }


def _home(spec: CitySpec, state: State, rng: Random) -> dict[str, Any]:
    home = state.home
    if home is None:
        return {"kind": "none" if state.persona == "neither" else "rented"}
    number = {"certificate": home.number} if home.kind == "deed" else {"contract": home.number}
    return {
        "kind": home.kind,
        **number,
        "owners": [{"name": p.name, "id_number": p.id_number, "share": share} for p, share in home.owners],
        "owner_relation": home.owner_relation,
        "share": 1.0,
        "address": typed(rng, spec, home.home),
        "since": home.since.isoformat(),
        "mortgaged": home.mortgaged,
        "paper_at_bank": state.persona == "mortgaged",
    }


def _slip(home: dict[str, Any], household: dict[str, Any] | None) -> str | None:
    """Turn the claim untrue at one agency: a wrong door at the home, else a wrong day of registration."""
    if "address" in home:
        home["address"] += "-附房"
        return "real_estate" if home["kind"] == "deed" else "contract"
    if household is None or not household["here"]:
        return None  # nobody asks for the day of a household in another city
    year = int(household["registered_on"][:4])
    household["registered_on"] = f"{year - 2}{household['registered_on'][4:8]}01"
    return "household"


def _permit(spec: CitySpec, state: State, rng: Random) -> dict[str, Any] | None:
    permit = state.permit
    if permit is None:
        return None
    return {
        "permit_number": permit.number,
        "id_number": permit.holder.id_number,
        "name": permit.holder.name,
        "address": typed(rng, spec, state.residence),
        "issued_on": permit.issued_on.isoformat(),
    }


def _insurance(state: State) -> dict[str, Any] | None:
    insurance = state.insurance
    if insurance is None:
        return None
    return {
        "id_number": insurance.person.id_number,
        "name": insurance.person.name,
        "city": insurance.city,
        "months": len(insurance.months),
    }


def _points(state: State) -> dict[str, Any] | None:
    if state.points is None:
        return None
    total, town, residence_town = state.points
    return {"total": total, "town": town, "residence_town": residence_town}

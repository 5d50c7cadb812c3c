"""The truth of a child in the words of the policy engine, and the findings a faultless check would return."""

from __future__ import annotations

from typing import Any

from synthetic.agencies import Held
from synthetic.family import Child, ChildTruth
from synthetic.records import Agency
from synthetic.spec import CitySpec
from synthetic.state import MIGRANT, State


def truth(spec: CitySpec, state: State, child: Child, held: Held, slip: str | None) -> ChildTruth:
    """Label one child: true facts, expected finding per claimed agency, honesty of the claim, zone."""
    keys = _claimed(state, child)
    findings: dict[str, str] = {
        agency: held.findings.get((agency, key), "match") if _shows(state, held, agency, key) else "match"
        for agency, key in keys.items()
    }
    if state.household is None:
        findings["household"] = "not_found"  # no register of the country knows this child
    honest: dict[str, bool] = {agency: agency != slip for agency in keys}
    if state.permit and state.permit.endorsed_until < spec.check_day:
        honest["permit"] = False
    for agency, true in honest.items():
        if not true and findings[agency] == "match":
            findings[agency] = "mismatch"
    return ChildTruth(facts(spec, state, child), findings, honest, state.residence.estate.zone(child.stage))


def _shows(state: State, held: Held, agency: Agency, key: str) -> bool:
    """Whether a planted error can be seen: where in another city a household is, nobody is asked."""
    elsewhere = agency == "household" and state.household is not None and state.household.home is None
    return not elsewhere or not {f"household:{kind}_address:{key}" for kind in ("wrong", "stale")} & set(held.injected)


def _claimed(state: State, child: Child) -> dict[Agency, str]:
    """Return the agencies at which the family claims something, with the main key of the record asked for."""
    found: dict[Agency, str] = {}
    if state.household:
        found["household"] = child.person.id_number
    if state.home:
        found["real_estate" if state.home.kind == "deed" else "contract"] = state.home.number
    if state.permit:
        found["permit"] = state.permit.holder.id_number
    if state.insurance and state.persona in MIGRANT:
        found["insurance"] = state.insurance.person.id_number
    return found


def facts(spec: CitySpec, state: State, child: Child) -> dict[str, Any]:
    """Return the true facts of a child under the names of the policy engine's dictionary."""
    found: dict[str, Any] = {
        "application.stage": child.stage,
        "child.birth_date": child.person.birth_date.isoformat(),
        "child.sex": child.person.sex,
        "child.ethnic_group": child.person.ethnic_group,
        "parents.separated": state.persona == "separated",
    }
    found |= _household(state, child)
    found |= _home(state)
    found |= _residence(spec, state)
    if state.persona in {"military", "talent"}:
        found[f"preferential.{state.persona}"] = True
    return found


def _household(state: State, child: Child) -> dict[str, Any]:
    household = state.household
    if household is None:
        return {"household.zone_relation": "elsewhere"}
    parents = {person.id_number for person in state.guardians}
    elders = {person.id_number for person in state.grandparents}
    members = {person.id_number for person, _ in household.members}
    relation = "elsewhere"
    if household.home:
        same = household.home.estate.zone(child.stage) == state.residence.estate.zone(child.stage)
        relation = "in_zone" if same else "in_district"
    return {
        "household.zone_relation": relation,
        "household.registered_on": household.registered_on.isoformat(),
        "household.head_relation": household.head_relation,
        "household.same_as_parent": bool(members & parents),
        "household.same_as_grandparent": bool(members & elders),
        "household.type": "family",
    }


def _home(state: State) -> dict[str, Any]:
    home = state.home
    if home is None:
        if state.persona == "neither":
            return {"home.kind": "none"}
        return {"home.kind": "rented", "home.zone_relation": "in_zone"}
    since = "home.deed_date" if home.kind == "deed" else "home.contract_filed_on"
    return {
        "home.kind": home.kind,
        "home.zone_relation": "in_zone",
        "home.owner_relation": home.owner_relation,
        "home.ownership_share": 1.0,
        since: home.since.isoformat(),
        "home.mortgaged": home.mortgaged,
        "home.usable": True,
        "home.matches_household": bool(state.household and state.household.home == home.home),
    }


def _residence(spec: CitySpec, state: State) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if permit := state.permit:
        found |= {
            "permit.holder": "parent",
            "permit.valid_on_check_day": permit.endorsed_until >= spec.check_day,
            "permit.held_since": permit.issued_on.isoformat(),
            "permit.zone_relation": "in_zone",
        }
    if insurance := state.insurance:
        gap = insurance.backpaid[0] if insurance.backpaid else ""
        found |= {
            "insurance.months": len(insurance.months),
            "insurance.continuous_months": sum(month > gap for month in insurance.months),
            "insurance.city": insurance.city,
            "insurance.in_city": True,
            "work.kind": "employed",
        }
    if state.points:
        total, town, residence_town = state.points
        found |= {
            "points.imported_total": total,
            "points.town": town,
            "points.town_matches": town == residence_town,
        }
    return found

"""What the first five agencies hold: faithful records of the true state, then the planted errors, each one named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final, cast

from synthetic import tables
from synthetic.addresses import official
from synthetic.people import resident_id
from synthetic.records import FIVE, Finding, Five, HouseholdRecord, Records
from synthetic.spec import CitySpec
from synthetic.state import State, month_text


@dataclass(slots=True)
class Held:
    """Records of one family and what a faultless check of a true claim would answer, by (agency, main key)."""

    records: Records
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    injected: list[str] = field(default_factory=list)


def hold(spec: CitySpec, state: State, rng: Random) -> Held:
    """Write the agencies' records of a family and plant errors into them."""
    held = Held(faithful(spec, state))
    for agency in FIVE:
        kept: list[Any] = []
        for record in held.records[agency]:
            changed = _plant(spec, rng, held, agency, cast(dict[str, Any], record))
            if changed is not None:
                kept.append(changed)
        held.records[agency] = kept
    return held


def faithful(spec: CitySpec, state: State) -> Records:
    """Write what every agency would hold if all registers were right."""
    records: Records = {
        "household": _households(state),
        "real_estate": [],
        "contract": [],
        "permit": [],
        "insurance": [],
        "birth": [],
        "marriage": [],
        "rental": [],
        "business": [],
        "disability": [],
        "registry": [],
    }
    if home := state.home:
        owners: list[Any] = [
            {"id_number": person.id_number, "name": person.name, "share": share} for person, share in home.owners
        ]
        address = official(spec, home.home)
        if home.kind == "deed":
            records["real_estate"].append(
                {
                    "certificate": home.number,
                    "unit_number": home.unit_number,
                    "owners": owners,
                    "address": address,
                    "registered_on": home.since.isoformat(),
                    "mortgaged": home.mortgaged,
                    "seized": False,
                    "kind": "residential",
                    "status": "current",
                    "synthetic": True,
                }
            )
        else:
            records["contract"].append(
                {
                    "contract": home.number,
                    "buyers": owners,
                    "address": address,
                    "filed_on": home.since.isoformat(),
                    "kind": "residential",
                    "status": "filed",
                    "synthetic": True,
                }
            )
    _residence(state, records)
    return records


def _residence(state: State, records: Records) -> None:
    if permit := state.permit:
        records["permit"].append(
            {
                "permit_number": permit.number,
                "id_number": permit.holder.id_number,
                "name": permit.holder.name,
                "address": permit.address,
                "issued_on": permit.issued_on.isoformat(),
                "endorsed_until": permit.endorsed_until.isoformat(),
                "status": "normal",
                "synthetic": True,
            }
        )
    if insurance := state.insurance:
        records["insurance"].append(
            {
                "id_number": insurance.person.id_number,
                "name": insurance.person.name,
                "city": insurance.city,
                "months": list(insurance.months),
                "backpaid": list(insurance.backpaid),
                "synthetic": True,
            }
        )


_SEEN_FROM: Final[Mapping[str, str]] = {"户主": "self", "配偶": "spouse", "子女": "parent", "孙辈": "grandparent"}


def _households(state: State) -> list[HouseholdRecord]:
    household = state.household
    if household is None:
        return []
    members: list[Any] = [
        {"id_number": person.id_number, "name": person.name, "relation": relation}
        for person, relation in household.members
    ]
    return [
        {
            "id_number": person.id_number,
            "name": person.name,
            "householder_id": household.head.id_number,
            "householder_relation": _SEEN_FROM[relation],
            "address": household.address,
            "division": household.division,
            "registered_on": household.registered_on.isoformat(),
            "type": "family",
            "status": "normal",
            "members": members,
            "synthetic": True,
        }
        for person, relation in household.members
    ]


_MAIN_KEY: Final[Mapping[Five, str]] = {
    "household": "id_number",
    "real_estate": "certificate",
    "contract": "contract",
    "permit": "id_number",
    "insurance": "id_number",
}


def _plant(spec: CitySpec, rng: Random, held: Held, agency: Five, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record as the agency holds it: mostly right, sometimes wrong or stale, None when it is missing."""
    key = record[_MAIN_KEY[agency]]
    draw = rng.random() * 100
    wrong, stale, missing = (tables.RECORD_ERRORS[kind] for kind in ("wrong", "stale", "missing"))
    if draw < wrong:
        kind, changed = _WRONG[agency](rng, deepcopy(record))
    elif draw < wrong + stale:
        kind, changed = _STALE[agency](spec, rng, deepcopy(record))
    elif draw < wrong + stale + missing:
        held.findings[agency, key] = "not_found"
        held.injected.append(f"{agency}:missing:{key}")
        return None
    else:
        return record
    held.findings[agency, key] = "mismatch"
    held.injected.append(f"{agency}:{kind}:{key}")
    return changed


def _other_room(address: str) -> str:
    # A neighbour's door: the last digit before 室 moves by one, so that the address differs but stays plausible.
    at = address.rfind("室") - 1 if "室" in address else address.rfind("号") - 1
    return f"{address[:at]}{(int(address[at]) + 1) % 10}{address[at + 1 :]}"


def _other_name(name: str) -> str:
    return name[:-1] + ("一" if name[-1] != "一" else "乙")


def _wrong_household(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        record["name"] = _other_name(record["name"])
        return "wrong_name", record
    record["address"] = _other_room(record["address"])
    return "wrong_address", record


def _wrong_property(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    people = record.get("owners") or record["buyers"]
    if rng.randrange(2):
        people[0] = {**people[0], "share": round(people[0]["share"] / 4, 4)}
        return "wrong_share", record
    record["address"] = _other_room(record["address"])
    return "wrong_address", record


def _wrong_permit(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        record["name"] = _other_name(record["name"])
        return "wrong_name", record
    record["address"] = _other_room(record["address"])
    return "wrong_address", record


def _wrong_insurance(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        record["name"] = _other_name(record["name"])
        return "wrong_name", record
    record["months"] = record["months"][: len(record["months"]) // 2]
    return "wrong_months", record


def _stale_household(_spec: CitySpec, rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    record["address"] = f"{rng.choice(tables.OUTSIDE_PLACES)}{rng.choice(tables.VILLAGES)}{rng.randint(1, 400)}号"
    record["division"] = tables.OUTSIDE_DIVISIONS[0]
    record["registered_on"] = f"{int(record['registered_on'][:4]) - 1}-03-01"
    return "stale_address", record


def _stale_property(_spec: CitySpec, _rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    field_name = "owners" if "owners" in record else "buyers"
    # The owner before the sale: sequence 999 belongs to nobody in the city.
    number = resident_id("110101", date(1940, 1, 1), 499, "male")
    record[field_name] = [{"id_number": number, "name": "原产权人", "share": 1.0}]
    return "stale_owner", record


def _stale_permit(spec: CitySpec, rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    record["endorsed_until"] = (spec.check_day - timedelta(days=rng.randint(20, 300))).isoformat()
    return "stale_endorsement", record


def _stale_insurance(spec: CitySpec, rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    limit = month_text(spec.year, rng.randint(2, 4))
    record["months"] = [month for month in record["months"] if month < limit]
    return "stale_months", record


_Wrong = Callable[[Random, dict[str, Any]], tuple[str, dict[str, Any]]]
_Stale = Callable[[CitySpec, Random, dict[str, Any]], tuple[str, dict[str, Any]]]
_WRONG: Final[Mapping[Five, _Wrong]] = {
    "household": _wrong_household,
    "real_estate": _wrong_property,
    "contract": _wrong_property,
    "permit": _wrong_permit,
    "insurance": _wrong_insurance,
}
_STALE: Final[Mapping[Five, _Stale]] = {
    "household": _stale_household,
    "real_estate": _stale_property,
    "contract": _stale_property,
    "permit": _stale_permit,
    "insurance": _stale_insurance,
}

"""The six further registers: what is true of a family there, its records, and planted errors, each one named.

Birth certificates, marriage and custody, leases, business licences, disability certificates, the student registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final, cast

from synthetic import tables
from synthetic.addresses import official
from synthetic.agencies import Held
from synthetic.family import Child, ChildTruth
from synthetic.people import Person
from synthetic.records import FURTHER, BusinessRecord, Further, MarriageRecord, RegistryRecord, RentalRecord
from synthetic.spec import CitySpec
from synthetic.state import State

_BEFORE: Final[Mapping[str, tuple[str, int]]] = {"primary": ("kindergarten", 3), "junior": ("primary", 6)}
_DEGREES: Final[Mapping[str, str]] = {"1": "severe", "2": "severe", "3": "moderate", "4": "mild"}


@dataclass(frozen=True, slots=True)
class Lease:
    number: str
    filed_on: date
    until: date


@dataclass(frozen=True, slots=True)
class More:
    """What is true of a family beyond its `State`. `grades` and `schooled` are by child id."""

    lease: Lease | None
    business_since: date | None
    divorced_on: date | None
    grades: Mapping[str, str]
    schooled: frozenset[str]
    rng: Random


def build(spec: CitySpec, state: State, rng: Random) -> More:
    """Draw what is true of one family in the further registers."""
    rents = state.home is None and state.persona not in {"neither", "overseas"}
    filed = date(spec.year - rng.randint(1, 3), rng.randint(1, 12), rng.randint(1, 28))
    until = spec.check_day + timedelta(days=rng.randint(30, 700))
    lease = Lease(f"ZL{filed.year}{state.index:08d}", filed, until)
    leased = rng.random() * 100 < tables.LEASES_FILED
    since = date(spec.year - rng.randint(1, 9), rng.randint(1, 12), rng.randint(1, 28))
    trades = rng.random() * 100 < tables.SELF_EMPLOYED
    apart = date(spec.year - rng.randint(1, 4), rng.randint(1, 12), rng.randint(1, 28))
    grades = {child.id: str(rng.randint(1, 4)) for child in state.children if rng.random() * 100 < tables.DISABLED}
    schooled = frozenset(child.id for child in state.children if rng.random() * 100 < tables.SCHOOLED_HERE)
    return More(
        lease if rents and leased else None,
        since if trades and state.insurance is None else None,
        apart if state.persona == "separated" and len(state.guardians) > 1 else None,
        grades,
        schooled,
        rng,
    )


def hold(spec: CitySpec, state: State, more: More, held: Held) -> None:
    """Write the further records of a family into `held`, with errors planted."""
    faithful: dict[Further, list[Any]] = {
        "birth": [_birth(spec, state, child) for child in state.children if child.person.document == "resident-id"],
        "marriage": _marriage(state, more),
        "rental": _rental(spec, state, more),
        "business": _business(spec, state, more),
        "disability": [
            _disability(spec, child, more.grades[child.id]) for child in state.children if child.id in more.grades
        ],
        "registry": [
            one for child in state.children if child.id in more.schooled for one in _registry(spec, state, child)
        ],
    }
    for agency in FURTHER:
        kept = [_plant(more.rng, held, agency, record) for record in faithful[agency]]
        cast(dict[str, list[Any]], held.records)[agency] = [record for record in kept if record is not None]


def claimed(claim: Mapping[str, Any], more: More) -> dict[str, Any]:
    """The claim of a child with what its parent knows of the further registers: the number of the lease."""
    if more.lease is None:
        return dict(claim)
    return {**claim, "home": {**claim["home"], "lease": more.lease.number}}


def told(label: ChildTruth, state: State, more: More, child: Child) -> ChildTruth:
    """The truth of a child with the facts of the further registers."""
    facts: dict[str, Any] = {
        "child.disability": _DEGREES.get(more.grades.get(child.id, ""), "none"),
        "parents.on_birth_certificate": True,
        "parents.custody": _relation(state.guardians[0]) if more.divorced_on else "both",
        "study.registered_elsewhere": False,
        "study.in_district": child.id in more.schooled and child.stage in _BEFORE,
        "business.in_city": more.business_since is not None,
    }
    if more.lease:
        facts |= {"application.rented_filed": True, "home.leased_since": more.lease.filed_on.isoformat()}
    elif label.facts.get("home.kind") == "rented":
        facts["application.rented_filed"] = False
    if more.business_since:
        since = more.business_since.isoformat()
        facts |= {"business.registered_on": since, "work.since": since, "work.kind": "self_employed"}
    return replace(label, facts={**label.facts, **facts})


def _relation(person: Person) -> str:
    return "father" if person.sex == "male" else "mother"


def _person(person: Person) -> dict[str, str]:
    return {"id_number": person.id_number, "name": person.name}


def _birth(spec: CitySpec, state: State, child: Child) -> dict[str, Any]:
    return {
        "certificate": f"{child.person.birth_date.year % 100:02d}{spec.district}{state.index:07d}",
        **_person(child.person),
        "born_on": child.person.birth_date.isoformat(),
        "parents": [{**_person(one), "relation": _relation(one)} for one in state.guardians],
        "synthetic": True,
    }


def _marriage(state: State, more: More) -> list[MarriageRecord]:
    if len(state.guardians) < 2 or state.persona == "overseas":
        return []
    first, second = state.guardians
    since = more.divorced_on or min(child.person.birth_date for child in state.children) - timedelta(days=400)
    stays = [{"child_id": child.person.id_number, "parent": first.id_number} for child in state.children]
    record = {
        **_person(first),
        "spouse_id": second.id_number,
        "spouse_name": second.name,
        "status": "divorced" if more.divorced_on else "married",
        "registered_on": since.isoformat(),
        "custody": stays if more.divorced_on else [],
        "synthetic": True,
    }
    return [cast(MarriageRecord, record)]


def _rental(spec: CitySpec, state: State, more: More) -> list[RentalRecord]:
    if more.lease is None:
        return []
    record = {
        "lease": more.lease.number,
        "kind": "lease",
        "tenants": [_person(state.guardians[0])],
        "address": official(spec, state.residence),
        "filed_on": more.lease.filed_on.isoformat(),
        "until": more.lease.until.isoformat(),
        "status": "filed",
        "synthetic": True,
    }
    return [cast(RentalRecord, record)]


def _business(spec: CitySpec, state: State, more: More) -> list[BusinessRecord]:
    if more.business_since is None:
        return []
    record = {
        "licence": f"92{spec.district}MA{state.index:07d}X",
        "company": f"{state.guardians[0].name}小店",
        **_person(state.guardians[0]),
        "registered_on": more.business_since.isoformat(),
        "division": spec.district,
        "status": "open",
        "synthetic": True,
    }
    return [cast(BusinessRecord, record)]


def _disability(spec: CitySpec, child: Child, grade: str) -> dict[str, Any]:
    return {
        "card": f"{child.person.id_number}4{grade}",
        **_person(child.person),
        "grade": grade,
        "until": date(spec.year + 5, 6, 30).isoformat(),
        "status": "valid",
        "synthetic": True,
    }


def _registry(spec: CitySpec, state: State, child: Child) -> list[RegistryRecord]:
    if child.stage not in _BEFORE:
        return []
    stage, years = _BEFORE[child.stage]
    home = state.home
    record = {
        "student_number": f"L{child.person.id_number}",
        **_person(child.person),
        "school": f"{state.residence.estate.town or spec.place}中心学校",
        "school_code": "",
        "division": spec.district,
        "stage": stage,
        "entered_on": f"{spec.year - years}-09-01",
        "left_on": "",
        "status": "enrolled",
        "guardians": [_person(one) for one in state.guardians],
        "certificate": home.number if home and home.kind == "deed" else "",
        "contract": home.number if home and home.kind != "deed" else "",
        "synthetic": True,
    }
    return [cast(RegistryRecord, record)]


def _plant(rng: Random, held: Held, agency: Further, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record as the agency holds it: mostly right; None where one that is claimed is missing.

    What nobody claims is what the register says: a certificate or a licence that it does not hold is none.
    """
    draw = rng.random() * 100
    key = str(record.get("lease") or record["id_number"])
    if draw < tables.FURTHER_ERRORS["wrong"]:
        kind, changed = _WRONG[agency](rng, dict(record))
        held.findings[agency, key] = "mismatch"
        held.injected.append(f"{agency}:{kind}:{key}")
        return changed
    if draw < sum(tables.FURTHER_ERRORS.values()) and agency in {"birth", "rental"}:
        held.findings[agency, key] = "not_found"
        held.injected.append(f"{agency}:missing:{key}")
        return None
    return record


def _other_name(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name = record["name"]
    return "wrong_name", {**record, "name": name[:-1] + ("一" if name[-1] != "一" else "乙")}


def _wrong_birth(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        return _other_name(record)
    strangers = [{**one, "id_number": "110101194001014990"} for one in record["parents"]]
    return "wrong_parents", {**record, "parents": strangers}


def _wrong_marriage(_rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if record["status"] == "divorced":
        given = [{**one, "parent": record["spouse_id"]} for one in record["custody"]]
        return "wrong_custody", {**record, "custody": given}
    return "wrong_status", {**record, "status": "divorced"}


def _wrong_rental(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        return "wrong_status", {**record, "status": "cancelled"}
    return "stale_until", {**record, "until": record["filed_on"]}


def _wrong_business(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return _other_name(record) if rng.randrange(2) else ("wrong_status", {**record, "status": "revoked"})


def _wrong_disability(rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if rng.randrange(2):
        return "wrong_grade", {**record, "grade": "9"}
    return "stale_until", {**record, "until": "2020-06-30"}


def _wrong_registry(_rng: Random, record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return _other_name(record)


_Wrong = Callable[[Random, dict[str, Any]], tuple[str, dict[str, Any]]]
_WRONG: Final[Mapping[Further, _Wrong]] = {
    "birth": _wrong_birth,
    "marriage": _wrong_marriage,
    "rental": _wrong_rental,
    "business": _wrong_business,
    "disability": _wrong_disability,
    "registry": _wrong_registry,
}

"""A small synthetic district for tests that need deep state. Every person and number here is made up."""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts.askers import Asker
from accounts.models import Account
from accounts.services import staff_create
from enrollment import services
from enrollment.models import Application, Child, Draft, Round
from enrollment.services.seasons import policy_store, season_store
from enrollment.services.submission import Submission
from foundation import clock
from foundation.crypto import blind_index
from policy import scheme_text
from schools.matching import AddressRule, Zone
from schools.models import School, SeatPlan
from schools.services import district_ensure, schools_store, seat_plans_store, zones_store
from synthetic.people import resident_id

DISTRICT = "430702"
YEAR = 2026
HOME = "湖南省常德市武陵区滨湖路12号"
ELSEWHERE = "湖南省常德市武陵区朗州路8号"
CERTIFICATE = "湘(2018)常德市不动产权第0012345号"
SIX_YEAR_OLD = date(2019, 5, 4)
PASSWORD = "correct horse battery"  # of synthetic staff in a scratch database
_numbers = itertools.count(1)


def child_number(pair: int | None = None, born: date = SIX_YEAR_OLD) -> str:
    """A valid number of a child who does not exist."""
    return resident_id("430702", born, next(_numbers) % 500 if pair is None else pair, "male")


def adult_number() -> str:
    """A valid number of an adult who does not exist, a new one at every call."""
    at = next(_numbers)
    return resident_id("430702", date(1985, 1, 1) + timedelta(days=at % 9), at // 9 % 500, "female")


@dataclass(frozen=True, slots=True)
class World:
    """One district with two schools, one zone around the first, and a primary round that is open now."""

    round: Round
    school: School
    other_school: School


def world(*, policy: str = "changde", seats: int = 40) -> World:
    district = district_ensure(code=DISTRICT)
    now = clock.now()
    names = {"WL01": "滨湖路小学", "WL02": "朗州路小学"}
    schools_store(
        schools=[
            School(code=code, district=district, name=name, address=name, longitude=111.69 + at / 100, latitude=29.03)
            for at, (code, name) in enumerate(names.items())
        ]
    )
    plans = [SeatPlan(school_id=code, year=YEAR, stage="primary", seats=seats) for code in names]
    seat_plans_store(plans=plans)
    rule = AddressRule("include", "road", "滨湖路", "all", 1, 99)
    zones_store(district=district, zones=[Zone("Z1", "滨湖路学区", YEAR, "primary", ("WL01",), (rule,), None)])
    season = season_store(
        district=district,
        year=YEAR,
        synthetic=True,
        calendar=[],
        rounds=[
            {
                "stage": "primary",
                "kind": "main",
                "policy": policy_store(district=district, code=policy, text=scheme_text(policy)),
                "opens_at": now - timedelta(days=1),
                "closes_at": now + timedelta(days=7),
                "results_at": now + timedelta(days=14),
                "state": "open",
            }
        ],
    )
    return World(season.rounds.get(), School.objects.get(pk="WL01"), School.objects.get(pk="WL02"))


def guardian(name: str = "合成家长") -> Account:
    """A guardian who signed in by phone and has not said who they are yet."""
    phone = f"1990{next(_numbers):07d}"
    return Account.objects.create(
        username=f"g-{uuid.uuid4().hex[:16]}",
        name=name,
        phone=phone,
        phone_index=blind_index("phone", phone),
        created_at=clock.now(),
    )


def asker(address: str = "", **known: Any) -> Asker:
    """Somebody who asks for a code or types one: from an address of their own unless told otherwise."""
    return Asker(address=address or f"203.0.113.{next(_numbers) % 250}", **known)


def staff(role: str, *, district: str = DISTRICT, school: str = "") -> Account:
    """A member of staff with one role."""
    account, _device = staff_create(
        username=f"{role}-{next(_numbers)}", password=PASSWORD, name="合成职员", roles=[(role, district, school)]
    )
    return account


def answers(**changed: str) -> dict[str, str]:
    """A complete, correct form: own home and household in the zone of the first school."""
    return {
        "guardian_relation": "mother",
        "guardian_name": "合成家长",
        "guardian_id": adult_number(),
        "household_here": "yes",
        "household_address": HOME,
        "home_kind": "deed",
        "home_address": HOME,
        "home_certificate": CERTIFICATE,
        "home_owner_relation": "parent",
        "home_share": "100",
        "permit_holder": "none",
        "insurance_holder": "none",
        "keep_siblings": "no",
        "choices": "WL01,WL02",
        **changed,
    }


@dataclass(slots=True)
class Family:
    """One guardian with one child and a draft that is filled in."""

    world: World
    guardian: Account
    child: Child
    draft: Draft
    answers: dict[str, str] = field(default_factory=dict)

    def submit(self, token: uuid.UUID | None = None) -> Application:
        submission = Submission(self.draft.public_id, token or uuid.uuid4())
        return services.application_submit(guardian=self.guardian, submission=submission)


def family(place: World, *, child_id: str = "", **changed: str) -> Family:
    """A family whose draft is complete; ``changed`` replaces answers."""
    parent = guardian()
    child = services.child_add(guardian=parent, name="合成小明", id_number=child_id or child_number())
    draft = services.draft_open(guardian=parent, child=child, round_=place.round)
    filled = answers(**changed)
    draft = services.draft_save(guardian=parent, draft_id=draft.public_id, answers=filled)
    return Family(place, parent, child, draft, filled)


def records(one: Family) -> dict[str, list[dict[str, Any]]]:
    """What the agencies hold when everything this family declares is true."""
    parent = {"id_number": one.answers["guardian_id"], "name": one.answers["guardian_name"]}
    household = {
        "id_number": one.child.id_number,
        "name": one.child.name,
        "householder_id": parent["id_number"],
        "householder_relation": "parent",
        "address": one.answers["household_address"],
        "division": DISTRICT,
        "registered_on": "2019-06-01",
        "members": [{**parent, "relation": "self"}],
        "synthetic": True,
    }
    deed = {
        "certificate": one.answers["home_certificate"],
        "unit_number": "",
        "owners": [{**parent, "share": 1.0}],
        "address": one.answers["home_address"],
        "registered_on": "2018-03-02",
        "mortgaged": False,
        "kind": "residential",
        "synthetic": True,
    }
    return {"household": [household], "real_estate": [deed]}


def keys_of(record: Mapping[str, Any]) -> list[str]:
    """The keys under which an agency finds a record."""
    people = record.get("owners") or record.get("buyers") or []
    found = [record.get(name) for name in ("id_number", "certificate", "contract")]
    return [str(key) for key in (*found, *(person["id_number"] for person in people)) if key]

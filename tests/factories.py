"""A small synthetic district for tests that need deep state. Every person and number here is made up.

An application in any state is one call: ``application("offered")``, or ``family(place).bring("offered")`` where the
test needs the family, too. It gets there through the services that a real one goes through; only the answers of the
agencies are rows put in (``judged``). The states are the keys of ``WAYS`` and ``submitted``,
which is ``verifying`` at once.
"""

import itertools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.askers import Asker
from accounts.models import Account, Assurance
from accounts.services import staff_create
from enrollment.appeals.services import appeal_file
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.filing.submission.services import Submission, application_submit, application_withdraw
from enrollment.judging.services import application_assess
from enrollment.outcome.services.offers import NewOffer, lapse_sweep, offer_answer, offers_publish
from enrollment.outcome.services.reminders import place_look
from enrollment.review.services import review_open, review_refuse, review_return
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Application, ApplicationVersion, Child, Draft, Round
from enrollment.seasons.rules.sources import LISTS
from enrollment.seasons.services.seasons import policy_store, season_store
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.crypto import blind_index
from helpdesk.articles import articles_store
from helpdesk.models import ServicePoint
from helpdesk.services import service_points_store
from policy import scheme_text
from schools.matching import AddressRule, Zone
from schools.models import School, SeatPlan
from schools.services import district_ensure, schools_store, seat_plans_store, zones_store
from synthetic.people import resident_id
from verification.models import Check, Finding

DISTRICT = "430702"
YEAR = 2026
HOME = "湖南省常德市武陵区滨湖路12号"
ELSEWHERE = "湖南省常德市武陵区朗州路8号"
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
    """The district; asked for again it is the one that is there."""
    there = Round.objects.filter(season__district=DISTRICT, season__year=YEAR, stage="primary", kind="main").first()
    if there is not None:
        return World(there, School.objects.get(pk="WL01"), School.objects.get(pk="WL02"))
    district = district_ensure(code=DISTRICT)
    lists_keep(district=district, kinds=LISTS)
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


def told() -> None:
    """What the district has to have told its families before a round opens: a notice, and whom to call."""
    district = district_ensure(code=DISTRICT)
    text = {"zh": "招生公告（示例）", "en": "Notice (example)"}
    row = {"code": "notice", "kind": "notice", "number": "", "title": text, "body": text, "video": ""}
    articles_store(district=district, articles=[{**row, "published_on": clock.today()}])
    point = {"level": "district", "address": "示例路1号", "hours": "8:00-17:00", "phone": "0736-0000000"}
    service_points_store(points=[ServicePoint(district=district, name="教育局（示例）", **point)])


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


def assured(account: Account, *, name: str = "", id_number: str = "") -> Account:
    """The same guardian after a government sign-in vouched for name and number."""
    account.name, account.id_number = name or account.name, id_number or account.id_number or adult_number()
    account.assurance, account.id_index = Assurance.VERIFIED, blind_index("person", account.id_number)
    account.save(update_fields=["name", "id_number", "id_index", "assurance"])
    return account


def asker(address: str = "", **known: Any) -> Asker:
    """Somebody who asks for a code or types one: from an address of their own unless told otherwise."""
    return Asker(address=address or f"203.0.113.{next(_numbers) % 250}", **known)


def staff(role: str, *, district: str = DISTRICT, school: str = "", department: str = "") -> Account:
    """A member of staff with one role; ``department`` of an officer."""
    account, _device = staff_create(
        username=f"{role}-{next(_numbers)}", password=PASSWORD, name="合成职员", roles=[(role, district, school)]
    )
    if department:
        account.roles.update(department=department)
    return account


def certificate() -> str:
    """The number of a deed that does not exist, a new one at every call: two families have two homes."""
    return f"湘(2018)常德市不动产权第{next(_numbers):07d}号"


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
        "home_certificate": certificate(),
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
        return application_submit(guardian=self.guardian, submission=submission)

    def bring(self, state: str, **decided: Any) -> Application:
        """Submit, and go on until the application is in this state; ``decided`` are fields of ``Decided``."""
        return _brought(self, state, Decided(**decided))


def family(place: World, *, child_id: str = "", **changed: str) -> Family:
    """A family whose draft is complete; ``changed`` replaces answers."""
    parent = guardian()
    child = child_add(guardian=parent, name="合成小明", id_number=child_id or child_number())
    draft = draft_open(guardian=parent, child=child, round_=place.round)
    filled = answers(**changed)
    draft = draft_save(guardian=parent, draft_id=draft.public_id, answers=filled)
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
        "type": "family",
        "status": "normal",
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
        "seized": False,
        "kind": "residential",
        "status": "current",
        "synthetic": True,
    }
    return {"household": [household], "real_estate": [deed]}


def keys_of(record: Mapping[str, Any]) -> list[str]:
    """The keys under which an agency finds a record."""
    people = [one for name in ("owners", "buyers", "tenants", "guardians") for one in record.get(name) or ()]
    found = [record.get(name) for name in ("id_number", "certificate", "contract", "lease", "spouse_id")]
    return [str(key) for key in (*found, *(person["id_number"] for person in people)) if key]


HALF: Final = {
    "outcome": "mismatch",
    "differences": [{"field": "home_share", "declared": "100", "source": "50"}],
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decide on the way to a state."""

    school: str = "WL01"  # that offers the place
    items: Sequence[str] = ("home_share",)  # to be corrected
    within: timedelta = timedelta(days=5)  # for the correction, or the answer to an offer
    reason: str = "房产份额不足"
    by: Account | None = None  # the reviewer; without one a new reviewer of the school


def judged(one: Family, **outcomes: Any) -> Application:
    """Submitted, and every check answered: as given (``real_estate=HALF``), and by a match where nothing is given."""
    return answered(one, one.submit(), **outcomes)


def answered(one: Family, made: Application, **outcomes: Any) -> Application:
    """The checks of every version answered as in ``judged``, and the application judged by them."""
    held = records(one)
    for check in Check.objects.filter(subject__in=made.versions.values("pk")):
        found = outcomes.get(check.agency, {})
        Finding.objects.create(
            check_made=check,
            outcome=found.get("outcome", "match"),
            differences=found.get("differences", []),
            evidence=found.get("record") or next(iter(held.get(check.agency, [])), None),
            evidence_hash="0" * 64,
            source=f"mock:{check.agency}",
            trace_id="t" * 32,
            seconds=1.0,
            at=check.created_at,
        )
        Check.objects.filter(pk=check.pk).update(state=Check.State.DONE)
    for version in ApplicationVersion.objects.filter(application=made):
        application_assess(version_id=version.pk)
    made.refresh_from_db()
    return made


def _step(event: ApplicationEvent) -> "Way":
    """One step of the table that no person's decision stands behind."""

    def go(_one: Family, made: Application, _decided: Decided) -> None:
        with transaction.atomic():
            application_step(application=made, event=event, actor=None)

    return go


def _reviewed(service: Callable[..., Any], *names: str) -> "Way":
    """A reviewer's decision; ``names`` are the fields of ``Decided`` that the service asks for."""

    def go(_one: Family, made: Application, decided: Decided) -> None:
        who = decided.by or staff("reviewer", school="WL01")
        asked = {name: getattr(decided, name) for name in names}
        if "within" in asked:
            asked["deadline"] = clock.now() + asked.pop("within")
        service(reviewer=who, application_id=made.pk, **asked)

    return go


def _published(school: bool) -> "Way":
    """The result of this one application; the round stays open, so that other families of the test can still file."""

    def go(_one: Family, made: Application, decided: Decided) -> None:
        now, new = clock.now(), NewOffer(str(made.pk), decided.school if school else "", "choice" if school else "none")
        with transaction.atomic():
            offers_publish(
                round_id=made.round_id,
                run_id=1,
                official=staff("official"),
                offers=[new],
                at=now,
                answer_by=now + decided.within,
            )

    return go


def _answered(answer: str) -> "Way":
    return lambda one, made, _: offer_answer(guardian=one.guardian, application_id=made.pk, answer=answer)


def _appealed(one: Family, made: Application, _: Decided) -> None:
    appeal_file(guardian=one.guardian, application_id=made.pk, reason="份额登记有误，请再看一次")


def _lapsed(_one: Family, made: Application, decided: Decided) -> None:
    with clock.at(clock.now() + decided.within + timedelta(minutes=2)):
        place_look(official=staff("official"), application_id=made.pk, result="looked")
        lapse_sweep()


Way = Callable[[Family, Application, Decided], object]
WAYS: Final[dict[str, tuple[str, Way]]] = {  # from which state, and how
    "verified": ("submitted", _step(ApplicationEvent.CONFIRM)),
    "withdrawn": (
        "submitted",
        lambda one, made, _: application_withdraw(guardian=one.guardian, application_id=made.pk),
    ),
    "approved": ("submitted", lambda one, made, _: answered(one, made)),
    "attention": ("submitted", lambda one, made, _: answered(one, made, real_estate=HALF)),
    "in_review": ("attention", _reviewed(review_open)),
    "returned": ("attention", _reviewed(review_return, "items", "reason", "within")),
    "not_eligible": ("attention", _reviewed(review_refuse, "reason")),
    "appealed": ("not_eligible", _appealed),
    "in_pool": ("approved", _step(ApplicationEvent.FREEZE)),
    "offered": ("in_pool", _published(school=True)),
    "waiting": ("in_pool", _published(school=False)),
    "accepted": ("offered", _answered("accept")),
    "declined": ("offered", _answered("decline")),
    "lapsed": ("offered", _lapsed),
    "enrolled": ("accepted", _step(ApplicationEvent.ENROL)),
}


def _brought(one: Family, state: str, decided: Decided) -> Application:
    if state in {"submitted", "verifying"}:  # the checks begin in the same moment
        return one.submit()
    before, way = WAYS[state]
    made = _brought(one, before, decided)
    way(one, made, decided)
    made.refresh_from_db()
    return made


def application(state: str = "submitted", *, place: World | None = None, **decided: Any) -> Application:
    """An application in this state, of a family of its own; ``decided`` are fields of ``Decided``."""
    return family(place or world()).bring(state, **decided)

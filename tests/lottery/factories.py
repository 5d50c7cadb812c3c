"""A small synthetic round, approved and closed, and the people of its ceremony. Everybody here is made up.

``ceremony()`` makes the round with its applications as rows, because they have to be many; from there on one call
reaches a state through the services: ``freeze``, ``ready``, ``drawn``, ``computed``, ``published``. With a plan and
signatures: ``tests.lottery.played``. One application in any state: ``tests.factories.application``.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django_otp.oath import TOTP

from accounts.models import Account, TokenDevice
from accounts.services import staff_create
from enrollment.filing.submission.services import receipt_for
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Application, ApplicationVersion, Child, Round
from enrollment.seasons.rules.sources import LISTS
from enrollment.seasons.services.seasons import policy_store, season_store
from foundation import clock
from foundation.crypto import blind_index
from lottery.admission.models import AdmissionRun
from lottery.admission.services import run_compute, run_publish_confirm
from lottery.ceremony.models import Draw
from lottery.ceremony.services import (
    draw_confirm,
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
)
from lottery.roll.services import roll_freeze
from policy import scheme_text
from schools.matching import AddressRule, Zone
from schools.models import School, SeatPlan
from schools.services import district_ensure, schools_store, seat_plans_store, zones_store
from synthetic.people import resident_id
from tests.factories import DISTRICT, PASSWORD, SIX_YEAR_OLD, YEAR, guardian

SCHOOLS = {"WL01": "滨湖路小学", "WL02": "朗州路小学", "WL03": "柳叶湖小学"}
SPACE = uuid.UUID("6f0a3c0e-5a55-4c1f-9d6b-6c6f74746572")
CHILD_NAME = "合成小明"
VALUE = "3245.67"


@dataclass(slots=True)
class Ceremony:
    """A closed round with approved applications, three officials with TOTP, two witnesses and a reviewer."""

    round: Round
    officials: tuple[Account, Account, Account]
    witnesses: tuple[Account, Account]
    reviewer: Account

    def freeze(self) -> Draw:
        return roll_freeze(official=self.officials[1], round_id=self.round.pk, second=self.officials[0])

    def ready(self) -> Draw:
        """Everything up to the point where two officials confirm."""
        draw = self.freeze()
        for one in self.witnesses:
            digest = nonce_commitment(draw=draw, witness=one, value=nonce_of(one))
            nonce_commit(witness=one, draw_id=draw.pk, commitment=digest)
        entropy_close(official=self.officials[0], draw_id=draw.pk)
        for one in self.witnesses:
            nonce_reveal(witness=one, draw_id=draw.pk, value=nonce_of(one))
        return public_value_enter(official=self.officials[0], draw_id=draw.pk, value=VALUE)

    def drawn(self) -> Draw:
        draw = self.ready()
        for one in self.officials[:2]:
            draw = draw_confirm(official=one, draw_id=draw.pk, token=token(one))
        return draw

    def computed(self) -> AdmissionRun:
        """Drawn, and the places computed."""
        self.drawn()
        return run_compute(official=self.officials[0], round_id=self.round.pk)

    def publish(self, run: AdmissionRun) -> AdmissionRun:
        """The run, confirmed by two officials."""
        for one in self.officials[:2]:
            run = run_publish_confirm(official=one, run_id=run.pk, token=token(one))
        return run

    def published(self) -> AdmissionRun:
        """Everything up to published places."""
        return self.publish(self.computed())


def nonce_of(witness: Account) -> str:
    return f"a long secret of {witness.username}"


def token(account: Account) -> str:
    """A one-time password that was not used yet: the next one of the device, as if its time had come."""
    device = TokenDevice.objects.get(user=account)
    made = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    made.time = time.time()
    if made.t() <= device.last_t:
        TokenDevice.objects.filter(pk=device.pk).update(last_t=-1)
    return f"{made.token():06d}"


def staff(name: str, role: str, school: str = "") -> Account:
    account, _device = staff_create(username=name, password=PASSWORD, name="合成职员", roles=[(role, DISTRICT, school)])
    return account


def _round(seats: int) -> Round:
    district = district_ensure(code=DISTRICT)
    lists_keep(district=district, kinds=LISTS)
    now = clock.now()
    schools_store(
        schools=[
            School(code=code, district=district, name=name, address=name, longitude=111.69 + at / 100, latitude=29.03)
            for at, (code, name) in enumerate(SCHOOLS.items())
        ]
    )
    seat_plans_store(plans=[SeatPlan(school_id=code, year=YEAR, stage="primary", seats=seats) for code in SCHOOLS])
    rule = AddressRule("include", "road", "滨湖路", "all", 1, 99)
    zones_store(district=district, zones=[Zone("Z1", "滨湖路学区", YEAR, "primary", ("WL01",), (rule,), None)])
    policy = policy_store(district=district, code="changde", text=scheme_text("changde"))
    opens, closes = now - timedelta(days=9), now - timedelta(days=2)
    row = {"stage": "primary", "kind": "main", "policy": policy, "opens_at": opens, "closes_at": closes}
    here = Round.objects.filter(season__district=district, season__year=YEAR, stage="primary", kind="main")
    here.update(state="closed", opens_at=opens, closes_at=closes, results_at=now)  # one a browser's place has opened
    season = season_store(
        district=district,
        year=YEAR,
        synthetic=True,
        calendar=[],
        rounds=[row | {"results_at": now, "state": "closed"}],
    )
    return season.rounds.get()


def apply(round_: Round, number: int, *, sibling: str = "", state: str = "approved") -> Application:
    """Application ``number``: its receipt, salt, group and choices follow from the number alone."""
    secret, parent = uuid.uuid5(SPACE, str(number)), guardian()
    like = 7 if sibling else number  # twins live in one home
    identity = resident_id(DISTRICT, SIX_YEAR_OLD, number % 500, "male")
    child = Child.objects.create(
        guardian=parent,
        document_kind="resident_id",
        id_number=identity,
        id_index=blind_index("child", f"{identity}/{number}"),
        name=CHILD_NAME,
        birth_date=SIX_YEAR_OLD,
        sex="1",
        created_at=clock.now(),
    )
    application = Application.objects.create(
        id=uuid.uuid5(secret, "application"),
        receipt=receipt_for(YEAR, secret),
        round=round_,
        child=child,
        guardian=parent,
        district_code=DISTRICT,
        season_year=YEAR,
        stage="primary",
        child_index=child.id_index,
        state=state,
        group_code=("class_1", "class_2")[like % 2],
        tier=1 + like % 2,
        order=[like // 5],
        zone_code="滨湖路学区" if like % 3 else "",
        sibling_key=sibling,
        submitted_at=clock.now(),
        state_at=clock.now(),
    )
    ApplicationVersion.objects.create(
        application=application,
        number=1,
        policy=round_.policy,
        claims={},
        claims_hash="0" * 64,
        choices=["WL01", "WL02"] if number % 4 or sibling else ["WL02", "WL01"],
        client_token=secret,
        submitted_by=parent,
        submitted_at=clock.now(),
    )
    return application


def ceremony(*, pupils: int = 20, seats: int = 6, backwards: bool = False) -> Ceremony:
    """A round of ``pupils`` children (the last two are twins) for three schools with ``seats`` seats each."""
    round_ = _round(seats)
    numbers = range(pupils)
    for number in reversed(numbers) if backwards else numbers:
        apply(round_, number, sibling="twins" if number >= pupils - 2 else "")
    return Ceremony(
        round_,
        (staff("official-1", "official"), staff("official-2", "official"), staff("city-1", "city")),
        (staff("notary-1", "notary"), staff("witness-1", "witness")),
        staff("reviewer-1", "reviewer", "WL01"),
    )

"""A ceremony with a plan, brought to any of its states through the services, everybody in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Account
from foundation import clock
from lottery.admission.services import run_compute, run_publish_confirm
from lottery.ceremony.models import CeremonyPlan, Draw, Nonce
from lottery.ceremony.services import (
    ceremony_plan,
    draw_confirm,
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
)
from lottery.ceremony.states import STATES
from lottery.witnesses.models import StepSign
from lottery.witnesses.services import ceremony_certify, step_sign
from lottery.witnesses.states import SIGNED
from tests.lottery.factories import VALUE, Ceremony, ceremony, nonce_of, token

PLACE = "常德市武陵区教育局一楼大厅"


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@dataclass(slots=True)
class Planned:
    """A round with a plan that names a notary and a discipline inspector, and how to bring it to any state."""

    one: Ceremony
    start: datetime

    @property
    def official(self) -> Account:
        return self.one.officials[0]

    @property
    def notary(self) -> Account:
        return self.one.witnesses[0]

    @property
    def inspector(self) -> Account:
        return self.one.witnesses[1]

    @property
    def draw(self) -> Draw:
        return Draw.objects.get(round=self.one.round)

    def commit(self, witness: Account) -> Nonce:
        mark = nonce_commitment(draw=self.draw, witness=witness, value=nonce_of(witness))
        return nonce_commit(witness=witness, draw_id=self.draw.pk, commitment=mark)

    def reveal(self, witness: Account) -> Nonce:
        return nonce_reveal(witness=witness, draw_id=self.draw.pk, value=nonce_of(witness))

    def confirm(self, account: Account) -> Draw:
        return draw_confirm(official=account, draw_id=self.draw.pk, token=token(account))

    def sign(self, witness: Account, step: str, decision: str = "sign", note: str = "") -> StepSign:
        return step_sign(witness=witness, draw_id=self.draw.pk, step=step, decision=decision, note=note)

    def publish(self) -> None:
        run = run_compute(official=self.official, round_id=self.one.round.pk)
        for account in self.one.officials[:2]:
            run_publish_confirm(official=account, run_id=run.pk, token=token(account))

    def certify(self, notary: Account | None = None, note: str = "") -> Draw:
        who = notary or self.notary
        return ceremony_certify(
            notary=who, draw_id=self.draw.pk, token=token(who), certificate_number="（2027）湘常证字第1号", note=note
        )

    def bring(self, state: str) -> "Planned":
        """Play the ceremony up to a state, everybody in time."""
        steps: list[tuple[str, Callable[[], object]]] = [
            ("frozen", self.one.freeze),
            ("witnessing", lambda: self.commit(self.notary)),
            ("revealing", self._committed),
            ("ready", self._revealed),
            ("drawn", lambda: [self.confirm(self.official), self.confirm(self.notary)]),
            ("published", self.publish),
            ("certified", self._certified),
        ]
        for target, step in steps:
            if STATES.index(target) > STATES.index(state):
                break
            step()
        return self

    def _committed(self) -> None:
        self.commit(self.inspector)
        entropy_close(official=self.official, draw_id=self.draw.pk)

    def _revealed(self) -> None:
        self.reveal(self.notary)
        self.reveal(self.inspector)
        public_value_enter(official=self.official, draw_id=self.draw.pk, value=VALUE)

    def _certified(self) -> None:
        for step in SIGNED:
            self.sign(self.notary, step)
        self.certify()


def plan(one: Ceremony, **changed: object) -> CeremonyPlan:
    now = clock.now()
    given: dict[str, object] = {
        "official": one.officials[0],
        "round_id": one.round.pk,
        "place": PLACE,
        "starts_at": now + minutes(5),
        "commit_by": now + minutes(30),
        "reveal_by": now + minutes(60),
        "value_by": now + minutes(90),
        "witnesses": {"notary-1": "notary", "witness-1": "inspector"},
    }
    return ceremony_plan(**(given | changed))  # type: ignore[arg-type]


def planned(pupils: int = 6, **changed: object) -> Planned:
    one = ceremony(pupils=pupils)
    plan(one, **changed)
    return Planned(one, clock.now())

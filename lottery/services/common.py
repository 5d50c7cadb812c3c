"""What the services of a draw share: names that do not depend on the database, locks, and the four eyes."""

import gzip
import hashlib
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.models import Round
from enrollment.services.rounds import round_for
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.transitions import IllegalTransition
from foundation.wording import say
from lottery.engine.entries import COORDINATION
from lottery.engine.messages import MESSAGES, LotteryError
from lottery.engine.transcript import Domain, canonical_json, digests
from lottery.models import CeremonyPlan, Confirmation, Draw, DrawStep, PublicFile, PublicPart
from lottery.states import DRAW

# Bytes of a public file in one row: a value of the database holds less than 1 GB, and is held in memory whole.
PART = 32_000_000


def domain(round_: Round, school: str, purpose: str) -> Domain:
    """The domain of a draw: the same in every database that plays the same season."""
    season = round_.season
    return Domain(season.district_id, str(season.year), f"{round_.stage}/{round_.kind}", school, purpose)


def domains(round_: Round, schools: list[str]) -> dict[str, str]:
    """The domain string of the tickets at each school, and of coordination under "*"."""
    texts = {code: domain(round_, code, "placement").text() for code in schools}
    return texts | {COORDINATION: domain(round_, COORDINATION, "coordination").text()}


def announcement_digest(draw: Draw) -> str:
    """SHA-256 of the announcement as the verifier computes it."""
    return str(digests([canonical_json(draw.commitment)])["sha256"])


def draw_for(account: Account, draw_id: int, ability: str) -> Draw:
    """The draw with its round, both locked, if the account's scope reaches it. Raises NotAllowed."""
    round_id = Draw.objects.filter(pk=draw_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such draw in your care."))
    # the round's lock puts every step of one draw behind the other, whoever presses when
    round_ = round_for(account, round_id, ability)
    draw = Draw.objects.select_for_update().get(pk=draw_id)
    draw.round = round_
    return draw


def plan_of(draw: Draw) -> CeremonyPlan:
    """The plan under which the roll was frozen; an old roll without one has no deadlines and no duties."""
    found = CeremonyPlan.objects.filter(round_id=draw.round_id).first()
    named = [{"name": name, "duty": "witness"} for name in draw.commitment["entropy"]["witnesses"]]
    return found or CeremonyPlan(round_id=draw.round_id, witnesses=named)


def step_row(draw: Draw, event: str, source: str, actor: Account, note: str = "") -> None:
    """Keep a step for the log of the ceremony and the minutes."""
    DrawStep.objects.create(
        draw=draw, event=event, source=source, target=draw.state, actor=actor, note=note, at=clock.now()
    )


def draw_step(*, draw: Draw, event: str, actor: Account, note: str = "") -> None:
    """Make one legal step of a draw by compare-and-set, inside a transaction. Raises Refused."""
    source = draw.state
    try:
        target = DRAW.target(source, event)
    except IllegalTransition:
        raise out_of_order(draw) from None
    if not Draw.objects.filter(pk=draw.pk, state=source).update(state=target):
        raise Refused(_("Somebody has just moved this draw on. Please look at it again."), code="changed")
    draw.state = target
    step_row(draw, event, source, actor, note)
    details = {"from": source, "to": target}
    district = draw.round.season.district_id
    record(
        actor=actor, action=f"draw.{event}", object_type="draw", object_id=draw.pk, district=district, details=details
    )


def out_of_order(draw: Draw) -> Refused:
    """Why a step is not possible in the draw's state, and what comes first."""
    reasons = {
        "frozen": _("The roll is frozen. First the witnesses commit."),
        "witnessing": _("The witnesses are committing. First close the commitments."),
        "revealing": _("The witnesses are revealing. Then the public value is entered."),
        "ready": _("All entropy is in. Now two people confirm the draw."),
        "drawn": _("The draw was made. It is never repeated."),
        "published": _("The result is published. Nothing can be changed any more; the notary certifies it."),
        "certified": _("The notary has certified the draw. It is closed."),
    }
    return Refused(reasons[draw.state], code="illegal_step")


def one_line(value: str, field: str, most: int = 500) -> str:
    """A written reason or note on one line, kept as it was meant. Raises Refused when it is empty or unreadable."""
    text = " ".join(value.split())
    if not 1 <= len(text) <= most or not text.isprintable():
        raise Refused(_("Write this in 1 to %(most)d visible characters.") % {"most": most}, code="text", field=field)
    return text


def confirm(*, round_: Round, step: str, subject: str, official: Account) -> bool:
    """Record a confirmation; True when another person had confirmed the same before. Raises Refused."""
    before = Confirmation.objects.filter(round=round_, step=step, subject=subject)
    if before.filter(official=official).exists():
        text = _("You have confirmed already. A second, different person must confirm.")
        raise Refused(text, code="same_person")
    second = before.exists()
    Confirmation.objects.create(round=round_, step=step, subject=subject, official=official, at=clock.now())
    record(
        actor=official,
        action=f"{step}.confirm",
        object_type="round",
        object_id=round_.pk,
        district=round_.season.district_id,
        details={"subject": subject, "second": second},
    )
    return second


def publish_packed(round_: Round, name: str, sha256: str, packed: IO[bytes]) -> PublicFile:
    """Keep a public file that was compressed before, in parts that the database can hold; written once."""
    file = PublicFile.objects.create(
        round=round_, name=name, sha256=sha256, body=packed.read(PART), made_at=clock.now()
    )
    number = 0
    while part := packed.read(PART):
        number += 1
        PublicPart.objects.create(file=file, number=number, body=part)
    return file


def publish_file(round_: Round, name: str, body: bytes) -> PublicFile:
    """Keep a public file exactly as it will be downloaded; written once, never changed."""
    return publish_packed(round_, name, hashlib.sha256(body).hexdigest(), BytesIO(gzip.compress(body, mtime=0)))


def refused(error: LotteryError, field: str = "") -> Refused:
    """A refusal of the pure core in the active language."""
    return Refused(say(MESSAGES[error.code], error.params), code=error.code, field=field)

"""What witnesses put their names to: signatures and objections, the bureau's replies, and the notary's certificate."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import totp_confirm
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.models import AdmissionRun, Certification, Draw, Nonce, SignReply, StepSign
from lottery.services.common import (
    announcement_digest,
    draw_for,
    draw_step,
    one_line,
    out_of_order,
    plan_of,
    publish_file,
)
from lottery.services.drawing import ceremony_digest
from lottery.services.minutes import minutes_of
from lottery.services.planning import is_notary
from lottery.states import SIGNED, signable


def sign_subject(draw: Draw, step: str) -> str:
    """The digest that stands for a step: whoever signs, signs this. `step` has happened."""
    if step == "frozen":
        return announcement_digest(draw)
    if step == "commits":
        nonces = Nonce.objects.filter(draw=draw).order_by("witness__username")
        lines = "".join(f"{name} {mark}\n" for name, mark in nonces.values_list("witness__username", "commitment"))
        return hashlib.sha256(f"{announcement_digest(draw)}\n{lines}".encode()).hexdigest()
    if step == "reveals":
        return ceremony_digest(draw)
    if step == "drawn":
        return draw.order_digest
    runs = AdmissionRun.objects.filter(round_id=draw.round_id, state=AdmissionRun.State.PUBLISHED)
    return str(runs.values_list("digest", flat=True).get())


@transaction.atomic
def step_sign(*, witness: Account, draw_id: int, step: str, decision: str, note: str = "") -> StepSign:
    """Sign a step that has happened, or object to it with a reason. Once each. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, "round.witness")
    duty = plan_of(draw).duty(witness.username)
    if not duty:
        raise NotAllowed(_("You were not named as a witness when the roll was frozen."))
    if decision not in StepSign.Decision.values:
        raise Refused(_("Choose whether you sign or object."), code="decision", field="decision")
    if step not in SIGNED or step not in signable(draw.state):
        raise out_of_order(draw)
    reason = one_line(note, "note") if note.strip() or decision == StepSign.Decision.OBJECT else ""
    subject = sign_subject(draw, step)
    if StepSign.objects.filter(draw=draw, step=step, subject=subject, person=witness).exists():
        raise Refused(_("You have put your name to this step already. It cannot be changed."), code="signed")
    sign = StepSign.objects.create(
        draw=draw,
        step=step,
        person=witness,
        role=duty,
        decision=decision,
        subject=subject,
        note=reason,
        at=clock.now(),
    )
    _record(witness, draw, f"ceremony.{decision}", {"step": step, "subject": subject})
    return sign


@transaction.atomic
def sign_reply(*, official: Account, sign_id: int, text: str) -> SignReply:
    """Answer an objection on the record. Raises NotAllowed, Refused."""
    draw_id = StepSign.objects.filter(pk=sign_id, decision="object").values_list("draw_id", flat=True).first()
    if draw_id is None:
        raise NotAllowed(_("There is no such objection in your care."))
    draw = draw_for(official, draw_id, "round.run")
    if SignReply.objects.filter(sign_id=sign_id).exists():
        raise Refused(_("This objection is answered already. The answer cannot be changed."), code="answered")
    answer = one_line(text, "text")
    reply = SignReply.objects.create(sign_id=sign_id, official=official, text=answer, at=clock.now())
    _record(official, draw, "ceremony.reply", {"sign": sign_id})
    return reply


def unsigned(draw: Draw, notary: Account) -> tuple[str, ...]:
    """The steps under which this notary's name does not stand yet, as they are now."""
    own = set(StepSign.objects.filter(draw=draw, person=notary).values_list("step", "subject"))
    return tuple(step for step in signable(draw.state) if (step, sign_subject(draw, step)) not in own)


def ceremony_certify(*, notary: Account, draw_id: int, token: str, certificate_number: str, note: str = "") -> Draw:
    """Certify a published draw and publish its minutes. Raises NotAllowed, Refused.

    The notary has put a name to every step, and every objection has its recorded reply.
    """
    with transaction.atomic():
        _certifiable(notary, draw_id)
    number = one_line(certificate_number, "certificate_number", 60)
    remark = one_line(note, "note") if note.strip() else ""
    totp_confirm(account=notary, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        draw = _certifiable(notary, draw_id)
        Certification.objects.create(draw=draw, notary=notary, number=number, note=remark, at=clock.now())
        draw_step(draw=draw, event="certify", actor=notary, note=number)
        publish_file(draw.round, "minutes.pdf", minutes_of(draw))
        return draw


def _certifiable(notary: Account, draw_id: int) -> Draw:
    draw = draw_for(notary, draw_id, "round.confirm")
    if not is_notary(notary, draw.round.season.district_id):
        raise NotAllowed(_("Only a notary certifies a draw."))
    plan = plan_of(draw)
    notaries = {one["name"] for one in plan.witnesses if one["duty"] == "notary"}
    if notaries and notary.username not in notaries:
        raise NotAllowed(_("Another notary was named in the announcement."))
    if draw.state != "published":
        raise out_of_order(draw)
    missing = unsigned(draw, notary) if plan.duty(notary.username) else ()
    if missing:
        text = _("Your name is missing under %(count)d steps. Sign or object to each of them first.")
        raise Refused(text % {"count": len(missing)}, code="unsigned")
    if StepSign.objects.filter(draw=draw, decision="object", reply__isnull=True).exists():
        raise Refused(_("An objection has no answer yet. The bureau answers it on the record first."), code="objection")
    return draw


def _record(actor: Account, draw: Draw, action: str, details: dict[str, object]) -> None:
    district = draw.round.season.district_id
    record(actor=actor, action=action, object_type="draw", object_id=draw.pk, district=district, details=details)

"""What witnesses put their names to: signatures and objections, the bureau's replies, and the notary's certificate."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.ceremony.files import publish_file
from lottery.ceremony.models import Draw
from lottery.ceremony.people import is_notary, plan_of
from lottery.ceremony.states import DrawEvent, DrawState
from lottery.ceremony.steps import draw_for, draw_step, out_of_order
from lottery.refusals import one_line
from lottery.witnesses.digests import sign_subject
from lottery.witnesses.models import Certification, SignReply, StepSign
from lottery.witnesses.services.minutes import minutes_of
from lottery.witnesses.states import SIGNED, signable


@transaction.atomic
def step_sign(*, witness: Account, draw_id: int, step: str, decision: str, note: str = "") -> StepSign:
    """Sign a step that has happened, or object to it with a reason. Once each. Raises NotAllowed, Refused."""
    draw = draw_for(witness, draw_id, Ability.ROUND_WITNESS)
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
    draw_id = (
        StepSign.objects.filter(pk=sign_id, decision=StepSign.Decision.OBJECT).values_list("draw_id", flat=True).first()
    )
    if draw_id is None:
        raise NotAllowed(_("There is no such objection in your care."))
    draw = draw_for(official, draw_id, Ability.ROUND_RUN)
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

    def look() -> tuple[Draw, str, str]:
        draw = _draw_to_certify(notary, draw_id)
        number = one_line(certificate_number, "certificate_number", 60)
        return draw, number, one_line(note, "note") if note.strip() else ""

    with WithPassword(look, person=notary, token=token) as (draw, number, remark):
        Certification.objects.create(draw=draw, notary=notary, number=number, note=remark, at=clock.now())
        draw_step(draw=draw, event=DrawEvent.CERTIFY, actor=notary, note=number)
        publish_file(draw.round, "minutes.pdf", minutes_of(draw))
        return draw


def _draw_to_certify(notary: Account, draw_id: int) -> Draw:
    draw = draw_for(notary, draw_id, Ability.ROUND_CONFIRM)
    if not is_notary(notary, draw.round.season.district_id):
        raise NotAllowed(_("Only a notary certifies a draw."))
    plan = plan_of(draw)
    notaries = {one["name"] for one in plan.witnesses if one["duty"] == "notary"}
    if notaries and notary.username not in notaries:
        raise NotAllowed(_("Another notary was named in the announcement."))
    if draw.state != DrawState.PUBLISHED:
        raise out_of_order(draw)
    missing = unsigned(draw, notary) if plan.duty(notary.username) else ()
    if missing:
        text = _("Your name is missing under %(count)d steps. Sign or object to each of them first.")
        raise Refused(text % {"count": len(missing)}, code="unsigned")
    if StepSign.objects.filter(draw=draw, decision=StepSign.Decision.OBJECT, reply__isnull=True).exists():
        raise Refused(_("An objection has no answer yet. The bureau answers it on the record first."), code="objection")
    return draw


def _record(actor: Account, draw: Draw, action: str, details: dict[str, object]) -> None:
    district = draw.round.season.district_id
    record(actor=actor, action=action, object_type="draw", object_id=draw.pk, district=district, details=details)

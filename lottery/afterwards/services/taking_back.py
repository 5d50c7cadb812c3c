"""Taking back a place that was got by an established false declaration: two people, a public reason.

The policy says whether it is done at all (`take_back` of its `false_declaration`), and the case must be final. The seat
goes on to the waiting list like any other that became free; the child may apply in a later round.
"""

from functools import partial

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from enrollment.false_declarations.models import DeclarationCase
from enrollment.false_declarations.selectors import established
from enrollment.guardians.services.decision_messages import tell
from enrollment.seasons.models import Application, ApplicationState, Offer, Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from enrollment.used_seats.services import seat_use_revoke
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.afterwards.models import SeatEvent, SeatOffer, TakingBack, TakingBackApproval
from lottery.afterwards.services.corrections import public_reason
from lottery.afterwards.services.filling import locked_round, published_run
from lottery.afterwards.services.waiting import note_freed_place

HELD = (ApplicationState.OFFERED, ApplicationState.ACCEPTED, ApplicationState.ENROLLED)


def taking_back_propose(*, official: Account, round_id: int, receipt: str, reason: str, token: str) -> TakingBack:
    """Propose to take back one place, with a public reason. Raises NotAllowed, Refused."""
    look = partial(_check_proposal, official, round_id, receipt, reason)
    with WithPassword(look, person=official, token=token) as (application, case, offer, text):
        made = TakingBack.objects.create(
            round=application.round,
            application=application,
            case=case,
            offer=offer,
            reason=text,
            proposed_by=official,
            proposed_at=clock.now(),
        )
        _audit(made, official, "place.take_back_propose")
        return made


def _check_proposal(
    official: Account, round_id: int, receipt: str, reason: str
) -> tuple[Application, DeclarationCase, Offer, str]:
    round_ = locked_round(official, round_id, Ability.ROUND_CONFIRM)
    published_run(round_)
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    application = rows.filter(round=round_, receipt=receipt.strip().upper()).first()
    if application is None:
        raise Refused(_("There is no application with this receipt number in the round."), field="receipt")
    case, offer = _check_held(round_, application)
    if TakingBack.objects.filter(case=case).exists():
        raise Refused(_("This was proposed already."), code="twice")
    return application, case, offer, public_reason(reason, application)


def _check_held(round_: Round, application: Application) -> tuple[DeclarationCase, Offer]:
    """The final case and the place it got. Raises Refused."""
    if not compiled(round_.policy).false_declaration.take_back:
        text = _("By the policy of this round no place is taken back after publication.")
        raise Refused(text, code="policy")
    case = established(application)
    if case is None:
        text = _("No false declaration is established in this application, after hearing and appeal.")
        raise Refused(text, code="no_case", field="receipt")
    offer = application.offer
    if application.state not in HELD or offer is None or offer.school_id is None:
        raise Refused(_("This child holds no place that could be taken back."), code="illegal_step", field="receipt")
    return case, offer


def taking_back_approve(*, official: Account, taking_back_id: int, token: str) -> TakingBack:
    """Approve another person's proposal: the place ends and its seat is free. Raises NotAllowed, Refused."""
    with WithPassword(lambda: _proposal_to_approve(official, taking_back_id), person=official, token=token) as made:
        application, offer = made.application, made.offer
        application_step(application=application, event=ApplicationEvent.TAKE_BACK, actor=official, reason=made.reason)
        note_freed_place(application, offer, SeatEvent.Cause.TAKEN)
        SeatOffer.objects.filter(application=application, state=SeatOffer.State.OPEN).update(
            state=SeatOffer.State.DECLINED, answered_at=clock.now()
        )
        seat_use_revoke(application=application)
        TakingBackApproval.objects.create(taking_back=made, approved_by=official, approved_at=clock.now())
        _audit(made, official, "place.take_back_approve")
        tell(
            application=application,
            key=f"taken_back:{made.pk}",
            template="taken_back",
            params={
                "child": application.child.name,
                "receipt": application.receipt,
                "school": offer.school.name if offer.school else "",
            },
        )
        return made


def _proposal_to_approve(official: Account, taking_back_id: int) -> TakingBack:
    round_id = TakingBack.objects.filter(pk=taking_back_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such proposal in your care."))
    round_ = locked_round(official, round_id, Ability.ROUND_CONFIRM)
    made = TakingBack.objects.select_related("offer__school").get(pk=taking_back_id)
    made.round = round_
    if made.proposed_by_id == official.pk:
        raise Refused(_("You proposed this. A second, different person must approve it."), code="same_person")
    if TakingBackApproval.objects.filter(taking_back=made).exists():
        raise Refused(_("This is approved already."), code="approved")
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "guardian", "round__season")
    made.application = rows.get(pk=made.application_id)
    _case, offer = _check_held(round_, made.application)
    if offer.pk != made.offer_id:
        raise Refused(_("The child holds another place by now. Propose it again."), code="changed")
    return made


def _audit(made: TakingBack, official: Account, action: str) -> None:
    record(
        actor=official,
        action=action,
        object_type="taking_back",
        object_id=made.pk,
        district=made.application.district_code,
        details={"application": str(made.application_id), "case": made.case_id},
    )

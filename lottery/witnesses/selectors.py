"""The page of the people around a draw: the one thing to do now, what everybody else did, and the log of steps."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Round
from enrollment.seasons.selectors import no_round_in_care
from lottery.ceremony.digests import announcement_digest
from lottery.ceremony.models import CeremonyPlan, Confirmation, Draw, DrawStep, Nonce
from lottery.ceremony.people import is_notary, plan_of
from lottery.ceremony.selectors import Seat, seats_of
from lottery.ceremony.states import DrawEvent, DrawState, FinalStep
from lottery.witnesses.digests import sign_subject
from lottery.witnesses.models import Certification, StepSign
from lottery.witnesses.states import SIGNED, signable

WORKING_ABILITIES = (Ability.ROUND_RUN, Ability.ROUND_CONFIRM, Ability.ROUND_WITNESS)
LOOKING_ABILITIES = (*WORKING_ABILITIES, Ability.AUDIT_VIEW)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: when, who, what, and a note."""

    at: datetime
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step to be signed: whether it has happened, its digest, the person's own signature, and how many signed."""

    code: str
    label: str
    happened: bool
    subject: str
    own: StepSign | None
    signed: int
    objected: int


@dataclass(frozen=True, slots=True)
class WitnessPage:
    """What one person sees of a ceremony. `task` is commit, reveal, sign, certify or empty: nothing to do now."""

    round: Round
    draw: Draw | None
    plan: CeremonyPlan | None
    state: str
    task: str
    duty: str
    digest: str
    own: Nonce | None
    step: StepLine | None
    steps: tuple[StepLine, ...]
    seats: tuple[Seat, ...]
    objections: tuple[StepSign, ...]
    log: tuple[Line, ...]
    certification: Certification | None
    may_run: bool
    may_witness: bool


def witness_page(account: Account, round_id: int) -> WitnessPage:
    """Raises NotAllowed outside the account's scope."""
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    mine = scope(account)
    if round_ is None or not any(mine.may(one, district=round_.season.district_id) for one in LOOKING_ABILITIES):
        raise no_round_in_care()
    draw = Draw.objects.filter(round=round_).first()
    plan = plan_of(draw) if draw else CeremonyPlan.objects.filter(round=round_).first()
    duty = plan.duty(account.username) if plan else ""
    own = Nonce.objects.filter(draw=draw, witness=account).first() if draw else None
    steps = _steps(draw, account) if draw else ()
    step = next((one for one in steps if one.happened and one.own is None), None) if duty else None
    return WitnessPage(
        round=round_,
        draw=draw,
        plan=plan,
        state=draw.state if draw else DrawState.PLANNED,
        task=_task(draw, account, duty, own, step),
        duty=duty,
        digest=announcement_digest(draw) if draw else "",
        own=own,
        step=step,
        steps=steps,
        seats=seats_of(draw, plan),
        objections=objections_of(draw),
        log=_log(draw) if draw else (),
        certification=Certification.objects.select_related("notary").filter(draw=draw).first() if draw else None,
        may_run=mine.may(Ability.ROUND_RUN, district=round_.season.district_id),
        may_witness=mine.may(Ability.ROUND_WITNESS, district=round_.season.district_id),
    )


def _task(draw: Draw | None, account: Account, duty: str, own: Nonce | None, step: StepLine | None) -> str:
    if draw is None or not duty:
        return ""
    if draw.state in {DrawState.FROZEN, DrawState.WITNESSING} and own is None:
        return "commit"
    if draw.state == DrawState.REVEALING and own is not None and own.revealed_at is None:
        return "reveal"
    if step is not None:
        return "sign"
    if draw.state == DrawState.PUBLISHED and is_notary(account, draw.round.season.district_id):
        return "certify"
    return ""


def step_name(code: str) -> str:
    """A step to be signed, in the reader's language."""
    return {
        "frozen": _("The roll is frozen and the announcement is published"),
        "commits": _("The commitments are closed"),
        "reveals": _("The reveals are closed and the public value is entered"),
        "drawn": _("The draw was made"),
        "published": _("The places are published"),
    }[code]


def event_name(event: str) -> str:
    """An event of the ceremony, in the reader's language."""
    return {
        DrawEvent.FREEZE: _("Roll frozen, announcement published"),
        DrawEvent.OPEN_ENTROPY: _("The witnesses began to commit"),
        DrawEvent.CLOSE_COMMITS: _("Commitments closed"),
        DrawEvent.ENTER_VALUE: _("Public value entered, reveals closed"),
        DrawEvent.USE_FALLBACK: _("Announced fallback used for the public value"),
        DrawEvent.CORRECT_VALUE: _("Public value corrected"),
        DrawEvent.DRAW: _("Drawn"),
        DrawEvent.PUBLISH: _("Places published"),
        DrawEvent.CERTIFY: _("Certified by the notary"),
    }[DrawEvent(event)]


def _steps(draw: Draw, account: Account) -> tuple[StepLine, ...]:
    signs = list(StepSign.objects.filter(draw=draw).select_related("person"))
    open_steps = signable(draw.state) or tuple(SIGNED)
    lines = []
    for code in SIGNED:
        happened = code in open_steps
        subject = sign_subject(draw, code) if happened else ""
        here = [one for one in signs if one.step == code and one.subject == subject]
        lines.append(
            StepLine(
                code=code,
                label=step_name(code),
                happened=happened,
                subject=subject,
                own=next((one for one in here if one.person_id == account.pk), None),
                signed=sum(one.decision == StepSign.Decision.SIGN for one in here),
                objected=sum(one.decision == StepSign.Decision.OBJECT for one in here),
            )
        )
    return tuple(lines)


def _confirmed_words(step: str) -> str:
    words = {FinalStep.DRAW: _("Draw confirmed"), FinalStep.PUBLISH: _("Publication confirmed")}
    return words.get(FinalStep(step), _("Has confirmed"))


def _log(draw: Draw) -> tuple[Line, ...]:
    """Everything that was done, newest first."""
    lines = []
    for step in DrawStep.objects.filter(draw=draw).select_related("actor"):
        lines.append(Line(step.at, step.actor.username, event_name(step.event), step.note))
    for nonce in Nonce.objects.filter(draw=draw).select_related("witness"):
        lines.append(Line(nonce.committed_at, nonce.witness.username, _("Committed"), nonce.commitment))
        if nonce.revealed_at:
            lines.append(Line(nonce.revealed_at, nonce.witness.username, _("Revealed"), ""))
    for one in Confirmation.objects.filter(round_id=draw.round_id).select_related("official"):
        what = _confirmed_words(one.step)
        lines.append(Line(one.at, one.official.username, what, ""))
    for sign in StepSign.objects.filter(draw=draw).select_related("person", "reply__official"):
        what = f"{sign.get_decision_display()}: {step_name(sign.step)}"
        lines.append(Line(sign.at, sign.person.username, what, sign.note))
        if hasattr(sign, "reply"):
            lines.append(Line(sign.reply.at, sign.reply.official.username, _("Objection answered"), sign.reply.text))
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def objections_of(draw: Draw | None) -> tuple[StepSign, ...]:
    """The objections to a draw with the bureau's answers, oldest first."""
    if draw is None:
        return ()
    rows = StepSign.objects.filter(draw=draw, decision=StepSign.Decision.OBJECT)
    return tuple(rows.select_related("person", "reply__official").order_by("at"))

"""Moving a round on: open, close, freeze. Drawing, admitting and publishing belong to the lottery room."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.happenings import ROUND_FREEZES, ROUND_FROZEN
from enrollment.seasons.models import Application, ApplicationState, Round
from enrollment.seasons.readiness import lacks
from enrollment.seasons.selectors import no_round_in_care
from enrollment.seasons.services.steps import round_lock, round_step_locked
from enrollment.seasons.states import UNSETTLED, ApplicationEvent, RoundEvent, RoundState
from foundation import acting, clock
from foundation.days import moment_said
from foundation.errors import Refusal, Refused
from foundation.locks import lock
from foundation.wording import joined

OPENS = frozenset({RoundEvent.OPEN, RoundEvent.RESUME, RoundEvent.REOPEN})


LONGEST_REASON = 300  # characters


# Set by set: a city has hundreds of thousands of children.
FROZEN = """
WITH moved AS (
    UPDATE enrollment_application SET state = %(pool)s, state_at = %(at)s
    WHERE round_id = %(round)s AND state = %(approved)s RETURNING id
)
INSERT INTO enrollment_transition (application_id, source, event, target, actor_id, reason, at)
SELECT id, %(approved)s, %(freeze)s, %(pool)s, %(actor)s, '', %(at)s FROM moved
"""


def round_for(official: Account, round_id: int, ability: Ability) -> Round:
    """The round, locked, if the official's scope reaches it. Call inside a transaction. Raises NotAllowed."""
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("season__district", "policy")
        .filter(pk=round_id)
        .first()
    )
    if round_ is None or not scope(official).may(ability, district=round_.season.district_id):
        raise no_round_in_care()
    return round_


def closes_early(round_: Round) -> bool:
    """Whether closing it now would shut out families before the end that was announced to them."""
    return not clock.deadline_passed(round_.closes_at)


@transaction.atomic
def round_step(
    *, official: Account, round_id: int, event: RoundEvent, reason: str = "", second: Account | None = None
) -> Round:
    """Open, pause, resume, close, reopen or freeze a round. Raises NotAllowed, Refused.

    Closing before the announced end, and freezing, need a ``second`` official of the round: it is
    ``lottery.roll.services.closing`` that asks both, each with a one-time password.

    Before its announced minute a round is not opened: its dates are changed then, with a reason and two people. It is
    not opened while anything is missing (``seasons.readiness``).

    A pause needs a ``reason`` (1 to 300 characters): families read it in the place of the form.

    Freezing puts every approved application into the pool and refuses while any application is unsettled: nobody is
    left out of a draw because a desk was slow.
    """
    lock(round_lock(round_id))
    round_ = round_for(official, round_id, Ability.ROUND_RUN)
    if event not in {
        RoundEvent.OPEN,
        RoundEvent.PAUSE,
        RoundEvent.RESUME,
        RoundEvent.CLOSE,
        RoundEvent.REOPEN,
        RoundEvent.FREEZE,
    }:
        raise Refused(_("This step is made by the draw and the admission run."), code="illegal_step")
    if event == RoundEvent.FREEZE or (event == RoundEvent.CLOSE and closes_early(round_)):
        _refuse_alone(round_, official, second)
    if event == RoundEvent.FREEZE:
        _freeze(round_, official)
    if event in OPENS:
        _refuse_again(round_)
        _refuse_over(round_)
    if event == RoundEvent.OPEN:
        _refuse_early(round_)
        _refuse_lacking(round_)
    if event == RoundEvent.PAUSE:
        _say_why(round_, reason.strip())
    details = {"second": second.pk, "announced": round_.closes_at.isoformat()} if second else {}
    moved = round_step_locked(round_=round_, event=event, actor=official, details=details)
    if event == RoundEvent.FREEZE:  # only once the step was legal: a second press finds the wishes written down already
        ROUND_FROZEN.happen(moved)
    return moved


def _refuse_again(round_: Round) -> None:
    if round_.state == RoundState.OPEN:  # a second press, or a colleague was quicker
        raise Refused(_("This round is open already."), code="illegal_step")


def _refuse_over(round_: Round) -> None:
    """A round whose announced end is past would be open in name only: no family could apply."""
    if clock.deadline_passed(round_.closes_at):
        end = moment_said(round_.closes_at)
        text = _("The end of this round, %(end)s, has passed: no family could apply. Give it a later end first.")
        raise Refused(text % {"end": end}, code="over")


def _refuse_early(round_: Round) -> None:
    if clock.now() < round_.opens_at:
        text = _("This round opens by itself on %(opens)s. To open it at another time, change its dates.")
        raise Refused(text % {"opens": moment_said(round_.opens_at)}, code="early")


def _refuse_lacking(round_: Round) -> None:
    missing = lacks(round_)
    if missing:
        text = _("The round cannot open yet. %(missing)s")
        raise Refused(text % {"missing": joined(*missing)}, code="not_ready")


def _say_why(round_: Round, reason: str) -> None:
    if not 1 <= len(reason) <= LONGEST_REASON:
        text = _("Say in one or two sentences why applications are paused: families read it.")
        raise Refused(text, code="reason", field="reason")
    round_.pause_reason = reason
    round_.save(update_fields=["pause_reason"])


def _refuse_alone(round_: Round, official: Account, second: Account | None) -> None:
    district = round_.season.district_id
    if second is None or second.pk == official.pk or not scope(second).may(Ability.ROUND_RUN, district=district):
        text = _("Two different officials of this round are needed for this step.")
        raise Refused(text, code="two_people")


def refuse_unsettled(round_: Round) -> None:
    """Raises Refused while an application of the round is not decided, or its decision is in doubt (ROUND_FREEZES):
    nobody may be left out of the roll.
    """
    unsettled = Application.objects.filter(round=round_, state__in=UNSETTLED).count()
    if unsettled:
        text = _("%(count)d applications are not decided yet. Decide them first: nobody may be left out of the roll.")
        raise Refused(text % {"count": unsettled}, code="unsettled")
    ROUND_FREEZES.happen(round_)


def _freeze(round_: Round, official: Account) -> None:
    refuse_unsettled(round_)
    with connection.cursor() as cursor:
        cursor.execute(
            FROZEN,
            {
                "round": round_.pk,
                "actor": official.pk,
                "at": clock.now(),
                "approved": ApplicationState.APPROVED,
                "pool": ApplicationState.IN_POOL,
                "freeze": ApplicationEvent.FREEZE,
            },
        )


def refuse_elsewhere(round_: Round) -> None:
    """Raises Refused when a clerk's visit belongs to another county than the round."""
    assist = acting.current()
    if assist is not None and assist.district != round_.season.district_id:
        text = _("This round belongs to another county. A clerk there can help, or the family files it itself.")
        raise Refused(text, code="elsewhere")


def refuse_unless_open(round_: Round) -> None:
    """Raises Refused with the date that matters when the round does not take applications now."""
    refuse_elsewhere(round_)
    now = clock.now()
    if round_.state == RoundState.PLANNED or now < round_.opens_at:
        opens = moment_said(round_.opens_at)
        raise Refused(_("Applications open on %(opens)s.") % {"opens": opens}, code="not_yet_open")
    if round_.state == RoundState.PAUSED and not clock.deadline_passed(round_.closes_at, now):
        text = _("Applications are paused: %(reason)s What you typed is kept. Please come back later.")
        raise Refused(text % {"reason": round_.pause_reason}, code="paused")
    if round_.state != RoundState.OPEN or clock.deadline_passed(round_.closes_at, now):
        closed = moment_said(round_.closes_at)
        text = _("Applications closed on %(closed)s. What you typed is kept; please call the bureau.")
        raise Refused(text % {"closed": closed}, code="closed")


def may_file(round_: Round) -> bool:
    """Whether the round takes applications now, from whoever is acting."""
    try:
        refuse_unless_open(round_)
    except Refusal:
        return False
    return True

"""Moving a round on: open, close, freeze. Drawing, admitting and publishing belong to the lottery room."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment.models import Application, Round
from enrollment.services.binding import binding_settle
from enrollment.services.transitions import round_lock, round_step_locked
from enrollment.states import UNSETTLED
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock

OPENS = {"open", "resume", "reopen"}
LONGEST_REASON = 300  # characters
# Set by set: a city has hundreds of thousands of children.
FROZEN = """
WITH moved AS (
    UPDATE enrollment_application SET state = 'in_pool', state_at = %(at)s
    WHERE round_id = %(round)s AND state = 'approved' RETURNING id
)
INSERT INTO enrollment_transition (application_id, source, event, target, actor_id, reason, at)
SELECT id, 'approved', 'freeze', 'in_pool', %(actor)s, '', %(at)s FROM moved
"""


def round_for(official: Account, round_id: int, ability: str) -> Round:
    """The round, locked, if the official's scope reaches it. Call inside a transaction. Raises NotAllowed."""
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("season__district", "policy")
        .filter(pk=round_id)
        .first()
    )
    if round_ is None or not scope(official).may(ability, district=round_.season.district_id):
        raise NotAllowed(_("There is no such round in your care."))
    return round_


def closes_early(round_: Round) -> bool:
    """Whether closing it now would shut out families before the end that was announced to them."""
    return not clock.deadline_passed(round_.closes_at)


@transaction.atomic
def round_step(
    *, official: Account, round_id: int, event: str, reason: str = "", second: Account | None = None
) -> Round:
    """Open, pause, resume, close, reopen or freeze a round. Raises NotAllowed, Refused.

    Closing before the announced end, and freezing, need a ``second`` official of the round: it is
    ``lottery.services.closing`` that asks both, each with a one-time password.

    A pause needs a ``reason`` (1 to 300 characters): families read it in the place of the form.

    Freezing puts every approved application into the pool and refuses while any application is unsettled: nobody is
    left out of a draw because a desk was slow.
    """
    lock(round_lock(round_id))
    round_ = round_for(official, round_id, "round.run")
    if event not in {"open", "pause", "resume", "close", "reopen", "freeze"}:
        raise Refused(_("This step is made by the draw and the admission run."), code="illegal_step")
    if event == "freeze" or (event == "close" and closes_early(round_)):
        _refuse_alone(round_, official, second)
    if event == "freeze":
        _freeze(round_, official)
    if event in OPENS:
        _refuse_again(round_)
        _refuse_over(round_)
    if event == "pause":
        _say_why(round_, reason.strip())
    details = {"second": second.pk, "announced": round_.closes_at.isoformat()} if second else {}
    moved = round_step_locked(round_=round_, event=event, actor=official, details=details)
    if event == "freeze":  # only once the step was legal: a second press finds the wishes written down already
        binding_settle(round_=moved)
    return moved


def _refuse_again(round_: Round) -> None:
    if round_.state == "open":  # a second press, or a colleague was quicker
        raise Refused(_("This round is open already."), code="illegal_step")


def _refuse_over(round_: Round) -> None:
    """A round whose announced end is past would be open in name only: no family could apply."""
    if clock.deadline_passed(round_.closes_at):
        end = round_.closes_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
        text = _("The end of this round, %(end)s, has passed: no family could apply. Give it a later end first.")
        raise Refused(text % {"end": end}, code="over")


def _say_why(round_: Round, reason: str) -> None:
    if not 1 <= len(reason) <= LONGEST_REASON:
        text = _("Say in one or two sentences why applications are paused: families read it.")
        raise Refused(text, code="reason", field="reason")
    round_.pause_reason = reason
    round_.save(update_fields=["pause_reason"])


def _refuse_alone(round_: Round, official: Account, second: Account | None) -> None:
    district = round_.season.district_id
    if second is None or second.pk == official.pk or not scope(second).may("round.run", district=district):
        text = _("Two different officials of this round are needed for this step.")
        raise Refused(text, code="two_people")


def refuse_unsettled(round_: Round) -> None:
    """Raises Refused while an application of the round is not decided: nobody may be left out of the roll."""
    unsettled = Application.objects.filter(round=round_, state__in=UNSETTLED).count()
    if unsettled:
        text = _("%(count)d applications are not decided yet. Decide them first: nobody may be left out of the roll.")
        raise Refused(text % {"count": unsettled}, code="unsettled")


def _freeze(round_: Round, official: Account) -> None:
    refuse_unsettled(round_)
    with connection.cursor() as cursor:
        cursor.execute(FROZEN, {"round": round_.pk, "actor": official.pk, "at": clock.now()})

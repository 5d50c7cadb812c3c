"""Moving a round on: open, close, freeze. Drawing, admitting and publishing belong to the lottery room."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment.models import Application, Round, Transition
from enrollment.services.transitions import round_lock, round_step_locked
from enrollment.states import UNSETTLED
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock


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


@transaction.atomic
def round_step(*, official: Account, round_id: int, event: str) -> Round:
    """Open, close, reopen or freeze a round. Raises NotAllowed, Refused.

    Freezing puts every approved application into the pool and refuses while any application is unsettled: nobody is
    left out of a draw because a desk was slow.
    """
    lock(round_lock(round_id))
    round_ = round_for(official, round_id, "round.run")
    if event not in {"open", "close", "reopen", "freeze"}:
        raise Refused(_("This step is made by the draw and the admission run."), code="illegal_step")
    if event == "freeze":
        _freeze(round_, official)
    return round_step_locked(round_=round_, event=event, actor=official)


def _freeze(round_: Round, official: Account) -> None:
    unsettled = Application.objects.filter(round=round_, state__in=UNSETTLED).count()
    if unsettled:
        text = _("%(count)d applications are not decided yet. Decide them first: nobody may be left out of the roll.")
        raise Refused(text % {"count": unsettled}, code="unsettled")
    approved = list(Application.objects.select_for_update().filter(round=round_, state="approved").order_by("pk"))
    now = clock.now()
    Application.objects.filter(pk__in=[a.pk for a in approved], state="approved").update(state="in_pool", state_at=now)
    Transition.objects.bulk_create(
        [
            Transition(application=a, source="approved", event="freeze", target="in_pool", actor=official, at=now)
            for a in approved
        ]
    )

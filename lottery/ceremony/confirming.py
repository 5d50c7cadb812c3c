"""The four eyes: a final step is confirmed by two different people, each confirmation a row of its own."""

from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Round
from foundation import clock
from foundation.errors import Refused
from lottery.ceremony.models import Confirmation
from lottery.ceremony.states import FinalStep


def confirm(*, round_: Round, step: FinalStep, subject: str, official: Account, reason: str = "") -> bool:
    """Record a confirmation; True when another person had confirmed the same before. Raises Refused.

    ``reason`` stands in the log where what is confirmed differs from what was announced.
    """
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
        details={"subject": subject, "second": second, **({"reason": reason} if reason else {})},
    )
    return second

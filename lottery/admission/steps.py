"""The one way in which an admission run makes a step of its table."""

from typing import Any

from django.utils.translation import gettext as _

from foundation.errors import Refused
from foundation.steps import make_step
from lottery.admission.models import AdmissionRun
from lottery.admission.states import RUN, RunEvent


def run_step(run: AdmissionRun, event: RunEvent, **values: Any) -> None:
    """Make one legal step of a run, with these values. Raises Refused; nothing has changed then.

    A run keeps no list of its steps: who did what and when stands in its own fields and in the log. Call inside a
    transaction.
    """
    make_step(
        run,
        RUN,
        event,
        illegal=lambda: Refused(_("This step is not possible now."), code="illegal_step"),
        overtaken=lambda: _("Somebody else was faster. Look again."),
        **values,
    )

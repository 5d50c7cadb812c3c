"""Cases whose application is not there any more: nobody is asked about them."""

from typing import Final

from django.db import transaction

from enrollment.cases.models import JointCase
from enrollment.cases.services.opening import close
from enrollment.cases.services.steps import locked
from enrollment.cases.states import OPEN
from enrollment.seasons.models import Application, ApplicationState

AT_ONCE: Final = 200


def withdrawn_close() -> bool:
    """Close the open cases of withdrawn applications; True when there may be more."""
    rows = JointCase.objects.filter(state__in=OPEN, application__state=ApplicationState.WITHDRAWN)
    wanted = list(rows.order_by("pk").values_list("pk", "application")[:AT_ONCE])
    for pk, application in wanted:
        with transaction.atomic():
            Application.objects.select_for_update().get(pk=application)
            case = locked(pk=pk)
            if case.is_open:
                close(case, None)
    return len(wanted) == AT_ONCE

"""What workers do for trust: the checks of a day, once, when the night's work is over."""

from audit.models import DailyCheck
from foundation import clock
from foundation.draining import Turn
from foundation.lanes import source
from portal.trust.checks import check_day

FROM_HOUR = 3  # Beijing time: after the day's last families, before the first staff


@source("runs", every=900)
def checks_of_today(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Make today's checks, if nobody has."""
    today = clock.today()
    if clock.now().astimezone(clock.SHANGHAI).hour < FROM_HOUR or DailyCheck.objects.filter(day=today).exists():
        return False
    check_day(today)
    return False

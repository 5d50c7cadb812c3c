"""What happens to agreements when something happens below."""

from enrollment.guardians.binding.services import binding_settle
from enrollment.seasons.happenings import ROUND_FROZEN
from enrollment.seasons.models import Round


@ROUND_FROZEN.reaction
def settle_bindings(round_: Round) -> None:
    """Write down how each wish of twins to stay together goes into the roll."""
    binding_settle(round_=round_)

"""What the ground sets off in the subjects above it (``foundation.happenings``; docs/architecture.md: who reacts)."""

from typing import Final

from enrollment.seasons.models import Round
from foundation.happenings import Happening

ROUND_FROZEN: Final = Happening[Round]()  # every approved application of the round is in the pool now
# a round is to be frozen: who knows what stands against it raises Refused
ROUND_FREEZES: Final = Happening[Round]()

"""What judging sets off in the subjects above it (``foundation.happenings``; docs/architecture.md: who reacts)."""

from collections.abc import Sequence
from typing import Final

from enrollment.judging.judgement import Judged
from enrollment.seasons.models import ApplicationVersion
from foundation.happenings import Happening

# versions were judged and their families moved on, for the first time or again
JUDGED: Final = Happening[Sequence[tuple[ApplicationVersion, Judged]]]()

"""Gathers what workers do for all subjects; each source calls the services of its subject."""

from enrollment.assisted import tasks as assisted  # noqa: F401
from enrollment.cases import tasks as cases  # noqa: F401
from enrollment.documents import tasks as documents  # noqa: F401
from enrollment.judging import tasks as judging  # noqa: F401
from enrollment.outcome import tasks as outcome  # noqa: F401
from enrollment.privacy import tasks as privacy  # noqa: F401
from enrollment.review import tasks as review  # noqa: F401
from enrollment.seasons import tasks as seasons  # noqa: F401
from enrollment.setup import tasks as setup  # noqa: F401

"""Gathers what subjects do when something happens below them."""

from enrollment.cases import reactions as cases  # noqa: F401
from enrollment.guardians import reactions as guardians  # noqa: F401
from enrollment.judging import reactions as judging  # noqa: F401

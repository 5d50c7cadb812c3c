"""Gathers the staff site's pages of all subjects."""

from enrollment.appeals import admin as appeals  # noqa: F401
from enrollment.cases import admin as cases  # noqa: F401
from enrollment.outcome import admin as outcome  # noqa: F401
from enrollment.review import admin as review  # noqa: F401
from enrollment.seasons import admin as seasons  # noqa: F401

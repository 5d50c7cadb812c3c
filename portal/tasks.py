"""Gathers what workers do for the portal itself."""

from portal.rehearsing import tasks as rehearsing  # noqa: F401
from portal.trust import tasks as trust  # noqa: F401

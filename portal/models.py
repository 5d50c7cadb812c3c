"""Gathers the tables of the portal itself."""

from portal.rehearsing.models import Rehearsal  # noqa: F401

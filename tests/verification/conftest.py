"""Mock agencies to be asked."""

from tests.agencies import agencies, agency_service

__all__ = ["agencies", "agency_service"]

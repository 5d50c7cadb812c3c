"""An identity provider for whoever signs in."""

from tests.identity import identity_service, provider

__all__ = ["identity_service", "provider"]

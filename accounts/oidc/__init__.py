"""Signing in through a government identity provider: OpenID Connect, authorization code with PKCE.

A provider is configuration only (``OIDC_PROVIDERS_FILE``); how a person was checked there, by face or otherwise, is the
provider's business, and the portal reads no more than the level it vouches for (``acr``).
"""

from accounts.oidc.client import Begun, Identity, SignInFailed, begin, finish
from accounts.oidc.providers import Provider, provider, providers

__all__ = ["Begun", "Identity", "Provider", "SignInFailed", "begin", "finish", "provider", "providers"]

"""Signing in through a government identity provider: OpenID Connect, authorization code with PKCE.

A provider is configuration only (``OIDC_PROVIDERS_FILE``); how a person was checked there, by face or otherwise, is the
provider's business, and the portal reads no more than the level it vouches for (``acr``).
"""

from collections.abc import Mapping

from accounts.oidc.model import Begun, Identity, SignInFailed
from accounts.oidc.providers import Provider, provider, providers

__all__ = ["Begun", "Identity", "Provider", "SignInFailed", "begin", "finish", "provider", "providers"]


def begin(provider: Provider, *, redirect: str, language: str) -> tuple[str, Begun]:
    """See ``client.begin``; the HTTP and token libraries are read when somebody signs in this way, not at a start."""
    from accounts.oidc import client

    return client.begin(provider, redirect=redirect, language=language)


def finish(provider: Provider, begun: Begun | None, given: Mapping[str, str]) -> Identity:
    """See ``client.finish``."""
    from accounts.oidc import client

    return client.finish(provider, begun, given)

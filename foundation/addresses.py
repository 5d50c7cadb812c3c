"""Whether an address may be spoken to with personal data: one rule for carriers, agencies and identity providers."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def enciphered(url: str) -> bool:
    """Whether nobody on the way reads what is sent there: TLS, and on a developer's machine that machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # brackets that are no IPv6 address
        return False
    return bool(host) and (parts.scheme == "https" or (settings.LOCAL and parts.scheme == "http" and host in LOOPBACK))

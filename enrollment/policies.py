"""Compiled policies: a version is immutable, so each is compiled once a process."""

from functools import lru_cache

from enrollment.models import PolicyVersion
from enrollment.policy import Policy, load


@lru_cache(maxsize=64)
def _compiled(digest: str, text: str) -> Policy:  # noqa: ARG001 - the digest makes the key readable in a debugger
    return load(text)


def compiled(version: PolicyVersion) -> Policy:
    """The policy of a stored version (stored versions were validated when they were loaded)."""
    return _compiled(version.digest, version.text)

"""Compiled policies: a version is immutable, so each is compiled once a process."""

from enrollment.seasons.models import PolicyVersion
from policy import Policy, load

MOST = 64


_known: dict[str, Policy] = {}


def compiled(version: PolicyVersion) -> Policy:
    """The policy of a stored version (stored versions were validated when they were loaded).

    The text is read only when this process has not compiled it yet: queries may defer it.
    """
    policy = _known.get(version.digest)
    if policy is None:
        if len(_known) >= MOST:
            _known.clear()
        policy = _known[version.digest] = load(version.text)
    return policy

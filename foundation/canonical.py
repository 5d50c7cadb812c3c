"""One text for one value, so that equal things have equal digests (pure).

Keys sorted, no spaces, every character as itself (UTF-8). The lottery's engine and its stand-alone verifiers keep a
copy of this line each: what is announced with a draw must not change with the rest of the portal. The engine has two,
as ``placements_digest`` also takes half of a surrogate pair: the ids of a file of others may hold one.
"""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON in the one form that is digested. Raises TypeError for what JSON does not have."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: Any) -> str:
    """SHA-256 over the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()

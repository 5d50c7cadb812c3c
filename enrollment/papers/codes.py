"""The code that stands beside a number on a paper: without the portal's key nobody can make or guess one."""

import base64
import hashlib
import hmac

BITS = 80


def paper_code(key: str, kind: str, number: str) -> str:
    """Sixteen characters (A-Z, 2-7): 80 bits of HMAC-SHA-256 over the kind of paper and its number."""
    message = b"paper code\0" + kind.encode() + b"\0" + number.encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return base64.b32encode(digest[: BITS // 8]).decode()

"""The code and the QR code beside the number of a print: only the portal's key makes a right one."""

import base64
import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

BITS = 80
DRAWINGS = 2048  # kept a process, some 5 KB each: families look at their receipt again and again


def check_code(kind: str, number: str) -> str:
    """The code beside a number on a receipt or letter (80 bits); only the portal can make it."""
    return print_code(settings.INDEX_KEY, kind, number)


def check_url(kind: str, number: str) -> str:
    """Where anybody can check a receipt or letter."""
    path = reverse("enrollment:check-print", args=[kind, number, check_code(kind, number)])
    return str(settings.SITE_URL).rstrip("/") + path


def qr(kind: str, number: str) -> str:
    """The QR code of a print's public check as a data URI."""
    return _drawn(check_url(kind, number))


@lru_cache(maxsize=DRAWINGS)
def _drawn(url: str) -> str:
    import segno  # not at the top: only these pages draw a code

    return str(segno.make(url, error="m").svg_data_uri(border=2, dark="#1d2b2a", light="#fff"))


def print_code(key: str, kind: str, number: str) -> str:
    """Sixteen characters (A-Z, 2-7): 80 bits of HMAC-SHA-256 over the kind of print and its number."""
    # the word is as old as the first print: with another one, the code on each would be wrong
    message = b"paper code\0" + kind.encode() + b"\0" + number.encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return base64.b32encode(digest[: BITS // 8]).decode()

"""Signatures and ciphers of the exchanges (pure): HMAC with SHA-256 or SM3 (GB/T 32905), bodies under SM4 (GB/T 32907).

The keys are derived from the one secret of a line, so that a division names one secret and no more.
"""

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hmac import HMAC

_HASHES = {"hmac-sha256": hashes.SHA256, "hmac-sm3": hashes.SM3}
NONCE, TAG, BLOCK = 12, 16, 16


class Unsealed(ValueError):
    """A body that this key does not open."""


def _digest(kind: str, body: bytes) -> str:
    made = hashes.Hash(_HASHES[kind]())
    made.update(body)
    return made.finalize().hex()


def sign(secret: str, path: str, timestamp: str, nonce: str, body: bytes, kind: str = "hmac-sha256") -> str:
    """The keyed digest over method, path, time, nonce and the body's digest (64 hex digits)."""
    made = HMAC(secret.encode(), _HASHES[kind]())
    made.update("\n".join(["POST", path, timestamp, nonce, _digest(kind, body)]).encode())
    return made.finalize().hex()


def key_of(secret: str) -> bytes:
    """The 16 bytes of an SM4 key that both sides derive from the secret."""
    return hashlib.sha256(b"sm4 " + secret.encode()).digest()[:16]


def seal(body: bytes, secret: str, cipher: str) -> bytes:
    """The body as it goes over the wire: base64 of initial value, tag (GCM) and ciphertext."""
    if not cipher:
        return body
    key = SM4(key_of(secret))
    if cipher == "sm4-gcm":
        nonce = secrets.token_bytes(NONCE)
        made = Cipher(key, modes.GCM(nonce)).encryptor()
        text = made.update(body) + made.finalize()
        return base64.b64encode(nonce + made.tag + text)
    start = secrets.token_bytes(BLOCK)
    pad = padding.PKCS7(8 * BLOCK).padder()
    block = Cipher(key, modes.CBC(start)).encryptor()
    return base64.b64encode(start + block.update(pad.update(body) + pad.finalize()) + block.finalize())


def unseal(sealed: bytes, secret: str, cipher: str) -> bytes:
    """What was sealed. Raises Unsealed."""
    if not cipher:
        return sealed
    key = SM4(key_of(secret))
    try:
        raw = base64.b64decode(sealed, validate=True)
        if cipher == "sm4-gcm":
            nonce, tag, text = raw[:NONCE], raw[NONCE : NONCE + TAG], raw[NONCE + TAG :]
            made = Cipher(key, modes.GCM(nonce, tag)).decryptor()
            return made.update(text) + made.finalize()
        block = Cipher(key, modes.CBC(raw[:BLOCK])).decryptor()
        pad = padding.PKCS7(8 * BLOCK).unpadder()
        return pad.update(block.update(raw[BLOCK:]) + block.finalize()) + pad.finalize()
    except (ValueError, InvalidTag):
        raise Unsealed from None

"""Files encrypted at rest, named by what they contain, outside the web root.

A file is SM4-GCM encrypted in pieces of 64 KiB, so that a large one is read and written without being held whole. Each
piece is bound to the content's digest, to its place and to whether it is the last: pieces can be neither exchanged,
reordered nor cut off. The same content is stored once; what no row names any more is swept after a day.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from django.conf import settings

from foundation.crypto import NONCE_BYTES, TAG_BYTES, CryptoError, field_keys

MAGIC = b"ENF1"
PIECE = 64 * 1024
FRAME = 5  # four bytes of length, one that marks the last piece
KEPT_SECONDS = 24 * 3600


def digest_of(content: bytes) -> str:
    """SHA-256 of the plain content, 64 hex digits: the name under which it is stored."""
    return sha256(content).hexdigest()


def _path(digest: str) -> Path:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("a stored file is named by 64 hex digits")
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def _sealed(content: bytes, name: str, key: bytes, bound: bytes) -> Iterator[bytes]:
    reader, place = BytesIO(content), 0
    piece = reader.read(PIECE)
    while True:
        following = reader.read(PIECE)
        last = bytes([not following])
        nonce = secrets.token_bytes(NONCE_BYTES)
        encryptor = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound + name.encode() + place.to_bytes(8, "big") + last)
        body = encryptor.update(piece) + encryptor.finalize()
        yield (len(body) + NONCE_BYTES + TAG_BYTES).to_bytes(4, "big") + last + nonce + encryptor.tag + body
        if not following:
            return
        piece, place = following, place + 1


def seal(content: bytes, purpose: str) -> bytes:
    """Encrypt bytes that live in a row for a while (the parts of an upload), bound to their ``purpose``."""
    name, key = next(iter(field_keys(settings.FIELD_KEYS).items()))
    head = MAGIC + bytes([len(name)]) + name.encode()
    return head + b"".join(_sealed(content, name, key, purpose.encode()))


def unseal(stored: bytes, purpose: str) -> bytes:
    """The bytes of ``seal``; raises CryptoError when they were altered or belong to another purpose."""
    return b"".join(_opened(BytesIO(stored).read, purpose.encode()))


def store(content: bytes) -> str:
    """Keep the content (once, however often it is given) and return its digest. Written whole or not at all."""
    digest = digest_of(content)
    path = _path(digest)
    if path.exists():
        with suppress(FileNotFoundError):
            os.utime(path)  # named again: not to be swept now
            return digest
    _write(path, content)
    return digest


def store_beside(digest: str, name: str, content: bytes) -> None:
    """Keep what was made of a stored file under a name beside it; swept with it, and made again where it is missing."""
    _write(_beside(digest, name), content)


def load_beside(digest: str, name: str) -> bytes | None:
    """What was kept beside a file; None when nothing was, or it can no longer be read: it is to be made again."""
    path = _beside(digest, name)
    try:
        with path.open("rb") as file:
            return b"".join(_opened(file.read, path.name.encode()))
    except (FileNotFoundError, CryptoError):
        return None


def _beside(digest: str, name: str) -> Path:
    if not name.isalnum():
        raise ValueError("what lies beside a file is named by letters and digits")
    return _path(digest).with_name(f"{digest}.{name}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(seal(content, path.name))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def pieces(digest: str) -> Iterator[bytes]:
    """The plain content piece by piece. Raises FileNotFoundError, CryptoError (altered, cut off, key unknown)."""
    with _path(digest).open("rb") as file:
        yield from _opened(file.read, digest.encode())


def load(digest: str) -> bytes:
    """The plain content whole; raises like ``pieces``, and CryptoError when it is not what its name says."""
    content = b"".join(pieces(digest))
    if digest_of(content) != digest:
        raise CryptoError("a stored file does not contain what its name says")
    return content


def _opened(read: Callable[[int], bytes], bound: bytes) -> Iterator[bytes]:
    if read(len(MAGIC)) != MAGIC:
        raise CryptoError("not a stored file")
    name = read(read(1)[0])
    key = field_keys(settings.FIELD_KEYS).get(name.decode())
    if key is None:
        raise CryptoError(f"no field key {name.decode()!r}: add it to FIELD_KEYS")
    place, last = 0, b"\0"
    while last == b"\0":
        frame = read(FRAME)
        if len(frame) < FRAME:
            raise CryptoError("a stored file is cut off")
        last, raw = frame[4:], read(int.from_bytes(frame[:4], "big"))
        nonce, tag, body = raw[:NONCE_BYTES], raw[NONCE_BYTES : NONCE_BYTES + TAG_BYTES], raw[NONCE_BYTES + TAG_BYTES :]
        try:
            decryptor = Cipher(SM4(key), modes.GCM(nonce, tag)).decryptor()
            decryptor.authenticate_additional_data(bound + name + place.to_bytes(8, "big") + last)
            yield decryptor.update(body) + decryptor.finalize()
        except (InvalidTag, ValueError):
            raise CryptoError("a stored file was altered or belongs to another key") from None
        place += 1


def sweep(still_named: Callable[[list[str]], set[str]], older_than: float = KEPT_SECONDS) -> int:
    """Delete files that no row names and that nobody stored within ``older_than`` seconds; how many were deleted."""
    before, deleted = time.time() - older_than, 0
    root = Path(settings.MEDIA_ROOT)
    for folder in sorted(root.iterdir()) if root.exists() else ():
        if not folder.is_dir():
            continue
        old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
        # a half-written file begins with a point and belongs to nobody; what lies beside a file goes with it
        kept = still_named(sorted({path.name.partition(".")[0] for path in old} - {""}))
        for path in old:
            if path.name.partition(".")[0] not in kept:
                path.unlink(missing_ok=True)
                deleted += 1
    return deleted

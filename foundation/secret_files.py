"""A secret in a file: whole, made once, whoever comes first, and readable by its owner only (pure)."""

import secrets
from collections.abc import Callable
from pathlib import Path


def fresh_key() -> str:
    """256 random bits in hexadecimal."""
    return secrets.token_hex(32)


def kept(path: Path, make: Callable[[], str] = fresh_key) -> str:
    """What the file holds, without the line break at its end; written first (0600) where it is missing.

    Of several processes that start at once one secret wins, and nobody reads half of it. Raises OSError.
    """
    if not path.exists():
        fresh = _written_beside(path, make())
        try:
            path.hardlink_to(fresh)  # atomic, and refused where another was faster
        except FileExistsError:
            pass
        except OSError:  # a file system without links (some mounted folders): whole, too, but the last one wins
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    return path.read_text().strip()


def replace(path: Path, secret: str) -> None:
    """Keep this from now on (0600), whatever the file held. Nobody reads half of it. Raises OSError."""
    _written_beside(path, secret).replace(path)


def _written_beside(path: Path, secret: str) -> Path:
    """A file of its own that holds the secret whole, to be put in the place of ``path``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secret)
    return fresh

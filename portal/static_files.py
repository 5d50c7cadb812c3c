"""Static files: named by content and compressed once collected, plain before that."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.files.base import File
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """A file that was not collected keeps its name: tests and single commands run without `collectstatic`."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        collected: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return collected or self.clean_name(name)

    def hashed_name(self, name: str, content: File[bytes] | None = None, filename: str | None = None) -> str:
        """The name with the content's digest; what a package's style sheet names but does not ship keeps its name."""
        try:
            return str(super().hashed_name(name, content, filename))  # type: ignore[no-untyped-call]
        except ValueError:
            return name


STAMP = ".stamp"


def collected(root: Path, base: Path) -> bool:
    """Whether the folder ``root`` holds the static files of the checkout ``base`` as they are now."""
    kept = root / STAMP
    return (root / "staticfiles.json").exists() and kept.exists() and kept.read_text() == static_stamp(base)


def static_stamp(root: Path) -> str:
    """A digest that changes with any of the site's own static files or with a package that may bring some.

    Of contents, not of times: an image's layers round the times of its files.
    """
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    for path in sorted(path for path in (root / "static").rglob("*") if path.is_file()):
        digest.update(f"\n{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()

"""Static files: named by content and compressed once collected, plain before that."""

from __future__ import annotations

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

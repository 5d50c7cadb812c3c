"""Static files: named by content and compressed once collected, plain before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """A file that was not collected keeps its name: tests and single commands run without `collectstatic`."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        collected: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return collected or self.clean_name(name)

"""Model fields that are encrypted at rest."""

import json
from typing import Any

from django.db import models

from foundation.crypto import decrypt, encrypt


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is SM4-GCM encrypted in the database; it cannot be searched (keep a blind index beside it)."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return None if value is None else decrypt(value)


class EncryptedNoteField(EncryptedTextField):
    """As ``EncryptedTextField``, but nothing is kept as nothing: for words that most rows do not have, and that SQL
    writes as ''.
    """

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or value == "" else super().get_prep_value(value)

    def from_db_value(self, value: str | None, *more: Any) -> str | None:
        return value if not value else super().from_db_value(value, *more)


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A JSON document encrypted at rest: what families typed and what agencies answered."""

    # what the type checker may assign and read: any JSON document
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else json.loads(decrypt(value))

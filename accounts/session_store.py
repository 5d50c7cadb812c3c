"""Sessions in the database, encrypted and written once a request.

Django's own store asks for a free key, inserts an empty row the moment a session begins and updates it at the end of
the request, each in a transaction of its own: seven statements for one sign-in. A key is 165 random bits, so nobody
has it already; the row is inserted when the request ends, with all that was put into it.

A session holds the number somebody is about to sign in with, or what was typed into a form: the row is SM4-GCM
encrypted (``foundation.crypto``), which also shows that nobody altered it. Of whoever has not signed in a row stays
small, and what has ended is deleted by the sweep (``accounts.tasks``).
"""

import json
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils.crypto import get_random_string

from accounts.sessions import KEPT
from foundation import clock
from foundation.crypto import CryptoError, decrypt, encrypt

KEY_CHARACTERS = 32
MOST_OF_STRANGERS: Final = 2_000  # characters of one value, before anybody has signed in
SWEPT: Final = 5_000  # rows of one batch
ENDED = """
DELETE FROM django_session WHERE session_key IN (
    SELECT session_key FROM django_session WHERE expire_date < %s LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
STORED = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > statement_timestamp()"


class SessionStore(DatabaseStore):
    """One statement to begin, change or end a session."""

    _unwritten = False

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The row's text. Large values of somebody who has not signed in are left out (``sessions.keep_form`` has a
        bound of its own)."""
        kept = session_dict
        if SESSION_KEY not in session_dict:
            kept = {
                name: value
                for name, value in session_dict.items()
                if name == KEPT or len(json.dumps(value)) <= MOST_OF_STRANGERS
            }
        return encrypt(json.dumps(kept, separators=(",", ":")))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What was stored; nothing where the key is gone or the row was altered."""
        try:
            found: Any = json.loads(decrypt(str(session_data)))
        except (CryptoError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def create(self) -> None:
        """Take a new key; the row is inserted by ``save``."""
        self._session_key = get_random_string(KEY_CHARACTERS, VALID_KEY_CHARS)
        self._unwritten = self.modified = True

    def _get_or_create_session_key(self) -> str:
        if self._session_key is None:
            self.create()
        return str(self._session_key)

    def save(self, must_create: bool = False) -> None:
        """Insert a new session or update a stored one. Raises UpdateError when the row has been deleted meanwhile.

        Somebody who signs out in one window ends the requests that are under way in another, too: a row that is gone
        never comes back.
        """
        if self.session_key is None:
            self.create()
        row = self.create_model_instance(dict(self.items()))
        if self._unwritten or must_create:
            row.save(force_insert=True)
            self._unwritten = False
            return
        rows = self.model.objects.filter(pk=row.pk)
        if not rows.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Delete a session's row, if there is one."""
        key = session_key or self.session_key
        if key is not None and not (self._unwritten and key == self.session_key):
            self.model.objects.filter(pk=key).delete()

    def load(self) -> dict[str, Any]:
        if self._unwritten:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(STORED, [self.session_key])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return dict(self.decode(found[0]))


def sessions_sweep() -> bool:
    """Delete a batch of sessions that have ended; True when there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [clock.now(), SWEPT])
        return bool(cursor.rowcount == SWEPT)
